package io.countercache.hibernate.internal.write;

import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.model.CounterSlots;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.orm.EntityTables;
import io.countercache.hibernate.internal.orm.Slots;
import io.countercache.hibernate.internal.sql.Columns;
import io.countercache.hibernate.internal.sql.OldRows;
import io.countercache.hibernate.internal.sql.Statements;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.hibernate.engine.spi.EntityEntry;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;

/**
 * Reads counters of a row that is locked. The SELECT that has locked it may have waited for whoever has squashed its slots: then it has
 * the column as it is now, and the slots as they were before.
 */
public final class SlotReads {

    private SlotReads() {}

    /**
     * A counter that is read.
     *
     * @param value its value, as SQL has it
     */
    private record Read(String counter, String value) {}

    /** Reads the values of some counters of a row. Its parameter is the id. */
    static String select(String table, List<Slots> counters, EntityPersister entity) {
        return select(table, counters.stream().map(counter -> counter.value(table)), entity);
    }

    private static String select(String table, Stream<String> values, EntityPersister entity) {
        return values.collect(
                Collectors.joining(", ", "select ", " from " + table + " where " + Columns.row(table, entity)));
    }

    /** Has the instance of a locked row show the values of all its counters with slots. */
    public static void show(
            CounterModel model, Object instance, EntityEntry entry, SharedSessionContractImplementor session) {
        EntityPersister entity = entry.getPersister();
        Map<String, List<Read>> reads = new HashMap<>();
        for (CounterSlots.Spread counter : model.slots().of(entity)) {
            String table = counter.slots().rows();
            reads.computeIfAbsent(table, first -> new ArrayList<>())
                    .add(new Read(counter.counter(), counter.slots().value(table)));
        }
        reads.forEach((table, counters) -> show(table, entity, counters, instance, entry, session));
    }

    /** Has the instance of a locked row show what the columns of some counters without slots have. */
    public static void showColumns(
            List<CounterDefinition> counters,
            Object instance,
            EntityEntry entry,
            SharedSessionContractImplementor session) {
        EntityPersister entity = entry.getPersister();
        Map<String, List<Read>> reads = new HashMap<>();
        for (CounterDefinition counter : counters) {
            reads.computeIfAbsent(counter.table(), first -> new ArrayList<>())
                    .add(new Read(counter.counter(), Columns.orZero(counter.column(entity))));
        }
        reads.forEach((declared, read) -> EntityTables.tables(entity, declared)
                .forEach((table, concrete) -> show(table, concrete, read, instance, entry, session)));
    }

    private static void show(
            String table,
            EntityPersister entity,
            List<Read> counters,
            Object instance,
            EntityEntry entry,
            SharedSessionContractImplementor session) {
        String sql = OldRows.current(select(table, counters.stream().map(Read::value), entity), session);
        Statements.query(sql, () -> "read " + Entities.name(entity), session, statement -> {
            Columns.bindId(entry.getId(), entity, statement, 1, session);
            ResultSet rows = session.getJdbcCoordinator().getResultSetReturn().extract(statement, sql);
            if (rows.next()) {
                List<BigDecimal> read = Columns.readNumbers(rows, counters.size());
                for (int i = 0; i < counters.size(); i++) {
                    ManagedParents.show(instance, entry, counters.get(i).counter(), read.get(i));
                }
            }
            return counters;
        });
    }
}
