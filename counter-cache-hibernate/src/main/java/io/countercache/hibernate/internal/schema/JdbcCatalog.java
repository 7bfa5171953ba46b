package io.countercache.hibernate.internal.schema;

import io.countercache.hibernate.internal.model.OnDelete.Action;
import io.countercache.hibernate.internal.schema.LiveSchema.LiveColumn;
import io.countercache.hibernate.internal.schema.LiveSchema.LiveKey;
import io.countercache.hibernate.internal.schema.LiveSchema.LiveTable;
import io.countercache.hibernate.internal.support.SqlType;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the schema of any database through what every JDBC driver tells. */
final class JdbcCatalog {

    private final LiveSchema live = new LiveSchema();
    private final Connection connection;
    private final DatabaseMetaData metadata;
    private final @Nullable String catalog;
    private final @Nullable String schema;
    private final Set<Place> done = new HashSet<>();

    /** A table as the driver names it. */
    private record Place(@Nullable String catalog, @Nullable String schema, String table) {

        String name() {
            return LiveSchema.plain(schema == null ? String.valueOf(catalog) : schema) + "." + LiveSchema.plain(table);
        }
    }

    private JdbcCatalog(Connection connection) throws SQLException {
        this.connection = connection;
        metadata = connection.getMetaData();
        catalog = connection.getCatalog();
        schema = metadata.supportsSchemasInTableDefinitions() ? connection.getSchema() : null;
    }

    /**
     * Reads some tables.
     *
     * @param named other tables that foreign keys may lead to
     */
    static LiveSchema read(Set<String> tables, Set<String> named, Connection connection) throws SQLException {
        return new JdbcCatalog(connection).read(tables, named);
    }

    private LiveSchema read(Set<String> tables, Set<String> named) throws SQLException {
        for (String table : named) {
            live.named(table, place(table).name());
        }
        for (String table : tables) {
            Place place = place(table);
            if (columns(table, place) && !live.table(place.name()).isView) {
                indexes(place);
                keys(place);
            }
        }
        return live;
    }

    private Place place(String table) throws SQLException {
        List<String> parts = LiveSchema.parts(table);
        String name = stored(parts.get(parts.size() - 1));
        String qualifier = parts.size() < 2 ? null : stored(parts.get(parts.size() - 2));
        boolean hasSchemas = metadata.supportsSchemasInTableDefinitions();
        return new Place(
                hasSchemas || qualifier == null ? catalog : qualifier,
                !hasSchemas || qualifier == null ? schema : qualifier,
                name);
    }

    /** A name as the database keeps it. */
    private String stored(String identifier) throws SQLException {
        String text = identifier.strip();
        if ("\"`[".indexOf(text.charAt(0)) >= 0) {
            return text.substring(1, text.length() - 1);
        }
        return metadata.storesUpperCaseIdentifiers()
                ? text.toUpperCase(Locale.ROOT)
                : metadata.storesLowerCaseIdentifiers() ? text.toLowerCase(Locale.ROOT) : text;
    }

    /** The columns as a query has them: only of these the driver tells how they compare. Returns false without a table. */
    private boolean columns(String table, Place place) throws SQLException {
        boolean isView;
        try (ResultSet tables = metadata.getTables(place.catalog(), place.schema(), place.table(), null)) {
            if (!tables.next()) {
                return false;
            }
            isView = "VIEW".equals(tables.getString("TABLE_TYPE"));
        }
        LiveTable found = live.found(table, place.name());
        found.isView = isView;
        try (Statement query = connection.createStatement();
                ResultSet none = query.executeQuery("select * from " + table + " where 1 = 0")) {
            ResultSetMetaData columns = none.getMetaData();
            for (int i = 1; i <= columns.getColumnCount(); i++) {
                String name = LiveSchema.plain(columns.getColumnName(i));
                SqlType type = type(columns, i);
                boolean isCaseless = type.kind() == SqlType.Kind.TEXT && !columns.isCaseSensitive(i);
                found.columns.put(
                        name,
                        new LiveColumn(
                                name,
                                type,
                                isCaseless ? "of the column, which ignores case," : null,
                                columns.isNullable(i) == ResultSetMetaData.columnNullable,
                                true)); // the driver does not tell here
            }
        }
        return true;
    }

