package io.countercache.hibernate.internal.bulk;

import io.countercache.CounterCacheException;
import io.countercache.hibernate.internal.sql.BoundSql;
import io.countercache.hibernate.internal.sql.Database;
import io.countercache.hibernate.internal.support.Settings;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hibernate.sql.exec.spi.ExecutionContext;

/**
 * A statement that changes rows of one table, and in the same SQL a query about these rows, written like a query about the
 * table. The database groups the rows while it changes them, so no other transaction can come between, and no row is sent to
 * the library.
 */
final class ReturningSql {

    private static final String CHANGED = "counted_rows";

    private final String table;
    private final BoundSql statement;
    private final Composer composer;

    /** Makes one SQL text of the statement and of a query about the rows that it changes. */
    private interface Composer {

        /**
         * Returns the text.
         *
         * @param columns the columns that the query reads
         * @param query the query, given the name that stands for the table in it
         */
        String compose(Set<String> columns, UnaryOperator<String> query);
    }

    private ReturningSql(String table, BoundSql statement, Composer composer) {
        this.table = table;
        this.statement = statement;
        this.composer = composer;
    }

    /** The rows that an INSERT inserts, where {@link Database#canQueryInserted}. */
    static ReturningSql insertedBy(BoundSql insert, String table, Database database) {
        return new ReturningSql(
                table, insert, (columns, query) -> database.queryInserted(insert.text(), columns, query));
    }

    /** The rows that a DELETE deletes from the table of a collection, where {@link Database#canQueryDeleted}. */
    static ReturningSql deletedBy(BoundSql delete, String table, Database database) {
        return new ReturningSql(
                table, delete, (columns, query) -> database.queryDeleted(delete.text(), columns, query));
    }

    /** The rows that a DELETE of entities deletes, where {@link Database#canQueryBulk}. */
    static ReturningSql deletedBy(BoundSql delete, LockedRows rows, Database database) {
        String sql = delete.text();
        // in a DELETE that joins other tables, the alias is that of a second occurrence of the table
        boolean isAliased = (sql + " ").startsWith("delete from " + rows.table() + " " + rows.alias() + " ");
        String name = isAliased ? rows.alias() : rows.table();
        int where = new StatementText(sql).topLevel(" where ");
        String locking = rows.with(Set.of())
                + (where < 0 ? sql : sql.substring(0, where)) + " where " + rows.areLocked()
                + (where < 0 ? "" : " and (" + grouped(sql.substring(where + " where ".length()), same(rows)) + ")");
        return new ReturningSql(
                rows.table(),
                delete.after(rows.query()),
                (columns, query) -> database.queryDeleted(
                        locking,
                        columns.stream().map(column -> name + "." + column).toList(),
                        query));
    }

    /**
     * The rows that an UPDATE of entities changes, where {@link Database#canQueryBulk}: as they were, counted with a negative
     * number, and as they are now. As they were they are in the FROM of the UPDATE, where Hibernate has a second occurrence of the
     * table if the UPDATE joins other tables; here these are the locked rows.
     */
    static ReturningSql updatedBy(BoundSql update, LockedRows rows) {
        String text = fromLocked(update.text(), rows);
        Set<String> read = columns(new StatementText(text).withoutLiterals(), rows.alias());
        return new ReturningSql(rows.table(), update.after(rows.query()), (columns, query) -> {
            Set<String> all = new LinkedHashSet<>(read);
            all.addAll(columns);
            return beforeAndAfter(rows.with(all) + text, rows, columns, query);
        });
    }

