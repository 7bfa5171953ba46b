package io.countercache.hibernate;

import io.countercache.CounterDefinition;
import io.countercache.ParentRow;
import java.math.BigDecimal;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.hibernate.LockMode;
import org.hibernate.dialect.Dialect;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.metamodel.mapping.BasicEntityIdentifierMapping;
import org.hibernate.metamodel.mapping.JdbcMapping;
import org.hibernate.metamodel.mapping.ModelPart;
import org.hibernate.metamodel.mapping.SelectableMapping;
import org.hibernate.persister.entity.AbstractEntityPersister;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.type.descriptor.ValueBinder;
import org.jspecify.annotations.Nullable;

/** The SQL texts that change counters, the binding of their parameters, and the order in which rows are locked. */
final class CounterSql {

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
     * @param many PostgreSQL: the same for many rows at once, see {@link ManyRows}; null if that cannot be
     */
    record CounterUpdate(
            String text,
            String returning,
            @Nullable String many,
            List<Class<?>> types,
            List<TouchedAttribute> touched) {}

    CounterSql(CounterModel model) {
        this.model = model;
    }

    /** @param parent the entity that has all of the counters in this table */
    CounterUpdate update(String table, Set<CounterDefinition> counters, EntityPersister parent) {
        CounterUpdate known = updates.get(new Moved(table, counters));
        return known != null
                ? known
                : updates.computeIfAbsent(
                        new Moved(table, Set.copyOf(counters)), any -> resolve(table, counters, parent));
    }

    private static CounterUpdate resolve(String table, Set<CounterDefinition> counters, EntityPersister parent) {
        List<String> columns =
                counters.stream().map(counter -> column(counter, parent)).toList();
        List<TouchedAttribute> touched = counters.stream()
                .flatMap(counter -> counter.touch().stream())
                .distinct()
                .sorted()
                .map(name -> TouchedAttribute.named(parent, name))
                .toList();
        String text = update(table, parent, columns, touched, List.of());
        List<Class<?>> types = new ArrayList<>();
        counters.forEach(counter -> types.add(CounterModel.type(counter, parent)));
        String many = ManyRows.update(
                table, parent, columns, types, assignments(touched).toList());
        return new CounterUpdate(text, returning(text, columns), many, types, touched);
    }

    /**
     * Moves counters of one row: an amount for each, now for each touched attribute, the id, and what the conditions ask
     * for. Relative, so that concurrent transactions add up instead of overwriting each other.
     */
    static String update(
            String table,
            EntityPersister entity,
            List<String> counters,
            List<TouchedAttribute> touched,
            List<String> conditions) {
        Stream<String> moved = counters.stream().map(column -> column + " = " + orZero(column) + " + ?");
        String assignments = Stream.concat(moved, assignments(touched)).collect(Collectors.joining(", "));
        String rows = Stream.concat(Stream.of(row(table, entity)), conditions.stream())
                .collect(Collectors.joining(" and "));
        return "update " + table + " set " + assignments + " where " + rows;
    }

    /** Writes a column of one row as it is. */
    static String confirm(String table, EntityPersister entity, String column) {
        return "update " + table + " set " + column + " = " + column + " where " + row(table, entity);
    }

    private static Stream<String> assignments(List<TouchedAttribute> touched) {
        return touched.stream().flatMap(attribute -> attribute.assignments().stream());
    }

    static String returning(String update, List<String> columns) {
        return update + " returning " + String.join(", ", columns);
    }

    /** The stored values of some counters of one row, null as 0. */
    static String select(String table, EntityPersister entity, List<String> columns) {
        return "select " + columns.stream().map(CounterSql::orZero).collect(Collectors.joining(", ")) + " from " + table
                + " where " + row(table, entity);
    }

    /**
     * Some rows, locked in the order of their ids: what is read of them, and the id after that.
     *
     * @param lock the end of the statement
     */
    static String selectForUpdate(String table, EntityPersister entity, List<String> read, int rows, String lock) {
        List<String> key = keyColumns(table, entity);
        List<String> columns = new ArrayList<>(read);
        columns.addAll(key);
        String where = rows == 1
                ? row(table, entity)
                : key.get(0) + " in (" + String.join(", ", Collections.nCopies(rows, "?")) + ") order by " + key.get(0);
        return "select " + String.join(", ", columns) + " from " + table + " where " + where + lock;
    }

