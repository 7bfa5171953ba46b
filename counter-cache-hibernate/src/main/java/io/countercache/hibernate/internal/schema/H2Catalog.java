package io.countercache.hibernate.internal.schema;

import io.countercache.hibernate.internal.model.OnDelete.Action;
import io.countercache.hibernate.internal.schema.LiveSchema.LiveColumn;
import io.countercache.hibernate.internal.schema.LiveSchema.LiveKey;
import io.countercache.hibernate.internal.schema.LiveSchema.LiveTable;
import io.countercache.hibernate.internal.support.SqlType;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the schema of H2 from its INFORMATION_SCHEMA. Joins nothing there: H2 builds its views anew for each row of a join. */
final class H2Catalog {

    private static final String NOT_ITS_OWN = " where table_schema <> 'INFORMATION_SCHEMA'";

    private final LiveSchema live = new LiveSchema();
    private final Connection connection;

    private record Constraint(String table, Set<String> columns) {}

    private H2Catalog(Connection connection) {
        this.connection = connection;
    }

    static LiveSchema read(Set<String> tables, Connection connection) throws SQLException {
        return new H2Catalog(connection).read(tables);
    }

    private LiveSchema read(Set<String> tables) throws SQLException {
        Map<String, String> mapped = new HashMap<>();
        String schema = LiveSchema.plain(connection.getSchema());
        for (String table : tables) {
            var parts = LiveSchema.parts(table);
            String own = parts.size() < 2 ? schema : LiveSchema.plain(parts.get(parts.size() - 2));
            mapped.put(own + "." + LiveSchema.plain(parts.get(parts.size() - 1)), table);
        }
        forEach(
                "select table_schema, table_name, column_name, data_type, character_maximum_length, numeric_precision, numeric_scale, datetime_precision, collation_name, is_nullable, column_default from information_schema.columns"
                        + NOT_ITS_OWN,
                row -> {
                    String table = mapped.get(table(row));
                    if (table != null) {
                        column(row, live.found(table, table(row)));
                    }
                });
        if (!live.isEmpty()) {
            forEach(
                    "select table_schema, table_name from information_schema.tables" + NOT_ITS_OWN
                            + " and table_type = 'VIEW'",
                    row -> live.table(table(row)).isView = true);
            forEach(
                    "select table_schema, table_name, column_name from information_schema.index_columns" + NOT_ITS_OWN
                            + " and ordinal_position = 1",
                    row -> live.table(table(row)).indexed.add(LiveSchema.plain(row.getString(3))));
            keys();
        }
        return live;
    }

    private void forEach(String sql, LiveSchema.Row reader) throws SQLException {
        try (Statement query = connection.createStatement();
                ResultSet rows = query.executeQuery(sql)) {
            while (rows.next()) {
                reader.read(rows);
            }
        }
    }

    private static String table(ResultSet row) throws SQLException {
        return LiveSchema.plain(row.getString(1)) + "." + LiveSchema.plain(row.getString(2));
    }

    private static void column(ResultSet row, LiveTable table) throws SQLException {
        String name = LiveSchema.plain(row.getString(3));
        String collation = row.getString(9);
        table.columns.put(
                name,
                new LiveColumn(
                        name,
                        SqlType.parse(type(row).toLowerCase(Locale.ROOT)),
                        "OFF".equals(collation) ? null : collation,
                        "YES".equals(row.getString(10)),
                        row.getString(11) != null));
    }

    private static String type(ResultSet row) throws SQLException {
        String name = row.getString(4);
        for (int column : new int[] {5, 8}) {
            if (row.getString(column) != null) {
                return name.startsWith("TIMESTAMP") || name.startsWith("TIME")
                        ? name.replaceFirst("^TIME(STAMP)?", "$0(" + row.getString(column) + ")")
                        : name + "(" + row.getString(column) + ")";
            }
        }
        return name.equals("NUMERIC") || name.equals("DECIMAL")
                ? "%s(%s,%s)".formatted(name, row.getString(6), row.getString(7))
                : name;
    }

    private void keys() throws SQLException {
        Map<String, Constraint> constraints = new HashMap<>();
        forEach(
                "select table_schema, table_name, column_name, constraint_schema, constraint_name from information_schema.key_column_usage"
                        + NOT_ITS_OWN,
                row -> {
                    Constraint own = new Constraint(table(row), new HashSet<>());
                    Constraint known = constraints.putIfAbsent(row.getString(4) + "." + row.getString(5), own);
                    (known == null ? own : known).columns().add(LiveSchema.plain(row.getString(3)));
                });
        forEach(
                "select constraint_schema, constraint_name, unique_constraint_schema, unique_constraint_name, delete_rule from information_schema.referential_constraints",
                row -> {
                    Constraint own = constraints.get(row.getString(1) + "." + row.getString(2));
                    Constraint target = constraints.get(row.getString(3) + "." + row.getString(4));
                    if (own != null && target != null) {
                        live.table(own.table())
                                .keys
                                .add(new LiveKey(own.table(), own.columns(), target.table(), action(row.getString(5))));
                    }
                });
    }

    private static @Nullable Action action(String rule) {
        return switch (rule) {
            case "CASCADE" -> Action.CASCADE;
            case "SET NULL" -> Action.SET_NULL;
            case "SET DEFAULT" -> Action.SET_DEFAULT;
            default -> null;
        };
    }
}
