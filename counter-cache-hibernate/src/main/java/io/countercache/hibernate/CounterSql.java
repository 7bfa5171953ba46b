package io.countercache.hibernate;

import io.countercache.CounterDefinition;
import io.countercache.ParentRow;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.metamodel.mapping.JdbcMapping;
import org.hibernate.metamodel.mapping.SelectableMapping;
import org.hibernate.persister.entity.AbstractEntityPersister;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.type.descriptor.ValueBinder;
import org.jspecify.annotations.Nullable;

/** The SQL texts that change counters, the binding of their parameters, and the order in which rows are locked. */
final class CounterSql {

    private final CounterModel model;
    private final Map<Set<CounterDefinition>, String> updates = new ConcurrentHashMap<>();

    CounterSql(CounterModel model) {
        this.model = model;
    }

    /** Adds to counters of one row: an amount for each, in the order of the set, then the id. */
    String update(Set<CounterDefinition> counters, EntityPersister parent) {
        String known = updates.get(counters);
        return known != null ? known : updates.computeIfAbsent(Set.copyOf(counters), any -> text(counters, parent));
    }

    /** The same, and answers with the values that the counters have then, in the order of the set. */
    String updateReturning(Set<CounterDefinition> counters, EntityPersister parent) {
        String columns =
                counters.stream().map(counter -> column(counter, parent)).collect(Collectors.joining(", "));
        return update(counters, parent) + " returning " + columns;
    }

    /** Relative, so that concurrent transactions add up instead of overwriting each other. */
    private static String text(Set<CounterDefinition> counters, EntityPersister parent) {
        String assignments = counters.stream()
                .map(counter -> column(counter, parent))
                .map(column -> column + " = coalesce(" + column + ", 0) + ?")
                .collect(Collectors.joining(", "));
        String table = counters.iterator().next().table();
        String row = keyColumns(table, parent).stream().map(key -> key + " = ?").collect(Collectors.joining(" and "));
        return "update " + table + " set " + assignments + " where " + row;
    }

    private static String column(CounterDefinition counter, EntityPersister parent) {
        return ((SelectableMapping) parent.findAttributeMapping(counter.counter())).getSelectionExpression();
    }

    private static List<String> keyColumns(String table, EntityPersister parent) {
        List<String> columns = new ArrayList<>();
        for (var mapping : ((AbstractEntityPersister) parent).getTableMappings()) {
            if (mapping.getTableName().equals(table)) {
                mapping.getKeyDetails().forEachKeyColumn((index, key) -> columns.add(key.getColumnName()));
            }
        }
        return columns;
    }

    static void bindId(
            Object id,
            EntityPersister parent,
            PreparedStatement statement,
            int firstPosition,
            SharedSessionContractImplementor session)
            throws SQLException {
        int position = firstPosition;
        for (IdColumn column : idColumns(id, parent, session)) {
            binder(column.type()).bind(statement, column.value(), position++, session);
        }
    }

    @SuppressWarnings("unchecked") // Hibernate leaves the type of what is bound open
    private static ValueBinder<@Nullable Object> binder(JdbcMapping type) {
        return type.getJdbcValueBinder();
    }

    private record IdColumn(@Nullable Object value, JdbcMapping type) {}

    private static List<IdColumn> idColumns(
            Object id, EntityPersister parent, SharedSessionContractImplementor session) {
        List<IdColumn> columns = new ArrayList<>(1);
        parent.getIdentifierMapping()
                .breakDownJdbcValues(
                        id,
                        (index, value, column) -> columns.add(new IdColumn(
                                column.getJdbcMapping().convertToRelationalValue(value), column.getJdbcMapping())),
                        session);
        return columns;
    }

    /**
     * The order in which every transaction locks rows: by table, then by id. It must not depend on anything but the
     * values, for transactions of other JVMs lock the same rows.
     */
    Comparator<ParentRow> lockOrder(SharedSessionContractImplementor session) {
        return Comparator.comparing(ParentRow::table).thenComparing((one, other) -> {
            if (isOrdered(one.id()) && one.id().getClass() == other.id().getClass()) {
                return compareValues(one.id(), other.id());
            }
            EntityPersister parent = model.parentIn(one.table(), session);
            List<IdColumn> left = idColumns(one.id(), parent, session);
            List<IdColumn> right = idColumns(other.id(), parent, session);
            return Arrays.compare(
                    left.toArray(IdColumn[]::new),
                    right.toArray(IdColumn[]::new),
                    Comparator.comparing(IdColumn::value, Comparator.nullsFirst(CounterSql::compareValues)));
        });
    }

    /** Not every Comparable will do: what an application's own id compares need not be all of it. */
    private static boolean isOrdered(Object id) {
        return id instanceof Number || id instanceof String || id instanceof UUID;
    }

    @SuppressWarnings("unchecked")
    private static int compareValues(Object one, Object other) {
        if (one instanceof byte[] bytes && other instanceof byte[] otherBytes) {
            return Arrays.compareUnsigned(bytes, otherBytes);
        }
        if (one instanceof Comparable<?> && one.getClass() == other.getClass()) {
            return ((Comparable<Object>) one).compareTo(other);
        }
        return one.toString().compareTo(other.toString());
    }
}
