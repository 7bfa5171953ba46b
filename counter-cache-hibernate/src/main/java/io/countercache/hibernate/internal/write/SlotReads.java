package io.countercache.hibernate.internal.write;

import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.model.CounterSlots;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.orm.Slots;
import io.countercache.hibernate.internal.sql.Columns;
import io.countercache.hibernate.internal.sql.OldRows;
import io.countercache.hibernate.internal.sql.Statements;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.util.List;
import java.util.stream.Collectors;
import org.hibernate.engine.spi.EntityEntry;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;

/**
 * Reads counters with slots of a row that is locked. The SELECT that has locked it may have waited for whoever has squashed its slots:
 * then it has the column as it is now, and the slots as they were before.
 */
public final class SlotReads {

    private SlotReads() {}

    /** Reads the values of some counters of a row. Its parameter is the id. */
    static String select(String table, List<Slots> counters, EntityPersister entity) {
        return counters.stream()
                .map(counter -> counter.value(table))
                .collect(
                        Collectors.joining(", ", "select ", " from " + table + " where " + Columns.row(table, entity)));
    }

    /** Has the instance of a locked row show the values of all its counters with slots. */
    public static void show(
            CounterModel model, Object instance, EntityEntry entry, SharedSessionContractImplementor session) {
        model.slots().of(entry.getPersister()).stream()
                .collect(Collectors.groupingBy(counter -> counter.slots().rows()))
                .forEach((table, counters) -> show(table, counters, instance, entry, session));
    }

    private static void show(
            String table,
            List<CounterSlots.Spread> counters,
            Object instance,
            EntityEntry entry,
            SharedSessionContractImplementor session) {
        EntityPersister entity = entry.getPersister();
        List<Slots> slots = counters.stream().map(CounterSlots.Spread::slots).toList();
        String sql = OldRows.current(select(table, slots, entity), session);
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
