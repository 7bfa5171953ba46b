package io.countercache.hibernate.internal.write;

import static java.util.Objects.requireNonNull;

import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.model.CounterPaths.PathStep;
import io.countercache.hibernate.internal.model.ParentRow;
import io.countercache.hibernate.internal.orm.EntityTables;
import io.countercache.hibernate.internal.sql.ArrayUpdate;
import io.countercache.hibernate.internal.sql.CacheInvalidation;
import io.countercache.hibernate.internal.sql.Columns;
import io.countercache.hibernate.internal.sql.Database;
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
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.persister.entity.UnionSubclassEntityPersister;

/**
 * Writes deltas through Hibernate's JDBC coordinator, so that its logging, statement inspection and listeners see the
 * statements: in lock order, one UPDATE per row, neighbours of the same text in one JDBC batch or, where the database can do
 * that in order, in one statement.
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

    /** Writes the deltas of some tables. */
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

    /** Writes rows that a path has led through as they are. */
    public void confirm(PathStep step, Set<Object> ids, SharedSessionContractImplementor session) {
        if (ids.isEmpty()) {
            return;
        }
        String text =
                CounterSql.confirm(step.table(), step.entity(), step.columns().get(0));
        Statements.send(text, () -> "confirm " + step.entity().getImportedName(), session, statement -> {
            for (Object id : ids) {
                Columns.bindId(id, step.entity(), statement, 1, session);
                statement.addBatch();
            }
            return Statements.executeBatch(statement, session).length;
        });
    }

    private static boolean isSameStatement(RowDeltas one, RowDeltas other) {
        return one.row().table().equals(other.row().table())
                && one.amounts().keySet().equals(other.amounts().keySet());
    }

    /**
     * Puts deltas into the tables that their rows are in. Which one that is where each class has one of its own is known of
     * an instance in memory only: else one UPDATE is sent to each that it may be, and changes nothing in the others, for
     * no two rows of a hierarchy have the same id.
     */
    public void spread(CounterDeltas deltas, SharedSessionContractImplementor session) {
        if (!model.isSpread(session)) {
            return;
        }
        for (RowDeltas row : deltas.drain(sql.lockOrder(session))) {
            Object id = row.row().id();
            row.amounts()
                    .forEach((counter, amount) -> tables(counter, id, session)
                            .forEach(table -> deltas.add(counter, new ParentRow(table, id), amount)));
        }
    }

    /** The tables that the row of a counter may be in. */
    public Set<String> tables(CounterDefinition counter, Object id, SharedSessionContractImplementor session) {
        EntityPersister parent = model.parent(counter, session);
        Object managed = ManagedParents.managed(parent, id, session);
        EntityEntry entry =
                managed == null ? null : session.getPersistenceContextInternal().getEntry(managed);
        return entry != null
                        && parent instanceof UnionSubclassEntityPersister
                        && entry.getPersister() instanceof UnionSubclassEntityPersister itself
                ? Set.of(itself.getRootTableName())
                : EntityTables.tables(parent, counter.table()).keySet();
    }

    private void writeBatch(List<RowDeltas> rows, SharedSessionContractImplementor session) {
        Set<CounterDefinition> counters = rows.get(0).amounts().keySet();
        String table = rows.get(0).row().table();
        EntityPersister parent = requireNonNull(
                EntityTables.tables(model.parent(counters, session), table).get(table));
        CounterUpdate update = sql.update(table, counters, parent);
        Map<TouchedAttribute, Object> touched = TouchedAttribute.now(update.touched(), session);
        List<Object> ids = rows.stream().map(row -> row.row().id()).toList();
        Supplier<String> attempt = () -> "move %s of %s".formatted(names(counters), parent.getImportedName());
        boolean returns = rows.size() == 1
                && Database.of(session).canReturnUpdated()
                && ManagedParents.manages(parent, ids.get(0), session);
        ArrayUpdate many = update.many() == null ? null : ArrayUpdate.of(ids, parent, session);
        String text = many != null ? requireNonNull(update.many()) : returns ? update.returning() : update.text();
        caches.around(
                parent,
                ids,
                session,
                () -> Statements.send(text, attempt, session, statement -> {
                    if (many != null) {
                        return many.send(amounts(rows, counters.size()), update.types(), touched, statement, session);
                    }
                    for (RowDeltas row : rows) {
                        bind(row, parent, update.types(), touched, statement, session);
                        if (rows.size() > 1) {
                            statement.addBatch();
                        }
                    }
                    if (returns) {
                        return show(counters, parent, ids.get(0), statement, text, session);
                    }
                    return rows.size() > 1
                            ? Statements.executeBatch(statement, session).length
                            : Statements.executeUpdate(statement, session);
                }));
        touched.forEach(
                (attribute, now) -> ids.forEach(id -> ManagedParents.show(parent, id, attribute.name(), now, session)));
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

    /** What the database holds, others' changes included, for the price of the UPDATE. */
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
            return 0; // gone
        }
        int column = 1;
        for (CounterDefinition counter : counters) {
            ManagedParents.show(parent, id, counter.counter(), values.getBigDecimal(column++), session);
        }
        return 1;
    }

    private static void bind(
            RowDeltas row,
            EntityPersister parent,
            List<Class<?>> types,
            Map<TouchedAttribute, Object> touched,
            PreparedStatement statement,
            SharedSessionContractImplementor session)
            throws SQLException {
        int position = 1;
        for (BigDecimal amount : row.amounts().values()) {
            Columns.bind(amount, types.get(position - 1), statement, position++);
        }
        position = TouchedAttribute.bind(touched, statement, position, session);
        Columns.bindId(row.row().id(), parent, statement, position, session);
    }

    private static String names(Set<CounterDefinition> counters) {
        return counters.stream().map(CounterDefinition::counter).collect(Collectors.joining(", "));
    }
}
