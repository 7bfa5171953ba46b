package io.countercache.hibernate.internal.sql;

import static java.util.Objects.requireNonNull;

import io.countercache.hibernate.internal.orm.EntityTables;
import io.countercache.hibernate.internal.support.Numbers;
import java.math.BigDecimal;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.metamodel.mapping.BasicEntityIdentifierMapping;
import org.hibernate.metamodel.mapping.JdbcMapping;
import org.hibernate.metamodel.mapping.ModelPart;
import org.hibernate.metamodel.mapping.SelectableMapping;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.sql.model.TableMapping;
import org.hibernate.type.descriptor.ValueBinder;
import org.jspecify.annotations.Nullable;

/** The columns of ids and other attributes: the values in them, how these are bound to a statement and read from a result. */
public final class Columns {

    private Columns() {}

    /** A column and the value in it. */
    public record ColumnValue(
            SelectableMapping column, @Nullable Object value) {

        /** The condition that the column has this value. */
        public String equal() {
            return column.getSelectionExpression() + " = " + column.getWriteExpression();
        }

        @SuppressWarnings("unchecked") // Hibernate does not declare the type of the value
        public void bind(PreparedStatement statement, int position, SharedSessionContractImplementor session)
                throws SQLException {
            ValueBinder<@Nullable Object> binder = column.getJdbcMapping().getJdbcValueBinder();
            binder.bind(statement, value, position, session);
        }
    }

    /** The columns of an attribute, with what they contain for a value of the attribute. */
    public static List<ColumnValue> columnValues(
            ModelPart attribute, @Nullable Object value, SharedSessionContractImplementor session) {
        List<ColumnValue> columns = new ArrayList<>(1);
        attribute.breakDownJdbcValues(
                value,
                (index, part, column) -> columns.add(new ColumnValue(
                        column,
                        // for a basic id, Hibernate does not call its converter here
                        attribute instanceof BasicEntityIdentifierMapping
                                ? column.getJdbcMapping().convertToRelationalValue(part)
                                : part)),
                session);
        return columns;
    }

    /** The key columns of an entity in one of its tables. */
    public static List<String> keyColumns(String table, EntityPersister entity) {
        List<String> columns = new ArrayList<>();
        for (TableMapping mapping : EntityTables.mutable(entity)) {
            if (mapping.getTableName().equals(table)) {
                mapping.getKeyDetails().forEachKeyColumn((index, key) -> columns.add(key.getColumnName()));
            }
        }
        return columns;
    }

    /** Whether the key in a table has one column. */
    static boolean hasSimpleKey(String table, EntityPersister entity) {
        return keyColumns(table, entity).size() == 1;
    }

    /** An UPDATE that finds a row and leaves it as it is. Its parameter is the id. */
    public static String updateAsItIs(String table, String column, EntityPersister entity) {
        return "update " + table + " set " + column + " = " + column + " where " + row(table, entity);
    }

    /** The value of a column; 0 for null. */
    public static String orZero(String column) {
        return "coalesce(" + column + ", 0)";
    }

    /** The condition that finds a row in one of the tables of its entity; its parameter is the id. */
    public static String row(String table, EntityPersister entity) {
        return keyColumns(table, entity).stream().map(column -> column + " = ?").collect(Collectors.joining(" and "));
    }

    /** The SELECT of columns of the row with a key. */
    public static String selectBy(String table, List<ColumnValue> key, List<String> columns) {
        return selectByAny(table, List.of(key), columns);
    }

    /** The SELECT of columns of all rows that have one of these keys. */
    public static String selectByAny(String table, List<List<ColumnValue>> keys, List<String> columns) {
        return "select " + String.join(", ", columns) + " from " + table + " where "
                + keys.stream()
                        .map(key -> key.stream().map(ColumnValue::equal).collect(Collectors.joining(" and ")))
                        .collect(Collectors.joining(" or "));
    }

    /** Binds the values of columns; returns the position after them. */
    public static int bind(
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

    /** Binds an id; returns the position after it. */
    public static int bindId(
            Object id,
            EntityPersister entity,
            PreparedStatement statement,
            int firstPosition,
            SharedSessionContractImplementor session)
            throws SQLException {
        return bind(columnValues(entity.getIdentifierMapping(), id, session), statement, firstPosition, session);
    }

    /** Binds ids one after the other; returns the position after them. */
    public static int bindIds(
            Collection<?> ids,
            EntityPersister entity,
            PreparedStatement statement,
            int firstPosition,
            SharedSessionContractImplementor session)
            throws SQLException {
        int position = firstPosition;
        for (Object id : ids) {
            position = bindId(requireNonNull(id), entity, statement, position, session);
        }
        return position;
    }

    /** Binds a number as the type that its column has, because the database would compute with another type otherwise. */
    public static void bind(BigDecimal number, Class<?> type, PreparedStatement statement, int position)
            throws SQLException {
        if (Numbers.isWhole(type) && Numbers.isLong(number)) {
            statement.setLong(position, number.longValue());
        } else if (Numbers.isFloating(type)) {
            statement.setDouble(position, number.doubleValue());
        } else {
            statement.setBigDecimal(position, number);
        }
    }

    /** Reads an id of one column; null if the column is null. */
    public static @Nullable Object readId(
            EntityPersister entity, ResultSet rows, int column, SharedSessionContractImplementor session)
            throws SQLException {
        JdbcMapping type = entity.getIdentifierMapping().getSingleJdbcMapping();
        Object value = type.getJdbcValueExtractor().extract(rows, column, session);
        return value == null ? null : type.convertToDomainValue(value);
    }

    /** Reads the first columns of a row as numbers. */
    public static List<BigDecimal> readNumbers(ResultSet rows, int columns) throws SQLException {
        List<BigDecimal> numbers = new ArrayList<>(columns);
        for (int column = 1; column <= columns; column++) {
            numbers.add(rows.getBigDecimal(column));
        }
        return numbers;
    }
}
