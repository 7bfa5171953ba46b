package io.countercache.hibernate;

import io.countercache.CounterCacheException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.sql.ast.tree.from.NamedTableReference;
import org.hibernate.sql.exec.spi.ExecutionContext;

/**
 * Rows of one table that a statement answers with, to be asked like the table itself. They are grouped by the database in the
 * same statement that has changed or locked them, so nothing can happen in between, and none of them is sent here.
 */
final class ChangedRows {

    private static final String NAME = "counted_rows";

    private final String table;
    private final BoundSql statement;
    private final Function<Set<String>, String> before;
    private final String name;

    /**
     * @param table the table, as statements name it
     * @param statement what has changed or locked the rows
     * @param before for the columns that are asked for, what stands before the query
     * @param name what stands for the table in the query
     */
    private ChangedRows(String table, BoundSql statement, Function<Set<String>, String> before, String name) {
        this.table = table;
        this.statement = statement;
        this.before = before;
        this.name = name;
    }

    /** What a DELETE or an INSERT answers with, on PostgreSQL. */
    static ChangedRows returnedBy(BoundSql statement, String table) {
        return with(statement, table, columns -> statement.text() + " returning " + String.join(",", columns));
    }

    /** What a DELETE has removed, or an UPDATE leaves behind, on PostgreSQL. */
    static ChangedRows returnedBy(BoundSql statement, NamedTableReference target) {
        String table = target.getTableExpression();
        String alias = target.getIdentificationVariable();
        // one that joins other tables has this alias for the row as it was, and no other for the row that it changes
        boolean isAliased = statement.text().startsWith("update " + table + " " + alias + " set ")
                || (statement.text() + " ").startsWith("delete from " + table + " " + alias + " ");
        return returnedBy(statement, table, isAliased ? alias : table);
    }

    private static ChangedRows returnedBy(BoundSql statement, String table, String alias) {
        return with(statement, table, columns -> statement.text() + " returning " + qualified(alias, columns));
    }

    /** What a SELECT has locked. */
    static ChangedRows ofLocked(BulkSelect locked, EntityPersister entity) {
        String table = entity.getTableName();
        String sql = locked.sql();
        Matcher from =
                Pattern.compile(" from " + Pattern.quote(table) + " ([^ ,)]+)").matcher(sql);
        if (!from.find()) {
            throw unexpected(sql);
        }
        return with(
                locked.bound(),
                table,
                columns -> "select " + qualified(from.group(1), columns) + sql.substring(from.start()));
    }

    private static ChangedRows with(BoundSql statement, String table, Function<Set<String>, String> answering) {
        return new ChangedRows(
                table, statement, columns -> "with " + NAME + " as (" + answering.apply(columns) + ") ", NAME);
    }

    private static String qualified(String alias, Set<String> columns) {
        return columns.stream().map(column -> alias + "." + column).collect(Collectors.joining(","));
    }

    /** What an INSERT that is a part of a WITH answers with, on PostgreSQL. */
    static ChangedRows insertedWithin(BoundSql statement, String table) {
        String sql = statement.text();
        int main = sql.lastIndexOf(" select count(*) from ");
        Matcher insert = Pattern.compile("([^\\s,]+|\"[^\"]+\") \\([^()]*\\) as \\(insert into " + Pattern.quote(table)
                        + "[ (].*? returning ([^()]*)\\)")
                .matcher(sql);
        if (main < 0 || !insert.find()) {
            throw unexpected(sql);
        }
        return new ChangedRows(
                table,
                statement,
                columns -> {
                    // its first columns have names in the WITH already
                    Set<String> returned =
                            new LinkedHashSet<>(List.of(insert.group(2).split(",")));
                    returned.addAll(columns);
                    return sql.substring(0, insert.start(2)) + String.join(",", returned)
                            + sql.substring(insert.end(2), main) + " ";
                },
                insert.group(1));
    }

    /** What an INSERT leaves behind, on H2. */
    static ChangedRows finalTable(BoundSql insert, String table) {
        return new ChangedRows(table, insert, columns -> "", "final table (" + insert.text() + ")");
    }

    /** What a DELETE has removed, on H2. */
    static ChangedRows oldTable(BoundSql delete, String table) {
        return new ChangedRows(table, delete, columns -> "", "old table (" + delete.text() + ")");
    }

    /** Asks these rows what would be asked of their table. */
    void forEach(BulkSelect query, ExecutionContext context, Consumer<Object[]> row) {
        String sql = query.sql();
        Matcher place = Pattern.compile(" (?:from|join) (" + Pattern.quote(table) + ") ([^ ,)]+)")
                .matcher(sql);
        if (!place.find() || query.hasParameters()) {
            throw unexpected(sql);
        }
        String text = before.apply(columns(sql, place.group(2)))
                + sql.substring(0, place.start(1))
                + name
                + sql.substring(place.end(1));
        query.forEachOf(statement.as(text), context, row);
    }

    private static Set<String> columns(String sql, String alias) {
        Set<String> columns = new LinkedHashSet<>();
        Matcher column = Pattern.compile("\\b" + Pattern.quote(alias) + "\\.(\"[^\"]+\"|\\w+)")
                .matcher(sql);
        while (column.find()) {
            columns.add(column.group(1));
        }
        return columns;
    }

    private static CounterCacheException unexpected(String sql) {
        return new CounterCacheException(
                "a bulk statement cannot be counted, for this is not the SQL that was expected: '%s': set %s to ignore and reset the counters, and report it"
                        .formatted(sql, CounterCacheSettings.BULK));
    }
}
