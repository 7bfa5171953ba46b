package io.countercache.hibernate.internal.write;

import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.model.ParentRow;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.sql.ArrayUpdate;
import io.countercache.hibernate.internal.sql.CacheInvalidation;
import io.countercache.hibernate.internal.sql.Columns;
import io.countercache.hibernate.internal.sql.Databases;
import io.countercache.hibernate.internal.sql.Statements;
import io.countercache.hibernate.internal.sql.TouchedAttribute;
import io.countercache.hibernate.internal.support.Chunks;
import io.countercache.hibernate.internal.write.CounterDeltas.RowDeltas;
import io.countercache.hibernate.internal.write.CounterSql.CounterUpdate;
import java.math.BigDecimal;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.hibernate.JDBCException;
import org.hibernate.engine.spi.EntityEntry;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.exception.ConstraintViolationException;
import org.hibernate.persister.entity.AbstractEntityPersister;
import org.hibernate.persister.entity.EntityPersister;

/**
 * Writes deltas in lock order, by one UPDATE for each row. Neighbours with the same text are one JDBC batch or, where the
 * database can update many rows in a given order, one statement.
 */
public final class CounterWriter {

    /** How many rows of a batch a message names: which of them has failed, drivers tell in different ways. */
    private static final int NAMED_ROWS = 10;

    private final CounterModel model;
    private final CounterSql sql;
    private final CacheInvalidation caches;

    public CounterWriter(CounterModel model, CounterSql sql, CacheInvalidation caches) {
        this.model = model;
        this.sql = sql;
        this.caches = caches;
    }

    /** Writes all deltas and leaves none. */
    public void write(CounterDeltas deltas, SharedSessionContractImplementor session) {
        if (!deltas.isEmpty()) {
            spread(deltas, session);
            write(deltas.drain(sql.lockOrder(session)), session);
        }
    }

    /** Writes the deltas of rows in these tables. They have to be {@link #spread} before. */
    public void write(CounterDeltas deltas, Set<String> tables, SharedSessionContractImplementor session) {
        write(deltas.drain(tables, sql.lockOrder(session)), session);
    }

    private void write(List<RowDeltas> rows, SharedSessionContractImplementor session) {
        int from = 0;
        while (from < rows.size()) {
            int to = from + 1;
            while (to < rows.size() && to - from < Chunks.SIZE && isSameStatement(rows.get(from), rows.get(to))) {
                to++;
            }
            writeBatch(rows.subList(from, to), session);
            from = to;
        }
    }

    private static boolean isSameStatement(RowDeltas one, RowDeltas other) {
        return one.row().table().equals(other.row().table())
                && one.amounts().keySet().equals(other.amounts().keySet());
    }

    /**
     * Moves deltas from the tables that counters are declared for to those that their rows may be in, where these differ. One
     * UPDATE is sent to each such table; it changes a row in only one of them, because ids are unique in a hierarchy.
     */
    public void spread(CounterDeltas deltas, SharedSessionContractImplementor session) {
        if (!model.tables().areSpread()) {
            return;
        }
        for (RowDeltas row : deltas.drain(sql.lockOrder(session))) {
            Object id = row.row().id();
            row.amounts()
                    .forEach((counter, amount) -> tables(counter, id, session)
                            .forEach(table -> deltas.add(counter, new ParentRow(table, id), amount)));
        }
    }

    /** The tables that the row of a counter may be in: one of several, unless a managed instance says which. */
    public Set<String> tables(CounterDefinition counter, Object id, SharedSessionContractImplementor session) {
        Set<String> tables = model.tables().of(counter).keySet();
        EntityEntry entry = tables.size() == 1 ? null : ManagedParents.entry(model.parent(counter), id, session);
        return entry == null ? tables : Set.of(((AbstractEntityPersister) entry.getPersister()).getRootTableName());
    }

    private void writeBatch(List<RowDeltas> rows, SharedSessionContractImplementor session) {
        RowDeltas first = rows.get(0);
        CounterUpdate update = sql.update(first.row().table(), first.amounts().keySet());
        List<Object> ids = rows.stream().map(row -> row.row().id()).toList();
        Map<TouchedAttribute, Object> touched = TouchedAttribute.now(update.touched(), session);
        List<RowDeltas> missed =
                caches.around(update.parent(), ids, session, () -> send(update, rows, ids, touched, session));
        if (!update.isSpread()) {
            MissedRows.refuse(missed, update, session);
        }
        touched.forEach((attribute, now) ->
                ids.forEach(id -> ManagedParents.show(update.parent(), id, attribute.name(), now, session)));
    }

    /** Returns the rows that were not hit. */
    private static List<RowDeltas> send(
            CounterUpdate update,
            List<RowDeltas> rows,
            List<Object> ids,
            Map<TouchedAttribute, Object> touched,
            SharedSessionContractImplementor session) {
        try {
            ArrayUpdate many = update.many() == null ? null : ArrayUpdate.of(ids, update.parent(), session);
            if (many != null && update.many() != null) {
                int hit = Statements.attempt(
                        update.many(),
                        attempt(update, rows),
                        session,
                        statement -> many.send(
                                amounts(rows, update.types().size()), update.types(), touched, statement, session));
                return hit == rows.size() || update.isSpread() ? List.of() : missed(update, rows, touched, session);
            }
            return rows.size() > 1
                    ? sendBatch(update, rows, touched, session)
                    : sendOne(update, rows.get(0), touched, session) ? List.of() : rows;
        } catch (ConstraintViolationException e) {
            throw Statements.failed(drifted(e, update, rows), session);
        } catch (JDBCException e) {
            throw Statements.failed(e, session);
        }
    }

