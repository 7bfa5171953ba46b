package io.countercache.hibernate.internal.sql;

import io.countercache.hibernate.internal.support.Numbers;
import java.math.BigDecimal;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.metamodel.mapping.BasicEntityIdentifierMapping;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;

/**
 * PostgreSQL: the UPDATE that adds to columns of many rows at once, which takes about two thirds of the time of a JDBC batch.
 * It locks the rows in the order in which they are bound before it changes them, because otherwise the query planner would
 * choose the order.
 */
public final class ArrayUpdate {

    /** Fewer rows are sent as a JDBC batch: below about this number it is as fast. */
    private static final int FEWEST = 20;

    private final Object[] ids;
    private final IdType idType;

    private ArrayUpdate(Object[] ids, IdType idType) {
        this.ids = ids;
        this.idType = idType;
    }

    /** The types of ids that PostgreSQL compares with the column in the same way in an array as one by one. */
    private enum IdType {
        INT8(SqlTypes.BIGINT, Long.class),
        INT4(SqlTypes.INTEGER, Integer.class),
        INT2(SqlTypes.SMALLINT, Short.class),
        UUID(SqlTypes.UUID, UUID.class);

        private final int column;
        private final Class<?> value;

        IdType(int column, Class<?> value) {
            this.column = column;
            this.value = value;
        }

        /** Null if the ids of a parent have another type in the database. */
        static @Nullable IdType of(EntityPersister parent) {
            if (parent.getIdentifierMapping() instanceof BasicEntityIdentifierMapping id) {
                int column = id.getJdbcMapping().getJdbcType().getDdlTypeCode();
                for (IdType type : values()) {
                    if (type.column == column) {
                        return type;
                    }
                }
            }
            return null;
        }

        String sql() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The UPDATE of the rows with these ids; null if they are too few or their ids cannot be sent as an array. */
    public static @Nullable ArrayUpdate of(
            List<Object> ids, EntityPersister entity, SharedSessionContractImplementor session) {
        IdType type = ids.size() < FEWEST ? null : IdType.of(entity);
        if (type == null) {
            return null;
        }
        Object[] values = ids.stream()
                .map(id -> Columns.columnValues(entity.getIdentifierMapping(), id, session)
                        .get(0)
                        .value())
                .toArray();
        return type.value.isInstance(values[0]) ? new ArrayUpdate(values, type) : null;
    }

    /**
     * The text. Its parameters are an array of the ids, an array of the amounts of each counter, and now for each touched
     * attribute. A row that does not move one of the counters has 0 for it. Null if the database has no such statement, or not
     * for these ids.
     *
     * @param types the types of the counters
     * @param touched for each touched attribute, the places of the counters that touch it
     */
    public static @Nullable String update(
            String table,
            EntityPersister parent,
            List<String> counters,
            List<Class<?>> types,
            Map<TouchedAttribute, List<Integer>> touched) {
        IdType idType = IdType.of(parent);
        if (idType == null || !Databases.of(parent.getFactory()).canUpdateFromArrays()) {
            return null;
        }
        List<String> amounts = IntStream.range(0, counters.size())
                .mapToObj(counter -> "n" + counter)
                .toList();
        String assignments = Stream.concat(
                        IntStream.range(0, counters.size())
                                .mapToObj(counter -> "%1$s = coalesce(p.%1$s, 0) + m.n%2$d"
                                        .formatted(counters.get(counter), counter)),
                        touched.entrySet().stream()
                                .flatMap(each -> touch(each.getKey(), each.getValue(), counters.size()).stream()))
                .collect(Collectors.joining(", "));
        // the types have to be named, because the driver may send the arrays as texts
        String arrays = Stream.concat(Stream.of(idType.sql()), types.stream().map(ArrayUpdate::elementType))
                .map("cast(? as %s[])"::formatted)
                .collect(Collectors.joining(", "));
        return """
                with m as (select m.id, %1$s from unnest(%2$s) with ordinality m(id, %1$s, o) \
                join %3$s p on p.%4$s = m.id order by m.o for no key update of p) \
                update %3$s p set %5$s from m where p.%4$s = m.id""".formatted(
                        String.join(", ", amounts),
                        arrays,
                        table,
                        Columns.keyColumns(table, parent).get(0),
                        assignments);
    }

    /** The assignments of a touched attribute; only of rows that move a counter that touches it. */
    private static List<String> touch(TouchedAttribute attribute, List<Integer> touching, int counters) {
        if (touching.size() == counters) {
            return attribute.assignments();
        }
        String isMoved = touching.stream().map("m.n%d <> 0"::formatted).collect(Collectors.joining(" or "));
        return attribute.assignmentsWhere(isMoved, "p");
    }

    /**
     * Binds and executes the statement; returns how many rows were changed.
     *
     * @param amounts for each column, an amount for each row
     * @param types the types of the columns
     */
    public int send(
            BigDecimal[][] amounts,
            List<Class<?>> types,
            Map<TouchedAttribute, Object> touched,
            PreparedStatement statement,
            SharedSessionContractImplementor session)
            throws SQLException {
        Connection connection = statement.getConnection();
        int position = 1;
        statement.setArray(position++, connection.createArrayOf(idType.sql(), ids));
        for (int column = 0; column < types.size(); column++) {
            statement.setArray(position++, array(amounts[column], types.get(column), connection));
        }
        TouchedAttribute.bind(touched, statement, position, session);
        return Statements.executeUpdate(statement, session);
    }

    /** The type of the elements of an array of amounts for counters of this type. */
    private static String elementType(Class<?> type) {
        return Numbers.isWhole(type) ? "int8" : Numbers.isFloating(type) ? "float8" : "numeric";
    }

    /** An array of amounts, in their order. */
    private static Array array(BigDecimal[] numbers, Class<?> type, Connection connection) throws SQLException {
        if (Numbers.isWhole(type) && Arrays.stream(numbers).allMatch(Numbers::isLong)) {
            return connection.createArrayOf(
                    elementType(type),
                    Arrays.stream(numbers).map(BigDecimal::longValue).toArray());
        }
        if (Numbers.isFloating(type)) {
            return connection.createArrayOf(
                    elementType(type),
                    Arrays.stream(numbers).map(BigDecimal::doubleValue).toArray());
        }
        return connection.createArrayOf("numeric", numbers);
    }
}