    private static SqlType type(ResultSetMetaData columns, int column) throws SQLException {
        String name = columns.getColumnTypeName(column);
        int precision = columns.getPrecision(column);
        int scale = columns.getScale(column);
        SqlType.Kind kind = switch (columns.getColumnType(column)) {
            case Types.VARCHAR, Types.NVARCHAR, Types.LONGVARCHAR, Types.LONGNVARCHAR, Types.CLOB, Types.NCLOB ->
                SqlType.parse(name).kind() == SqlType.Kind.CASELESS ? SqlType.Kind.CASELESS : SqlType.Kind.TEXT;
            case Types.CHAR, Types.NCHAR -> SqlType.Kind.PADDED;
            case Types.TINYINT, Types.SMALLINT, Types.INTEGER, Types.BIGINT -> SqlType.Kind.WHOLE;
            case Types.NUMERIC, Types.DECIMAL -> SqlType.Kind.DECIMAL;
            case Types.DOUBLE, Types.FLOAT -> SqlType.Kind.DOUBLE;
            case Types.REAL -> SqlType.Kind.REAL;
            case Types.TIMESTAMP -> SqlType.Kind.DATE_TIME;
            default -> SqlType.Kind.OTHER;
        };
        boolean isTime = kind == SqlType.Kind.DATE_TIME;
        return new SqlType(name, kind, isTime ? scale : precision, kind == SqlType.Kind.DECIMAL ? scale : -1);
    }

    private void indexes(Place place) throws SQLException {
        try (ResultSet rows = metadata.getIndexInfo(place.catalog(), place.schema(), place.table(), false, true)) {
            while (rows.next()) {
                if (rows.getShort("ORDINAL_POSITION") == 1 && rows.getString("COLUMN_NAME") != null) {
                    live.table(place.name()).indexed.add(LiveSchema.plain(rows.getString("COLUMN_NAME")));
                }
            }
        }
    }

    /** The foreign keys of a table and, where these cascade, of the tables that they refer to. */
    private void keys(Place first) throws SQLException {
        Deque<Place> tables = new ArrayDeque<>(List.of(first));
        while (!tables.isEmpty()) {
            Place place = tables.remove();
            if (done.add(place)) {
                Map<String, LiveKey> keys = new HashMap<>();
                try (ResultSet rows = metadata.getImportedKeys(place.catalog(), place.schema(), place.table())) {
                    while (rows.next()) {
                        Place target = new Place(
                                rows.getString("PKTABLE_CAT"),
                                rows.getString("PKTABLE_SCHEM"),
                                rows.getString("PKTABLE_NAME"));
                        Action action = action(rows.getShort("DELETE_RULE"));
                        LiveKey key = new LiveKey(place.name(), new HashSet<>(), target.name(), action);
                        LiveKey known = keys.putIfAbsent(String.valueOf(rows.getString("FK_NAME")), key);
                        (known == null ? key : known).columns().add(LiveSchema.plain(rows.getString("FKCOLUMN_NAME")));
                        if (action == Action.CASCADE) {
                            tables.add(target);
                        }
                    }
                }
                live.table(place.name()).keys.addAll(keys.values());
            }
        }
    }

    private static @Nullable Action action(short rule) {
        return switch (rule) {
            case DatabaseMetaData.importedKeyCascade -> Action.CASCADE;
            case DatabaseMetaData.importedKeySetNull -> Action.SET_NULL;
            case DatabaseMetaData.importedKeySetDefault -> Action.SET_DEFAULT;
            default -> null;
        };
    }
}