    /** The rows that an UPDATE of several rows has not hit: those that an UPDATE of each by 0 does not hit, either. */
    private static List<RowDeltas> missed(
            CounterUpdate update,
            List<RowDeltas> rows,
            Map<TouchedAttribute, Object> touched,
            SharedSessionContractImplementor session) {
        Set<ParentRow> missed =
                sendBatch(update, rows.stream().map(RowDeltas::byZero).toList(), touched, session).stream()
                        .map(RowDeltas::row)
                        .collect(Collectors.toSet());
        return rows.stream().filter(row -> missed.contains(row.row())).toList();
    }

    private static List<RowDeltas> sendBatch(
            CounterUpdate update,
            List<RowDeltas> rows,
            Map<TouchedAttribute, Object> touched,
            SharedSessionContractImplementor session) {
        int[] hit = Statements.attempt(update.text(), attempt(update, rows), session, statement -> {
            for (RowDeltas row : rows) {
                bind(row, update, touched, statement, session);
                statement.addBatch();
            }
            return Statements.executeBatch(statement, session);
        });
        return IntStream.range(0, rows.size())
                .filter(row -> hit[row] == 0)
                .mapToObj(rows::get)
                .toList();
    }

    private static boolean sendOne(
            CounterUpdate update,
            RowDeltas row,
            Map<TouchedAttribute, Object> touched,
            SharedSessionContractImplementor session) {
        boolean returns = Databases.of(session).canReturnUpdated()
                && ManagedParents.manages(update.parent(), row.row().id(), session);
        String text = returns ? update.returning() : update.text();
        return Statements.attempt(text, attempt(update, List.of(row)), session, statement -> {
            bind(row, update, touched, statement, session);
            return returns
                    ? show(row, update.parent(), statement, text, session)
                    : Statements.executeUpdate(statement, session) > 0;
        });
    }

    private static Supplier<String> attempt(CounterUpdate update, List<RowDeltas> rows) {
        return () -> "move " + named(update, rows);
    }

    /** The counters and ids of some rows, for messages. */
    private static String named(CounterUpdate update, List<RowDeltas> rows) {
        String others = rows.stream()
                .skip(1)
                .limit(NAMED_ROWS - 1)
                .map(row -> ", " + row.row().id())
                .collect(Collectors.joining());
        return update.named(rows.get(0)) + others + (rows.size() > NAMED_ROWS ? " .." : "");
    }

    /** A constraint on a counter holds for every right value, so one that an UPDATE violates was wrong before. */
    private static ConstraintViolationException drifted(
            ConstraintViolationException violation, CounterUpdate update, List<RowDeltas> rows) {
        return new ConstraintViolationException(
                "could not move %s, for a constraint does not allow the new value: if the counter has drifted, correct it with CounterCaches.resetCounters(%s.class, id)"
                        .formatted(named(update, rows), Entities.name(update.parent())),
                violation.getSQLException(),
                violation.getSQL(),
                violation.getKind(),
                violation.getConstraintName());
    }

    /** For each counter, the amount of each row. */
    private static BigDecimal[][] amounts(List<RowDeltas> rows, int counters) {
        BigDecimal[][] amounts = new BigDecimal[counters][rows.size()];
        for (int row = 0; row < rows.size(); row++) {
            int counter = 0;
            for (BigDecimal amount : rows.get(row).amounts().values()) {
                amounts[counter++][row] = amount;
            }
        }
        return amounts;
    }

    /** Has the managed instance show the new values, including what other transactions have added; false if there is no row. */
    private static boolean show(
            RowDeltas row,
            EntityPersister parent,
            PreparedStatement statement,
            String text,
            SharedSessionContractImplementor session)
            throws SQLException {
        ResultSet values = session.getJdbcCoordinator().getResultSetReturn().extract(statement, text);
        if (!values.next()) {
            return false;
        }
        int column = 1;
        for (CounterDefinition counter : row.amounts().keySet()) {
            ManagedParents.show(parent, row.row().id(), counter.counter(), values.getBigDecimal(column++), session);
        }
        return true;
    }

    private static void bind(
            RowDeltas row,
            CounterUpdate update,
            Map<TouchedAttribute, Object> touched,
            PreparedStatement statement,
            SharedSessionContractImplementor session)
            throws SQLException {
        int position = 1;
        for (BigDecimal amount : row.amounts().values()) {
            Columns.bind(amount, update.types().get(position - 1), statement, position++);
        }
        position = TouchedAttribute.bind(touched, statement, position, session);
        Columns.bindId(row.row().id(), update.parent(), statement, position, session);
    }
}