    /**
     * What makes a SELECT lock the rows of one table that it answers. FOR NO KEY UPDATE on PostgreSQL: FOR UPDATE would
     * wait for every transaction that has inserted a child, and deadlock with it.
     */
    static String forUpdate(Dialect dialect) {
        return dialect.getForUpdateString(LockMode.PESSIMISTIC_WRITE);
    }

    /** The same for rows that will be deleted: until then nothing that is new can refer to them. */
    static String forDelete(Dialect dialect) {
        return forUpdate(dialect).replace("no key update", "update"); // PostgreSQL
    }

    /** Whether rows of a table have a key of one column. */
    static boolean hasSimpleKey(String table, EntityPersister entity) {
        return keyColumns(table, entity).size() == 1;
    }

    /** What there is of the row that has a key. */
    static String selectBy(String table, List<ColumnValue> key, List<String> columns) {
        return "select " + String.join(", ", columns) + " from " + table + " where "
                + key.stream().map(ColumnValue::equal).collect(Collectors.joining(" and "));
    }

    /**
     * PostgreSQL: inserts a row or, where its key is taken, adds to the counter of the row that has it. One statement, so
     * that of two that insert at once neither fails.
     */
    static String insertOrAdd(
            String table,
            List<String> columns,
            List<String> values,
            List<ColumnValue> key,
            String counter,
            List<TouchedAttribute> touched,
            @Nullable String guard,
            List<String> answers) {
        String sum = "coalesce(r." + counter + ", 0) + excluded." + counter;
        String update = Stream.concat(Stream.of(counter + " = " + sum), assignments(touched))
                .collect(Collectors.joining(", "));
        return "insert into %s as r (%s) values (%s) on conflict (%s) do update set %s%s returning %s"
                .formatted(
                        table,
                        String.join(", ", columns),
                        String.join(", ", values),
                        key.stream()
                                .map(column -> column.column().getSelectionExpression())
                                .collect(Collectors.joining(", ")),
                        update,
                        guard == null ? "" : " where " + sum + " " + guard,
                        answers.stream().map(column -> "r." + column).collect(Collectors.joining(", ")));
    }

    /** H2: the same, but of two that insert at once one may fail and has to try again. */
    static String merge(
            String table,
            List<String> columns,
            List<String> values,
            List<ColumnValue> key,
            String counter,
            List<TouchedAttribute> touched,
            @Nullable String guard) {
        String sum = "coalesce(r." + counter + ", 0) + ?";
        String update = Stream.concat(Stream.of(counter + " = " + sum), assignments(touched))
                .collect(Collectors.joining(", "));
        return "merge into %s as r using dual on (%s) when matched%s then update set %s when not matched then insert (%s) values (%s)"
                .formatted(
                        table,
                        key.stream().map(column -> "r." + column.equal()).collect(Collectors.joining(" and ")),
                        guard == null ? "" : " and " + sum + " " + guard,
                        update,
                        String.join(", ", columns),
                        String.join(", ", values));
    }

    static String orZero(String column) {
        return "coalesce(" + column + ", 0)";
    }

    private static String row(String table, EntityPersister entity) {
        return keyColumns(table, entity).stream().map(column -> column + " = ?").collect(Collectors.joining(" and "));
    }

    static String column(CounterDefinition counter, EntityPersister parent) {
        return ((SelectableMapping) parent.findAttributeMapping(counter.counter())).getSelectionExpression();
    }

    static List<String> keyColumns(String table, EntityPersister parent) {
        List<String> columns = new ArrayList<>();
        for (var mapping : ((AbstractEntityPersister) parent).getTableMappings()) {
            if (mapping.getTableName().equals(table)) {
                mapping.getKeyDetails().forEachKeyColumn((index, key) -> columns.add(key.getColumnName()));
            }
        }
        return columns;
    }

    /** Binds an id, and answers with the position after it. */
    static int bindId(
            Object id,
            EntityPersister parent,
            PreparedStatement statement,
            int firstPosition,
            SharedSessionContractImplementor session)
            throws SQLException {
        return bind(columnValues(parent.getIdentifierMapping(), id, session), statement, firstPosition, session);
    }

