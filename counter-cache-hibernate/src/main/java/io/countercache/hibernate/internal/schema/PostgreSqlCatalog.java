package io.countercache.hibernate.internal.schema;

import io.countercache.hibernate.internal.model.OnDelete.Action;
import io.countercache.hibernate.internal.schema.LiveSchema.LiveColumn;
import io.countercache.hibernate.internal.schema.LiveSchema.LiveKey;
import io.countercache.hibernate.internal.schema.LiveSchema.LiveTable;
import io.countercache.hibernate.internal.support.SqlType;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the schema of PostgreSQL, in two queries. */
final class PostgreSqlCatalog {

    /** {@code to_regclass} reads a name as SQL does: with its quotes, and along the search path. */
    private static final String TABLES = """
            select t.name, n.nspname || '.' || c.relname,
              c.relrowsecurity and row_security_active(c.oid), current_user,
              case when c.relhasrules then (select string_agg(r.rulename, ', ') from pg_rewrite r
                where r.ev_class = c.oid and r.ev_type in ('2', '3', '4')) end,
              a.attname, format_type(coalesce(d.typbasetype, a.atttypid),
                case when d.oid is null then a.atttypmod else d.typtypmod end),
              o.collname, not a.attnotnull, a.atthasdef, c.relkind not in ('r', 'p')
            from unnest(cast(? as text[])) t(name)
            join pg_class c on c.oid = to_regclass(t.name)
            join pg_namespace n on n.oid = c.relnamespace
            left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
            left join pg_type d on d.oid = a.atttypid and d.typtype = 'd'
            left join pg_collation o on o.oid = a.attcollation and not o.collisdeterministic""";

    /**
     * The foreign keys of the tables and, where those cascade, of the tables that they refer to; and the indexes. A key to a
     * table with partitions is there once more for each of them.
     */
    private static final String KEYS = """
            with recursive asked(relid) as (
              select to_regclass(t.name)::oid from unnest(cast(? as text[])) t(name)
              union
              select k.confrelid from asked join pg_constraint k
                on k.conrelid = asked.relid and k.contype = 'f' and k.confdeltype = 'c' and k.conparentid = 0),
            named(relid, name) as (
              select c.oid, n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace)
            select own.name, k.confdeltype::text, target.name,
              (select array_agg(a.attname::text) from pg_attribute a where a.attrelid = k.conrelid and a.attnum = any (k.conkey))
            from asked join pg_constraint k on k.conrelid = asked.relid and k.contype = 'f' and k.conparentid = 0
            join named own on own.relid = k.conrelid join named target on target.relid = k.confrelid
            union all
            select own.name, case
                when i.indpred is null or pg_get_expr(i.indpred, i.indrelid) ~ '^\\((\\w+|"[^"]+") IS NOT NULL\\)$'
                then 'index' else 'partial' end, null, array[a.attname::text]
            from asked join pg_index i on i.indrelid = asked.relid and i.indisvalid
            join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
            join named own on own.relid = i.indrelid""";

    /**
     * The tables in which nothing keeps an UPDATE from a row: a trigger before it can, and what policies say may change with the role
     * of the connection. Those of partitions are not looked for.
     */
    private static final String PLAIN = """
            select t.name from unnest(cast(? as text[])) t(name) join pg_class c on c.oid = to_regclass(t.name)
            where c.relkind = 'r' and not c.relhassubclass and not c.relrowsecurity and not c.relhasrules
              and not exists (select 1 from pg_trigger g where g.tgrelid = c.oid and not g.tgisinternal
                and g.tgenabled <> 'D' and g.tgtype & 19 = 19)"""; // FOR EACH ROW, BEFORE, UPDATE

    private PostgreSqlCatalog() {}

    /** Those of the tables in which an UPDATE by id changes every row that is there. */
    static Set<String> plain(Set<String> tables, Connection connection) throws SQLException {
        Set<String> plain = new HashSet<>();
        forEach(PLAIN, tables, connection, row -> plain.add(row.getString(1)));
        return plain;
    }

    static LiveSchema read(Set<String> tables, Connection connection) throws SQLException {
        LiveSchema live = new LiveSchema();
        forEach(TABLES, tables, connection, row -> column(row, live));
        if (!live.isEmpty()) {
            forEach(KEYS, tables, connection, row -> key(row, live));
        }
        return live;
    }

    private static void forEach(String sql, Set<String> tables, Connection connection, LiveSchema.Row reader)
            throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            query.setArray(1, connection.createArrayOf("text", tables.toArray()));
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    reader.read(rows);
                }
            }
        }
    }

    private static void column(ResultSet row, LiveSchema live) throws SQLException {
        LiveTable table = live.found(row.getString(1), row.getString(2));
        if (table.columns.isEmpty()) {
            obstacles(row, table);
            table.isView = row.getBoolean(11);
        }
        String name = row.getString(6);
        if (name != null) {
            String plain = LiveSchema.plain(name);
            table.columns.put(
                    plain,
                    new LiveColumn(
                            plain,
                            SqlType.parse(row.getString(7)),
                            row.getString(8),
                            row.getBoolean(9),
                            row.getBoolean(10)));
        }
    }

    private static void obstacles(ResultSet row, LiveTable table) throws SQLException {
        if (row.getBoolean(3)) {
            table.obstacles.add(
                    "has row level security that binds the user %s, so that counters are counted among the rows that it shows, and not written in others: connect as a role with BYPASSRLS, or let its policies show all rows"
                            .formatted(row.getString(4)));
        }
        String rules = row.getString(5);
        if (rules != null) {
            table.obstacles.add(
                    "has the rule %s, which may turn a statement into another one, so that a counter is not what the statements say: use a trigger instead"
                            .formatted(rules));
        }
    }

    private static void key(ResultSet row, LiveSchema live) throws SQLException {
        LiveTable table = live.table(row.getString(1));
        String kind = row.getString(2);
        Set<String> columns =
                LiveSchema.plain(List.of((String[]) row.getArray(4).getArray()));
        if (kind.equals("index")) {
            table.indexed.addAll(columns);
        } else if (kind.equals("partial")) {
            table.partlyIndexed.addAll(columns);
        } else {
            table.keys.add(new LiveKey(row.getString(1), columns, row.getString(3), action(kind)));
        }
    }

    private static @Nullable Action action(String kind) {
        return switch (kind) {
            case "c" -> Action.CASCADE;
            case "n" -> Action.SET_NULL;
            case "d" -> Action.SET_DEFAULT;
            default -> null;
        };
    }
}
