package io.countercache.hibernate.internal.bulk;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Reads from the SQL text of a statement what Hibernate does not hand on in another form. It expects the texts that Hibernate
 * generates, in lower case and with single spaces; only {@link #target} and {@link
 * #isDelete} read texts of the application as well.
 */
record StatementText(String sql) {

    private static final Pattern LITERALS = Pattern.compile("'[^']*'");

    private static final String BLANK = "^(?:\\s|/\\*.*?\\*/|--[^\\n]*\\n)*";

    private static final Pattern TARGET = Pattern.compile(
            BLANK
                    + "(?:insert\\s+into|update(?:\\s+only)?|delete\\s+from(?:\\s+only)?|merge\\s+into|truncate(?:\\s+table)?)\\s+([\\w.\"`\\[\\]$]+)",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private static final Pattern DELETE =
            Pattern.compile(BLANK + "(?:delete|truncate)\\s", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    /** Whether rows are deleted: also by a text of the application. */
    boolean isDelete() {
        return DELETE.matcher(sql).find();
    }

    /** The position of a part that is neither in quotes nor in parentheses; -1 if there is none. */
    int topLevel(String part) {
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

    /** Whether it is an INSERT, or a MERGE, into a table; a WITH may stand before an INSERT. */
    boolean insertsInto(String table) {
        int main = sql.startsWith("with ") ? topLevel("insert into ") : 0;
        String insert = sql.substring(Math.max(main, 0));
        return Stream.of("insert into ", "merge into ")
                .map(verb -> verb + table)
                .anyMatch(start -> insert.startsWith(start + " ") || insert.startsWith(start + "("));
    }

    /** Whether an INSERT may update rows that have the key already, or leave rows out because of them. */
    boolean mayConflict() {
        return sql.startsWith("merge ") || withoutLiterals().contains(" on conflict");
    }

    /** The text with nothing between single quotes. */
    String withoutLiterals() {
        return LITERALS.matcher(sql).replaceAll("''");
    }

    /** Whether it is a DELETE of rows of a table. */
    boolean deletesFrom(String table) {
        return (sql + " ").startsWith("delete from " + table + " ");
    }

    /** Whether a DELETE finds its rows by one column only: {@code where column in (..)}. */
    boolean deletesByColumn(String column) {
        return Pattern.compile("^delete from \\S+(?: \\S+)? where (?:[^\\s.]+\\.)?" + Pattern.quote(column) + " in \\(")
                .matcher(sql)
                .find();
    }

    /** Whether an UPDATE sets a column. */
    boolean sets(String column) {
        int where = topLevel(" where ");
        String assigned = where < 0 ? sql : sql.substring(0, where);
        return assigned.contains(" set " + column + "=") || assigned.contains("," + column + "=");
    }

    /** Whether a SELECT reads more than one table, or one table more than once. */
    boolean readsOtherTables() {
        return sql.contains(" join ") || sql.indexOf("from ") != sql.lastIndexOf("from ");
    }

    /** The table that the statement changes, as {@link #simpleName}; empty if it changes none. */
    String target() {
        Matcher target = TARGET.matcher(sql);
        return target.find() ? simpleName(target.group(1)) : "";
    }

    /** The name of a table without its schema, without quotes, in lower case: two names of the same table are equal then. */
    static String simpleName(String table) {
        return table.substring(table.lastIndexOf('.') + 1)
                .replaceAll("[\"`\\[\\]]", "")
                .toLowerCase(Locale.ROOT);
    }
}