    /** Binds the values of columns, and answers with the position after them. */
    static int bind(
            List<ColumnValue> columns,
            PreparedStatement statement,
            int firstPosition,
            SharedSessionContractImplementor session)
            throws SQLException {
        int position = firstPosition;
        for (ColumnValue column : columns) {
            column.bind(statement, position++, session);
        }
        return position;
    }

    /** Reads an id of one column; null if it is null. */
    static @Nullable Object readId(
            EntityPersister entity, ResultSet rows, int column, SharedSessionContractImplementor session)
            throws SQLException {
        JdbcMapping type = entity.getIdentifierMapping().getSingleJdbcMapping();
        Object value = type.getJdbcValueExtractor().extract(rows, column, session);
        return value == null ? null : type.convertToDomainValue(value);
    }

    /** Reads the first columns of a row. */
    static List<BigDecimal> readNumbers(ResultSet rows, int columns) throws SQLException {
        List<BigDecimal> numbers = new ArrayList<>(columns);
        for (int column = 1; column <= columns; column++) {
            numbers.add(rows.getBigDecimal(column));
        }
        return numbers;
    }

    /** Binds the values of touched attributes, and answers with the position after them. */
    static int bind(
            Map<TouchedAttribute, Object> touched,
            PreparedStatement statement,
            int firstPosition,
            SharedSessionContractImplementor session)
            throws SQLException {
        int position = firstPosition;
        for (var each : touched.entrySet()) {
            position = bind(
                    columnValues(each.getKey().attribute(), each.getValue(), session), statement, position, session);
        }
        return position;
    }

    /** What stands in one column. */
    record ColumnValue(SelectableMapping column, @Nullable Object value) {

        /** The condition that the column has this value. */
        String equal() {
            return column.getSelectionExpression() + " = " + column.getWriteExpression();
        }

        @SuppressWarnings("unchecked") // Hibernate leaves the type of what is bound open
        void bind(PreparedStatement statement, int position, SharedSessionContractImplementor session)
                throws SQLException {
            ValueBinder<@Nullable Object> binder = column.getJdbcMapping().getJdbcValueBinder();
            binder.bind(statement, value, position, session);
        }
    }

    /** What the columns of an attribute hold for a value of it. */
    static List<ColumnValue> columnValues(
            ModelPart attribute, @Nullable Object value, SharedSessionContractImplementor session) {
        List<ColumnValue> columns = new ArrayList<>(1);
        attribute.breakDownJdbcValues(
                value,
                (index, part, column) -> columns.add(new ColumnValue(
                        column,
                        // what a converter makes of a plain id, Hibernate leaves to whoever asks
                        attribute instanceof BasicEntityIdentifierMapping
                                ? column.getJdbcMapping().convertToRelationalValue(part)
                                : part)),
                session);
        return columns;
    }

    /**
     * The order in which every transaction locks rows: by table, then by id. It must not depend on anything but the
     * values, for transactions of other JVMs lock the same rows.
     */
    Comparator<ParentRow> lockOrder(SharedSessionContractImplementor session) {
        return Comparator.comparing(ParentRow::table, tableOrder(session))
                .thenComparing((one, other) ->
                        compareIds(() -> model.parentIn(one.table(), session), one.id(), other.id(), session));
    }

    /** The same among tables. */
    Comparator<String> tableOrder(SharedSessionContractImplementor session) {
        return model.paths(session.getFactory()).order().comparator();
    }

    /** The same among rows of one table. */
    static Comparator<Object> lockOrder(EntityPersister entity, SharedSessionContractImplementor session) {
        return (one, other) -> compareIds(() -> entity, one, other, session);
    }

    private static int compareIds(
            Supplier<EntityPersister> entity, Object one, Object other, SharedSessionContractImplementor session) {
        if (isOrdered(one) && one.getClass() == other.getClass()) {
            return compareValues(one, other);
        }
        ModelPart id = entity.get().getIdentifierMapping();
        return Arrays.compare(
                columnValues(id, one, session).toArray(ColumnValue[]::new),
                columnValues(id, other, session).toArray(ColumnValue[]::new),
                Comparator.comparing(ColumnValue::value, Comparator.nullsFirst(CounterSql::compareValues)));
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
