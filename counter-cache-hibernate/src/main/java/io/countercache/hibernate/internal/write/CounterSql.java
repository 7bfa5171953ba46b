package io.countercache.hibernate.internal.write;

import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.model.ParentRow;
import io.countercache.hibernate.internal.sql.ArrayUpdate;
import io.countercache.hibernate.internal.sql.Columns;
import io.countercache.hibernate.internal.sql.LockOrder;
import io.countercache.hibernate.internal.sql.TouchedAttribute;
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

/** The SQL texts that change counters, the binding of their parameters, and the order in which rows are locked. */
public final class CounterSql {

    private final CounterModel model;
    private final Map<Moved, CounterUpdate> updates = new ConcurrentHashMap<>();

    /** Some counters of the rows of one table. */
    private record Moved(String table, Set<CounterDefinition> counters) {}

    /**
     * The UPDATE that moves some counters of one row. Its parameters are an amount for each, in the order of the set, now
     * for each touched attribute, and the id.
     *
     * @param types those of the counters
     * @param returning the same, answering with the values that the counters have then
     * @param many PostgreSQL: the same for many rows at once, see {@link ArrayUpdate}; null if that cannot be
     */
    record CounterUpdate(
            String text,
            String returning,
            @Nullable String many,
            List<Class<?>> types,
            List<TouchedAttribute> touched) {}

    public CounterSql(CounterModel model) {
        this.model = model;
    }

    /** @param parent the entity that has all of the counters in this table */
    public CounterUpdate update(String table, Set<CounterDefinition> counters, EntityPersister parent) {
        CounterUpdate known = updates.get(new Moved(table, counters));
        return known != null
                ? known
                : updates.computeIfAbsent(
                        new Moved(table, Set.copyOf(counters)), any -> resolve(table, counters, parent));
    }

    private static CounterUpdate resolve(String table, Set<CounterDefinition> counters, EntityPersister parent) {
        List<String> columns =
                counters.stream().map(counter -> counter.column(parent)).toList();
        List<TouchedAttribute> touched = counters.stream()
                .flatMap(counter -> counter.touch().stream())
                .distinct()
                .sorted()
                .map(name -> TouchedAttribute.named(parent, name))
                .toList();
        String text = update(table, parent, columns, touched, List.of());
        List<Class<?>> types = new ArrayList<>();
        counters.forEach(counter -> types.add(CounterModel.type(counter, parent)));
        String many = ArrayUpdate.update(
                table, parent, columns, types, assignments(touched).toList());
        return new CounterUpdate(text, returning(text, columns), many, types, touched);
    }

    /**
     * Moves counters of one row: an amount for each, now for each touched attribute, the id, and what the conditions ask
     * for. Relative, so that concurrent transactions add up instead of overwriting each other.
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

    /** Writes a column of one row as it is. */
    static String confirm(String table, EntityPersister entity, String column) {
        return "update " + table + " set " + column + " = " + column + " where " + Columns.row(table, entity);
    }

    private static Stream<String> assignments(List<TouchedAttribute> touched) {
        return touched.stream().flatMap(attribute -> attribute.assignments().stream());
    }

    public static String returning(String update, List<String> columns) {
        return update + " returning " + String.join(", ", columns);
    }

    /** The stored values of some counters of one row, null as 0. */
    public static String select(String table, EntityPersister entity, List<String> columns) {
        return "select " + columns.stream().map(Columns::orZero).collect(Collectors.joining(", ")) + " from " + table
                + " where " + Columns.row(table, entity);
    }

    /**
     * The order in which every transaction locks rows: by table, then by id. It must not depend on anything but the
     * values, for transactions of other JVMs lock the same rows.
     */
    public Comparator<ParentRow> lockOrder(SharedSessionContractImplementor session) {
        return Comparator.comparing(ParentRow::table, tableOrder(session))
                .thenComparing((one, other) -> LockOrder.compareIds(
                        () -> model.parentIn(one.table(), session), one.id(), other.id(), session));
    }

    /** The same among tables. */
    public Comparator<String> tableOrder(SharedSessionContractImplementor session) {
        return model.paths(session.getFactory()).order().comparator();
    }
}
