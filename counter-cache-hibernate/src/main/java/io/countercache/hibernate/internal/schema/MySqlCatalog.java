package io.countercache.hibernate.internal.schema;

import io.countercache.hibernate.internal.model.OnDelete.Action;
import io.countercache.hibernate.internal.schema.LiveSchema.LiveColumn;
import io.countercache.hibernate.internal.schema.LiveSchema.LiveKey;
import io.countercache.hibernate.internal.schema.LiveSchema.LiveTable;
import io.countercache.hibernate.internal.support.SqlType;
import io.countercache.hibernate.internal.support.SqlType.Kind;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads the schema of MySQL and MariaDB from their INFORMATION_SCHEMA, which knows what no driver tells: collations, defaults and
 * storage engines. A schema is what JDBC calls a catalog there.
 */
final class MySqlCatalog {

    private final LiveSchema live = new LiveSchema();
    private final Connection connection;
    private final Set<String> schemas = new TreeSet<>();

    private MySqlCatalog(Connection connection) {
        this.connection = connection;
    }

    static LiveSchema read(Set<String> tables, Connection connection) throws SQLException {
        return new MySqlCatalog(connection).read(tables);
    }

    private LiveSchema read(Set<String> tables) throws SQLException {
        Map<String, String> mapped = new HashMap<>();
        for (String table : tables) {
            var parts = LiveSchema.parts(table);
            String schema = parts.size() < 2
                    ? connection.getCatalog()
                    : parts.get(parts.size() - 2).strip().replace("`", ""); // as it is written: case may matter
            schemas.add(schema);
            mapped.put(LiveSchema.plain(schema) + "." + LiveSchema.plain(parts.get(parts.size() - 1)), table);
        }
        forEach(
                "column_name, column_type, collation_name, is_nullable, column_default from information_schema.columns",
                row -> {
                    String table = mapped.get(table(row, 1));
                    if (table != null) {
                        column(row, live.found(table, table(row, 1)));
                    }
                });
        if (!live.isEmpty()) {
            forEach(
                    "table_type, engine from information_schema.tables",
                    row -> storage(row, live.table(table(row, 1))));
            forEach("seq_in_index, column_name from information_schema.statistics", row -> {
                if (row.getInt(3) == 1 && row.getString(4) != null) { // else it begins with an expression
                    live.table(table(row, 1)).indexed.add(LiveSchema.plain(row.getString(4)));
                }
            });
            keys();
        }
        return live;
    }

    private void forEach(String columnsAndView, LiveSchema.Row reader) throws SQLException {
        forEach("table_schema", columnsAndView, reader);
    }

    /**
     * Reads what a view tells about the tables of these schemas.
     *
     * @param schema the column with the schema, which is read first, and the name of the table second
     */
    private void forEach(String schema, String columnsAndView, LiveSchema.Row reader) throws SQLException {
        String sql = "select %s, table_name, %s where %s in (%s)"
                .formatted(schema, columnsAndView, schema, String.join(", ", Collections.nCopies(schemas.size(), "?")));
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            int position = 1;
            for (String each : schemas) {
                query.setString(position++, each);
            }
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    reader.read(rows);
                }
            }
        }
    }

    private static String table(ResultSet row, int first) throws SQLException {
        return LiveSchema.plain(row.getString(first)) + "." + LiveSchema.plain(row.getString(first + 1));
    }

    private static void column(ResultSet row, LiveTable table) throws SQLException {
        String name = LiveSchema.plain(row.getString(3));
        String type = row.getString(4).toLowerCase(Locale.ROOT);
        String collation = row.getString(5);
        String initial = row.getString(7);
        boolean isNull = initial == null || initial.equalsIgnoreCase("null"); // MariaDB tells it as an expression
        table.columns.put(
                name,
                new LiveColumn(
                        name,
                        type(type),
                        collation == null || comparesAll(collation) || type.startsWith("enum(") ? null : collation,
                        "YES".equals(row.getString(6)),
                        !isNull));
    }

    /** Other names than elsewhere: {@code float} is short, {@code real} is long, and a {@code timestamp} is a moment. */
    private static SqlType type(String text) {
        SqlType type = SqlType.parse(text);
        if (text.matches("float\\b.*")) {
            return new SqlType(text, Kind.REAL, type.size(), type.scale());
        }
        boolean isTime = text.matches("(timestamp|datetime)\\b.*");
        if (!isTime) {
            return type;
        }
        int digits = Math.max(type.size(), 0);
        return new SqlType(text, text.startsWith("timestamp") ? Kind.MOMENT : Kind.DATE_TIME, digits, -1);
    }

    /** Only these neither ignore case or accents, nor blanks at the end. */
    private static boolean comparesAll(String collation) {
        return collation.endsWith("_nopad_bin") || collation.endsWith("_0900_bin") || collation.equals("binary");
    }

    private static void storage(ResultSet row, LiveTable table) throws SQLException {
        String engine = row.getString(4);
        table.isView = "VIEW".equals(row.getString(3));
        if ("MyISAM".equalsIgnoreCase(engine) || "Aria".equalsIgnoreCase(engine)) {
            table.obstacles.add(
                    "is stored by %s, which has no transactions, so that a rollback leaves what was counted: alter it to engine = InnoDB"
                            .formatted(engine));
        }
    }

    private void keys() throws SQLException {
        Map<String, String> rules = new HashMap<>();
        forEach(
                "constraint_schema",
                "constraint_name, delete_rule from information_schema.referential_constraints",
                row -> rules.put(table(row, 1) + "." + row.getString(3), row.getString(4)));
        Map<String, LiveKey> keys = new HashMap<>();
        forEach(
                "constraint_name, column_name, referenced_table_schema, referenced_table_name from information_schema.key_column_usage",
                row -> {
                    String name = table(row, 1) + "." + row.getString(3);
                    String rule = rules.get(name);
                    if (rule != null && row.getString(6) != null) { // else it is the key of its own table
                        LiveKey key = new LiveKey(table(row, 1), new HashSet<>(), table(row, 5), action(rule));
                        LiveKey known = keys.putIfAbsent(name, key);
                        (known == null ? key : known).columns().add(LiveSchema.plain(row.getString(4)));
                    }
                });
        keys.values().forEach(key -> live.table(key.table()).keys.add(key));
    }

    private static @Nullable Action action(String rule) {
        return switch (rule) {
            case "CASCADE" -> Action.CASCADE;
            case "SET NULL" -> Action.SET_NULL;
            default -> null; // InnoDB refuses SET DEFAULT
        };
    }
}
