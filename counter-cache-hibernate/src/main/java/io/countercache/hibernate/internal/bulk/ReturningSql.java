package io.countercache.hibernate.internal.bulk;

import io.countercache.CounterCacheException;
import io.countercache.hibernate.internal.sql.BoundSql;
import io.countercache.hibernate.internal.support.Settings;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.hibernate.sql.ast.tree.from.NamedTableReference;
import org.hibernate.sql.exec.spi.ExecutionContext;

/**
 * Rows of one table that a statement answers with, to be asked like the table itself. They are grouped by the database in the
 * same statement that has changed them, so nothing can happen in between, and none of them is sent here.
 */
public final class ReturningSql {

    private static final String NAME = "counted_rows";

    private final String table;
    private final BoundSql statement;
    private final Composer composer;

    /** Makes one SQL text of a statement and of a query about what it has changed. */
    private interface Composer {

        /**
         * The text.
         *
         * @param columns those that are asked for
         * @param query the query, by what stands for the table in it
         */
        String compose(Set<String> columns, UnaryOperator<String> query);
    }

    private ReturningSql(String table, BoundSql statement, Composer composer) {
        this.table = table;
        this.statement = statement;
        this.composer = composer;
    }

    /** What a DELETE or an INSERT answers with, on PostgreSQL. */
    public static ReturningSql returnedBy(BoundSql statement, String table) {
        return with(statement, table, columns -> statement.text() + " returning " + String.join(",", columns));
    }

    /** What a DELETE has removed, on PostgreSQL. */
    static ReturningSql deletedBy(BoundSql delete, NamedTableReference target) {
        String table = target.getTableExpression();
        String alias = target.getIdentificationVariable();
        // one that joins other tables has this alias for another look at the row
        boolean isAliased = (delete.text() + " ").startsWith("delete from " + table + " " + alias + " ");
        return with(
                delete,
                table,
                columns -> delete.text() + " returning " + qualified(isAliased ? alias : table, columns));
    }

    /**
     * What an UPDATE has found and what it leaves behind, on PostgreSQL: asked for both in one query, in which the number of
     * the rows that it has found is negative. The row as it was is another look at the same row, as Hibernate has it in an
     * UPDATE that joins other tables.
     */
    static ReturningSql updatedBy(BoundSql update, NamedTableReference target) {
        String table = target.getTableExpression();
        String alias = target.getIdentificationVariable();
        String sql = update.text();
        String start = "update " + table + " " + alias + " set ";
        String same = table + ".ctid=" + alias + ".ctid";
        String hibernates = sql.startsWith(start) ? withItself(sql, start, table, alias, same) : sql;
        int itself = hibernates.indexOf(same);
        if (!hibernates.startsWith("update " + table + " set ") || itself < 0) {
            throw unexpected(sql);
        }
        // of a table that has partitions each of them has such a row
        String joined = hibernates.substring(0, itself)
                + "%s.tableoid=%s.tableoid and ".formatted(table, alias)
                + hibernates.substring(itself);
        return new ReturningSql(table, update, (columns, query) -> {
            StringJoiner returned = new StringJoiner(",");
            StringJoiner before = new StringJoiner(",");
            StringJoiner after = new StringJoiner(",");
            int i = 0;
            for (String column : columns) {
                returned.add("%1$s.%2$s as b%3$d,%4$s.%2$s as a%3$d".formatted(alias, column, i, table));
                before.add("b%d as %s".formatted(i, column));
                after.add("a%d as %s".formatted(i++, column));
            }
            return "with %1$s as (%2$s returning %3$s),before_rows as (select %4$s from %1$s),after_rows as (select %5$s from %1$s) "
                            .formatted(NAME, joined, returned, before, after)
                    + query.apply("before_rows").replace("count(*)", "-count(*)")
                    + " union all "
                    + query.apply("after_rows");
        });
    }

    private static String withItself(String sql, String start, String table, String alias, String same) {
        int where = topLevel(sql, " where ");
        String from = " from " + table + " " + alias + " where " + same;
        return "update " + table + " set "
                + (where < 0
                        ? sql.substring(start.length()) + from
                        : sql.substring(start.length(), where) + from + " and ("
                                + sql.substring(where + " where ".length()) + ")");
    }

    /** Where a part of a statement begins, past what is in quotes or parentheses; negative if it has none. */
    static int topLevel(String sql, String part) {
        int depth = 0;
        char quote = 0;
        for (int i = 0; i < sql.length(); i++) {
            char c = sql.charAt(i);
            if (quote != 0) {
                quote = c == quote ? 0 : quote;
            } else if (c == '\'' || c == '"') {
                quote = c;
            } else if (depth == 0 && sql.startsWith(part, i)) {
                return i;
            } else if (c == '(' || c == ')') {
                depth += c == '(' ? 1 : -1;
            }
        }
        return -1;
    }

    private static ReturningSql with(BoundSql statement, String table, Function<Set<String>, String> answering) {
        return new ReturningSql(
                table,
                statement,
                (columns, query) -> "with " + NAME + " as (" + answering.apply(columns) + ") " + query.apply(NAME));
    }

    private static String qualified(String alias, Set<String> columns) {
        return columns.stream().map(column -> alias + "." + column).collect(Collectors.joining(","));
    }

    /** What an INSERT that is a part of a WITH answers with, on PostgreSQL. */
    public static ReturningSql insertedWithin(BoundSql statement, String table) {
        String sql = statement.text();
        int main = sql.lastIndexOf(" select count(*) from ");
        Matcher insert = Pattern.compile("([^\\s,]+|\"[^\"]+\") \\([^()]*\\) as \\(insert into " + Pattern.quote(table)
                        + "[ (].*? returning ([^()]*)\\)")
                .matcher(sql);
        if (main < 0 || !insert.find()) {
            throw unexpected(sql);
        }
        return new ReturningSql(table, statement, (columns, query) -> {
            // its first columns have names in the WITH already
            Set<String> returned = new LinkedHashSet<>(List.of(insert.group(2).split(",")));
            returned.addAll(columns);
            return sql.substring(0, insert.start(2)) + String.join(",", returned) + sql.substring(insert.end(2), main)
                    + " " + query.apply(insert.group(1));
        });
    }

    /** What an INSERT leaves behind, on H2. */
    public static ReturningSql finalTable(BoundSql insert, String table) {
        return new ReturningSql(table, insert, (columns, query) -> query.apply("final table (" + insert.text() + ")"));
    }

    /** What a DELETE has removed, on H2. */
    static ReturningSql oldTable(BoundSql delete, String table) {
        return new ReturningSql(table, delete, (columns, query) -> query.apply("old table (" + delete.text() + ")"));
    }

    /** Asks these rows what would be asked of their table. */
    void forEach(OwnSelect query, ExecutionContext context, Consumer<Object[]> row) {
        String sql = query.sql();
        Matcher place = Pattern.compile(" (?:from|join) (" + Pattern.quote(table) + ") ([^ ,)]+)")
                .matcher(sql);
        if (!place.find() || query.hasParameters()) {
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

    private static CounterCacheException unexpected(String sql) {
        return new CounterCacheException(
                "a bulk statement cannot be counted, for this is not the SQL that was expected: '%s': set %s to ignore and reset the counters, and report it"
                        .formatted(sql, Settings.BULK));
    }
}