    private static String fromLocked(String update, LockedRows rows) {
        StatementText text = new StatementText(update);
        String table = rows.table();
        String named = table + " " + rows.alias();
        String alone = "update " + named + " set ";
        if (update.startsWith(alone)) {
            int where = text.topLevel(" where ");
            return "update " + table + " set "
                    + update.substring(alone.length(), where < 0 ? update.length() : where)
                    + " from " + rows.name() + " where " + rows.areSame()
                    + (where < 0 ? "" : " and (" + update.substring(where + " where ".length()) + ")");
        }
        String itself = " from " + named;
        int from = text.topLevel(itself);
        int where = text.topLevel(" where ") + " where ".length();
        if (!update.startsWith("update " + table + " set ")
                || from < 0
                || where < from
                || !update.contains(same(rows))) {
            throw unexpected(update);
        }
        return update.substring(0, from)
                + " from " + rows.name() + update.substring(from + itself.length(), where)
                + grouped(update.substring(where), same(rows)).replace(same(rows), rows.areSame());
    }

    /** How Hibernate says that a row is the same as one of those that a statement joins. */
    private static String same(LockedRows rows) {
        return rows.table() + ".ctid=" + rows.alias() + ".ctid";
    }

    /** A condition in parentheses where Hibernate has added another one, for it adds it without: a filter may have an OR. */
    private static String grouped(String where, String same) {
        int added = where.indexOf(" and " + same);
        return added < 0 ? where : "(" + where.substring(0, added) + ")" + where.substring(added);
    }

    private static String beforeAndAfter(
            String update, LockedRows rows, Set<String> columns, UnaryOperator<String> query) {
        StringJoiner returned = new StringJoiner(",");
        StringJoiner before = new StringJoiner(",");
        StringJoiner after = new StringJoiner(",");
        int i = 0;
        for (String column : columns) {
            returned.add("%1$s.%2$s as b%3$d,%4$s.%2$s as a%3$d".formatted(rows.alias(), column, i, rows.table()));
            before.add("b%d as %s".formatted(i, column));
            after.add("a%d as %s".formatted(i++, column));
        }
        return "with %1$s as (%2$s returning %3$s),before_rows as (select %4$s from %1$s),after_rows as (select %5$s from %1$s) "
                        .formatted(CHANGED, update, returned, before, after)
                + query.apply("before_rows").replace("count(*)", "-count(*)")
                + " union all "
                + query.apply("after_rows");
    }

    /**
     * The rows that an INSERT inserts which is a part of a WITH, as Hibernate writes it for entities in several tables on
     * PostgreSQL.
     */
    static ReturningSql insertedWithin(BoundSql statement, String table) {
        String sql = statement.text();
        int main = sql.lastIndexOf(" select count(*) from ");
        Matcher insert = Pattern.compile("([^\\s,]+|\"[^\"]+\") \\([^()]*\\) as \\(insert into " + Pattern.quote(table)
                        + "[ (].*? returning ([^()]*)\\)")
                .matcher(sql);
        if (main < 0 || !insert.find()) {
            throw unexpected(sql);
        }
        return new ReturningSql(table, statement, (columns, query) -> {
            // the WITH has names for the columns that are returned so far: they have to stay the first
            Set<String> returned = new LinkedHashSet<>(List.of(insert.group(2).split(",")));
            returned.addAll(columns);
            return sql.substring(0, insert.start(2)) + String.join(",", returned) + sql.substring(insert.end(2), main)
                    + " " + query.apply(insert.group(1));
        });
    }

    /** Executes the statement and the query, which is written for the whole table, and hands over the rows of the result. */
    void forEach(OwnSelect query, ExecutionContext context, Consumer<Object[]> row) {
        String sql = query.sql();
        Matcher place = Pattern.compile(" (?:from|join) (" + Pattern.quote(table) + ") ([^ ,)]+)")
                .matcher(sql);
        if (!place.find() || query.parameterCount() > 0) {
            throw unexpected(sql);
        }
        String text = composer.compose(
                columns(sql, place.group(2)),
                name -> sql.substring(0, place.start(1)) + name + sql.substring(place.end(1)));
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

    static CounterCacheException unexpected(String sql) {
        return new CounterCacheException(
                "a bulk statement cannot be counted, for this is not the SQL that was expected: '%s': set %s to ignore and reset the counters, and report it"
                        .formatted(sql, Settings.BULK));
    }
}
