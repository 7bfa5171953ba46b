package io.countercache.hibernate.internal.write;

import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.model.ParentRow;
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
import org.hibernate.engine.spi.EntityEntry;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.AbstractEntityPersister;
import org.hibernate.persister.entity.EntityPersister;

/**
 * Writes deltas in lock order, by one UPDATE for each row. Neighbours with the same text are one JDBC batch or, where the
 * database can update many rows in a given order, one statement.
 */
public final class CounterWriter {

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
        caches.around(update.parent(), ids, session, () -> send(update, rows, ids, touched, session));
        touched.forEach((attribute, now) ->
                ids.forEach(id -> ManagedParents.show(update.parent(), id, attribute.name(), now, session)));
    }

    private static int send(
            CounterUpdate update,
            List<RowDeltas> rows,
            List<Object> ids,
            Map<TouchedAttribute, Object> touched,
            SharedSessionContractImplementor session) {
        EntityPersister parent = update.parent();
        Set<CounterDefinition> counters = rows.get(0).amounts().keySet();
        Supplier<String> attempt = () -> "move %s of %s".formatted(names(counters), parent.getImportedName());
        ArrayUpdate many = update.many() == null ? null : ArrayUpdate.of(ids, parent, session);
        if (many != null && update.many() != null) {
            return Statements.send(
                    update.many(),
                    attempt,
                    session,
                    statement ->
                            many.send(amounts(rows, counters.size()), update.types(), touched, statement, session));
        }
        if (rows.size() > 1) {
            return Statements.send(update.text(), attempt, session, statement -> {
                for (RowDeltas row : rows) {
                    bind(row, update, touched, statement, session);
                    statement.addBatch();
                }
                return Statements.executeBatch(statement, session).length;
            });
        }
        boolean returns =
                Databases.of(session).canReturnUpdated() && ManagedParents.manages(parent, ids.get(0), session);
        String text = returns ? update.returning() : update.text();
        return Statements.send(text, attempt, session, statement -> {
            bind(rows.get(0), update, touched, statement, session);
            return returns
                    ? show(counters, parent, ids.get(0), statement, text, session)
                    : Statements.executeUpdate(statement, session);
        });
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

    /** Has the managed instance show the new values, including what other transactions have added. */
    private static int show(
            Set<CounterDefinition> counters,
            EntityPersister parent,
            Object id,
            PreparedStatement statement,
            String text,
            SharedSessionContractImplementor session)
            throws SQLException {
        ResultSet values = session.getJdbcCoordinator().getResultSetReturn().extract(statement, text);
        if (!values.next()) {
            return 0; // the row is deleted
        }
        int column = 1;
        for (CounterDefinition counter : counters) {
            ManagedParents.show(parent, id, counter.counter(), values.getBigDecimal(column++), session);
        }
        return 1;
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

    private static String names(Set<CounterDefinition> counters) {
        return counters.stream().map(CounterDefinition::counter).collect(Collectors.joining(", "));
    }
}
