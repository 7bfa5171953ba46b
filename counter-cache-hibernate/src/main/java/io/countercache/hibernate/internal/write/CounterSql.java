package io.countercache.hibernate.internal.write;

import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.model.ParentRow;
import io.countercache.hibernate.internal.model.ReferredParents;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.sql.ArrayUpdate;
import io.countercache.hibernate.internal.sql.Columns;
import io.countercache.hibernate.internal.sql.LockOrder;
import io.countercache.hibernate.internal.sql.TouchedAttribute;
import io.countercache.hibernate.internal.write.CounterDeltas.RowDeltas;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/** The UPDATEs that move counters, and the order in which they lock rows. */
public final class CounterSql {

    private final CounterModel model;
    private final ReferredParents referred;
    private final Map<Moved, CounterUpdate> updates = new ConcurrentHashMap<>();

    /** Some counters of rows of one table. */
    private record Moved(String table, Set<CounterDefinition> counters) {}

    /**
     * The UPDATE that moves some counters of one row. Its parameters are an amount for each counter, in the order of the set,
     * now for each touched attribute, and the id.
     *
     * @param parent the entity that has all of the counters
     * @param text the UPDATE
     * @param returning the UPDATE with RETURNING: it returns the new values of the counters
     * @param many the {@link ArrayUpdate}, for many rows at once; null where there is none
     * @param types the types of the counters
     * @param isSpread whether the row may be in another table instead, which gets an UPDATE as well
     * @param guaranteed the counters whose positive delta says that a foreign key refers to the row
     */
    record CounterUpdate(
            EntityPersister parent,
            String text,
            String returning,
            @Nullable String many,
            List<Class<?>> types,
            List<TouchedAttribute> touched,
            boolean isSpread,
            Set<CounterDefinition> guaranteed) {

        /** Some counters of a row, for messages. */
        String named(RowDeltas row) {
            return "%s of %s %s"
                    .formatted(counters(row), Entities.name(parent), row.row().id());
        }

        static String counters(RowDeltas row) {
            return row.amounts().keySet().stream()
                    .map(CounterDefinition::counter)
                    .collect(Collectors.joining(", "));
        }

        /** How these rows are written by one statement; null where each needs its own. */
        @Nullable
        ArrayUpdate many(List<Object> ids, SharedSessionContractImplementor session) {
            return many == null ? null : ArrayUpdate.of(ids, parent, session);
        }
    }

    public CounterSql(CounterModel model, ReferredParents referred) {
        this.model = model;
        this.referred = referred;
    }

    CounterUpdate update(String table, Set<CounterDefinition> counters) {
        CounterUpdate known = updates.get(new Moved(table, counters));
        return known != null
                ? known
                : updates.computeIfAbsent(new Moved(table, Set.copyOf(counters)), any -> resolve(table, counters));
    }

    private CounterUpdate resolve(String table, Set<CounterDefinition> counters) {
        EntityPersister parent = model.tables().parentIn(table, counters);
        List<String> columns = new ArrayList<>();
        List<Class<?>> types = new ArrayList<>();
        counters.forEach(counter -> {
            columns.add(counter.column(parent));
            types.add(counter.type(parent));
        });
        List<TouchedAttribute> touched = counters.stream()
                .flatMap(counter -> counter.touch().stream())
                .distinct()
                .sorted()
                .map(name -> TouchedAttribute.named(parent, name))
                .toList();
        String text = update(table, parent, columns, touched, List.of());
        String many = ArrayUpdate.update(
                table, parent, columns, types, assignments(touched).toList());
        Set<CounterDefinition> guaranteed =
                counters.stream().filter(referred::areGuaranteed).collect(Collectors.toUnmodifiableSet());
        boolean isSpread =
                counters.stream().anyMatch(counter -> model.tables().of(counter).size() > 1);
        return new CounterUpdate(parent, text, returning(text, columns), many, types, touched, isSpread, guaranteed);
    }

    /**
     * An UPDATE of counters of one row. Its parameters are an amount for each counter, now for each touched attribute, the id,
     * and those of the conditions. It is relative, so that concurrent transactions add up instead of overwriting each other.
     */
    public static String update(
            String table,
            EntityPersister entity,
            List<String> counters,
            List<TouchedAttribute> touched,
            List<String> conditions) {
        Stream<String> moved = counters.stream().map(column -> column + " = " + Columns.orZero(column) + " + ?");
        String assignments = Stream.concat(moved, assignments(touched)).collect(Collectors.joining(", "));
        String rows = Stream.concat(Stream.of(Columns.row(table, entity)), conditions.stream())
                .collect(Collectors.joining(" and "));
        return "update " + table + " set " + assignments + " where " + rows;
    }

    /** An UPDATE that sets a counter of one row. Its parameters are the value, now for each touched attribute, and the id. */
    public static String set(String table, EntityPersister entity, String counter, List<TouchedAttribute> touched) {
        String assigned =
                Stream.concat(Stream.of(counter + " = ?"), assignments(touched)).collect(Collectors.joining(", "));
        return "update " + table + " set " + assigned + " where " + Columns.row(table, entity);
    }

    private static Stream<String> assignments(List<TouchedAttribute> touched) {
        return touched.stream().flatMap(attribute -> attribute.assignments().stream());
    }

    public static String returning(String update, List<String> columns) {
        return update + " returning " + String.join(", ", columns);
    }

    /**
     * The order in which all transactions lock rows: by table, then by id. It depends on nothing but these values, because
     * transactions of other JVMs lock the same rows.
     */
    public Comparator<ParentRow> lockOrder(SharedSessionContractImplementor session) {
        return Comparator.comparing(ParentRow::table, tableOrder())
                .thenComparing((one, other) -> LockOrder.compareIds(
                        () -> model.tables().parentIn(one.table()), one.id(), other.id(), session));
    }

    /** The order of tables in the lock order. */
    public Comparator<String> tableOrder() {
        return model.paths().order().comparator();
    }
}
