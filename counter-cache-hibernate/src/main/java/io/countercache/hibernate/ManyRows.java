package io.countercache.hibernate;

import io.countercache.CounterDeltas.RowDeltas;
import io.countercache.hibernate.CounterSql.ColumnValue;
import io.countercache.hibernate.CounterSql.CounterUpdate;
import java.math.BigDecimal;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.metamodel.mapping.BasicEntityIdentifierMapping;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.type.SqlTypes;
import org.hibernate.type.descriptor.jdbc.JdbcType;
import org.jspecify.annotations.Nullable;

/**
 * PostgreSQL: the UPDATE that moves counters of many rows at once, which takes about two thirds of the time of a JDBC batch. It locks
 * them in the order in which they are bound before it changes them, for the order in which it would by itself is the planner's.
 */
final class ManyRows {

    /** Fewer are sent as a JDBC batch, which is as fast. */
    private static final int FEWEST = 20;

    private final List<RowDeltas> rows;
    private final Object[] ids;
    private final String idType;

    private ManyRows(List<RowDeltas> rows, Object[] ids, String idType) {
        this.rows = rows;
        this.ids = ids;
        this.idType = idType;
    }

    /** Rows that can be moved so; null if the database knows their ids by another type than Java does. */
    static @Nullable ManyRows of(
            List<RowDeltas> rows,
            CounterUpdate update,
            EntityPersister parent,
            SharedSessionContractImplementor session) {
        if (rows.size() < FEWEST
                || update.many() == null
                || !CounterWriter.canReturn(session)
                || !(parent.getIdentifierMapping() instanceof BasicEntityIdentifierMapping id)) {
            return null;
        }
        Object[] ids = new Object[rows.size()];
        for (int i = 0; i < ids.length; i++) {
            List<ColumnValue> columns =
                    CounterSql.columnValues(id, rows.get(i).row().id(), session);
            ids[i] = columns.get(0).value();
        }
        String type = type(ids[0], id.getJdbcMapping().getJdbcType());
        return type == null ? null : new ManyRows(rows, ids, type);
    }

    /** The type that the elements of an array need so that they are compared with the column as the id itself is. */
    private static @Nullable String type(@Nullable Object id, JdbcType column) {
        return switch (column.getDdlTypeCode()) {
            case SqlTypes.BIGINT -> id instanceof Long ? "int8" : null;
            case SqlTypes.INTEGER -> id instanceof Integer ? "int4" : null;
            case SqlTypes.SMALLINT -> id instanceof Short ? "int2" : null;
            case SqlTypes.UUID -> id instanceof UUID ? "uuid" : null;
            default -> null;
        };
    }

    /** The text: its parameters are an array of the ids, one of the amounts of each counter, and now for each touched attribute. */
    static String update(String table, String key, List<String> counters, List<String> touched) {
        List<String> amounts = IntStream.range(0, counters.size())
                .mapToObj(counter -> "n" + counter)
                .toList();
        String assignments = Stream.concat(
                        IntStream.range(0, counters.size())
                                .mapToObj(counter -> "%1$s = coalesce(p.%1$s, 0) + m.n%2$d"
                                        .formatted(counters.get(counter), counter)),
                        touched.stream())
                .collect(Collectors.joining(", "));
        String columns = String.join(", ", amounts);
        return """
                with m as (select m.id, %1$s from unnest(?, %2$s) with ordinality m(id, %1$s, o) \
                join %3$s p on p.%4$s = m.id order by m.o for no key update of p) \
                update %3$s p set %5$s from m where p.%4$s = m.id""".formatted(
                        columns,
                        amounts.stream().map(amount -> "?").collect(Collectors.joining(", ")),
                        table,
                        key,
                        assignments);
    }

    /** Binds and executes the statement; how many rows were moved. */
    int send(
            List<Class<?>> types,
            Map<TouchedAttribute, Object> touched,
            PreparedStatement statement,
            SharedSessionContractImplementor session)
            throws SQLException {
        Connection connection = statement.getConnection();
        int position = 1;
        statement.setArray(position++, connection.createArrayOf(idType, ids));
        for (int counter = 0; counter < types.size(); counter++) {
            statement.setArray(position++, amounts(counter, types.get(counter), connection));
        }
        CounterSql.bind(touched, statement, position, session);
        return Statements.executeUpdate(statement, session);
    }

    /** @param counter the how many-th of each row */
    private Array amounts(int counter, Class<?> type, Connection connection) throws SQLException {
        BigDecimal[] amounts = rows.stream()
                .map(row -> row.amounts().values().stream()
                        .skip(counter)
                        .findFirst()
                        .orElseThrow())
                .toArray(BigDecimal[]::new);
        return CounterColumn.array(amounts, type, connection);
    }
}
