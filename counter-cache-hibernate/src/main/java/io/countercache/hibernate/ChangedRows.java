package io.countercache.hibernate;

import io.countercache.CounterCacheException;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.sql.ast.tree.from.NamedTableReference;
import org.hibernate.sql.exec.spi.ExecutionContext;

/**
 * Rows of one table that a statement answers with, to be asked like the table itself. They are grouped by the database in the
 * same statement that has changed or locked them, so nothing can happen in between, and none of them is sent here.
 *
 * @param table the table, as statements name it
 * @param source the statement, with what stands around it to make a table of it
 */
record ChangedRows(String table, BoundSql source, String prefix, String name) {

    private static final String NAME = "counted_rows";

    /** What a DELETE has removed, or an UPDATE leaves behind. */
    static ChangedRows returnedBy(BoundSql statement, NamedTableReference target) {
        String table = target.getTableExpression();
        String alias = target.getIdentificationVariable();
        // one that joins other tables has this alias for the row as it was, and no other for the row that it changes
        boolean isAliased = statement.text().startsWith("update " + table + " " + alias + " set ")
                || statement.text().startsWith("delete from " + table + " " + alias + " ")
                || statement.text().equals("delete from " + table + " " + alias);
        return with(statement.as(statement.text() + " returning " + (isAliased ? alias : table) + ".*"), table);
    }

    /** What a SELECT has locked. */
    static ChangedRows ofLocked(BulkSelect locked, EntityPersister entity) {
        String table = entity.getTableName();
        String sql = locked.sql();
        String from = " from " + table + " ";
        int at = sql.indexOf(from);
        if (at < 0) {
            throw unexpected(sql);
        }
        String alias = sql.substring(at + from.length()).split("[ ,)]", 2)[0];
        return with(locked.bound().as("select " + alias + ".*" + sql.substring(at)), table);
    }

    private static ChangedRows with(BoundSql source, String table) {
        return new ChangedRows(table, source, "with " + NAME + " as (" + source.text() + ") ", NAME);
    }

    /** What an INSERT leaves behind, on H2. */
    static ChangedRows finalTable(BoundSql insert, String table) {
        return new ChangedRows(table, insert, "", "final table (" + insert.text() + ")");
    }

    /** What a DELETE has removed, on H2. */
    static ChangedRows oldTable(BoundSql delete, String table) {
        return new ChangedRows(table, delete, "", "old table (" + delete.text() + ")");
    }

    /** What an INSERT leaves behind, or a DELETE has removed, on PostgreSQL. */
    static ChangedRows returnedBy(BoundSql statement, String table) {
        return with(statement.as(statement.text() + " returning *"), table);
    }

    /**
     * What an INSERT leaves behind that is a part of a WITH.
     *
     * @param columns those that have to be known of the rows
     */
    static ChangedRows insertedWithin(BoundSql statement, String table, Collection<String> columns) {
        String sql = statement.text();
        int main = sql.lastIndexOf(" select count(*) from ");
        Matcher insert = Pattern.compile("([^\\s,]+|\"[^\"]+\") \\([^()]*\\) as \\(insert into " + Pattern.quote(table)
                        + "[ (].*? returning ([^()]*)\\)")
                .matcher(sql);
        if (main < 0 || !insert.find()) {
            throw unexpected(sql);
        }
        Set<String> returned = new LinkedHashSet<>(List.of(insert.group(2).split(",")));
        returned.addAll(columns);
        String returning = sql.substring(0, insert.start(2)) + String.join(",", returned)
                + sql.substring(insert.end(2), main) + " ";
        return new ChangedRows(table, statement, returning, insert.group(1));
    }

    /** Asks these rows what would be asked of their table. */
    void forEach(BulkSelect query, ExecutionContext context, Consumer<Object[]> row) {
        String sql = query.sql();
        Matcher place = Pattern.compile(" (?:from|join) (" + Pattern.quote(table) + ") ")
                .matcher(sql);
        if (!place.find() || query.hasParameters()) {
            throw unexpected(sql);
        }
        String text = prefix + sql.substring(0, place.start(1)) + name + sql.substring(place.end(1));
        query.forEachOf(source.as(text), context, row);
    }

    private static CounterCacheException unexpected(String sql) {
        return new CounterCacheException(
                "a bulk statement cannot be counted, for this is not the SQL that was expected: '%s': set %s to ignore and reset the counters, and report it"
                        .formatted(sql, CounterCacheSettings.BULK));
    }
}
