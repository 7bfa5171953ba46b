package io.countercache.hibernate.internal.bulk;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads from the SQL text of a statement what Hibernate does not hand on in another form. It expects the texts that Hibernate
 * generates, in lower case and with single spaces; only {@link #target}, {@link
 * #mentionsDelete}, {@link #onlyDeleted} and {@link #withoutValues} read texts of the application as well.
 *
 * <p>What repeats a group is possessive ({@code *+}): else each repetition takes some of the stack, and a text may have many.
 */
record StatementText(String sql) {

    private static final Pattern LITERALS = Pattern.compile("'[^']*+(?:''[^']*+)*+'");

    private static final String VALUE = "(?:\\?|:\\w+|-?\\d[\\w.]*|\\b(?:null|true|false|default)\\b)";

    /** A number, a parameter or a constant, or a list of them; LITERALS are parameters by then. */
    private static final Pattern VALUES =
            Pattern.compile("(?<![\\w.\":])" + VALUE + "(?:\\s*,\\s*" + VALUE + ")*+", Pattern.CASE_INSENSITIVE);

    /** Several rows of the same kind, in parentheses. */
    private static final Pattern ROWS =
            Pattern.compile("(\\((?:[^()]++|\\([^()]*+\\))*+\\))(?:\\s*,\\s*\\1)++", Pattern.CASE_INSENSITIVE);

    private static final Pattern ROW = Pattern.compile("\\bvalues \\(|\\) ?\\(?select ");
    private static final String SPACE = "(?:\\s|/\\*.*?\\*/|--[^\\n]*+\\n)";
    /** A quoted part of it may have spaces. */
    private static final String NAME = "((?:\"[^\"]*+\"|`[^`]*+`|\\[[^\\]]*+]|[\\w\\p{L}\\p{N}.$])++)";

    private static final Pattern TARGET = Pattern.compile(
            "^" + SPACE
                    + "*+(?:insert\\s+into|update(?:\\s+only)?|delete\\s+from(?:\\s+only)?|merge\\s+into|truncate(?:\\s+table)?)\\s+"
                    + NAME,
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private static final Pattern CONFLICT =
            Pattern.compile(" on (?:conflict|duplicate key)\\b", Pattern.CASE_INSENSITIVE);

    private static final Pattern ALIASED_DELETE = Pattern.compile("^delete (\\w+) from (\\S+) \\1(?= |$)");

    private static final Pattern DELETES = Pattern.compile("\\b(?:delete|truncate)\\b", Pattern.CASE_INSENSITIVE);

    private static final Pattern ONE_DELETE = Pattern.compile(
            "^%1$s*+delete%1$s++from%1$s++(?:only%1$s++)?+%2$s(?![^\\s;/-])".formatted(SPACE, NAME),
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    /** What locks rows at the end of a SELECT; its group has the tables or aliases if it says whose. */
    private static final Pattern LOCK = Pattern.compile(
            " (?:for (?:no key |key )?(?:update|share)(?:\\sof ([^()]+?))?|lock in share mode)(?:\\s(?:nowait|skip locked|wait \\d+))?$");

    private static final Pattern SOURCE = Pattern.compile(" (?:from|join|lateral) $");

    /** The changed table and its alias, where other tables in the FROM are only read; an INSERT changes rows if they are there. */
    private static final Pattern CHANGED = Pattern.compile("^(?:delete from|update|insert into) " + NAME
            + "(?:(?:\\sas)?\\s(\\w+))?(?:\\(|\\s(?:set|using|where)\\s|$)");

    /** Whether a text of the application has a word that deletes rows: without one it deletes none. */
    boolean mentionsDelete() {
        return DELETES.matcher(sql).find();
    }

    /** The one table that a text of the application deletes rows of, as {@link #simpleName}; null if it is not as plain. */
    @Nullable
    String onlyDeleted() {
        Matcher delete = ONE_DELETE.matcher(sql);
        return delete.find() ? simpleName(delete.group(1)) : null;
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

    /** The statement without a WITH before it. */
    StatementText withoutWith() {
        if (!sql.startsWith("with ")) {
            return this;
        }
        int main = IntStream.of(
                        topLevel("insert into "),
                        topLevel("update "),
                        topLevel("delete from "),
                        topLevel(" select ") + 1)
                .filter(position -> position > 0)
                .min()
                .orElse(0);
        return new StatementText(sql.substring(main));
    }

    boolean isUpdate() {
        return sql.startsWith("update ");
    }

    /** Whether it is an INSERT, or a MERGE, into a table; a WITH may stand before an INSERT. */
    boolean insertsInto(String table) {
        String insert = withoutWith().sql;
        return Stream.of("insert into ", "merge into ")
                .map(verb -> verb + table)
                .anyMatch(start -> insert.startsWith(start + " ") || insert.startsWith(start + "("));
    }

    /** Whether it is an INSERT into a table that writes one of its columns. */
    boolean inserts(String table, String column) {
        if (!insertsInto(table)) {
            return false;
        }
        return list(sql.indexOf('(', sql.indexOf("into " + table)) + 1).contains(column);
    }

    /** What an INSERT writes to a column, of its first row if it has several; empty if it does not write the column. */
    Optional<String> inserted(String column) {
        Matcher values = ROW.matcher(sql);
        int position = sql.startsWith("insert ") ? list(sql.indexOf('(') + 1).indexOf(column) : -1;
        if (position < 0 || !values.find()) {
            return Optional.empty();
        }
        List<String> row = list(values.end());
        return Optional.of(position < row.size() ? row.get(position) : "");
    }

    /** The parts of a list between commas, until the parenthesis around it ends, or the next clause begins. */
    private List<String> list(int from) {
        List<String> parts = new ArrayList<>();
        int start = from;
        int depth = 0;
        boolean isQuoted = false;
        int i = from;
        for (; i < sql.length() && depth >= 0 && !(depth == 0 && sql.startsWith(" from ", i)); i++) {
            char c = sql.charAt(i);
            if (c == '\'') {
                isQuoted = !isQuoted;
            } else if (!isQuoted && (c == '(' || c == ')')) {
                depth += c == '(' ? 1 : -1;
            } else if (!isQuoted && c == ',' && depth == 0) {
                parts.add(sql.substring(start, i));
                start = i + 1;
            }
        }
        parts.add(sql.substring(start, depth < 0 ? i - 1 : i));
        return parts;
    }

    /** Whether an INSERT may update rows that have the key already, or leave rows out because of them. */
    boolean mayConflict() {
        return sql.startsWith("merge ")
                || sql.startsWith("insert ignore ")
                || CONFLICT.matcher(withoutLiterals()).find();
    }

    /**
     * Whether the statement changes or locks rows of what it calls by this name: a table or an alias. Rows of subqueries are only read.
     */
    boolean locks(String name) {
        Matcher changed = CHANGED.matcher(sql);
        if (changed.find()) {
            return name.equals(changed.group(1)) || name.equals(changed.group(2));
        }
        Matcher lock = LOCK.matcher(sql);
        boolean isLocking = lock.find();
        List<String> locked =
                isLocking && lock.group(1) != null ? List.of(lock.group(1).split(", ?")) : List.of();
        boolean areTables =
                locked.stream().noneMatch(each -> sql.contains(") " + each)); // and not a source in parentheses
        if (!locked.isEmpty() && areTables) {
            return locked.contains(name);
        }
        return (isLocking || isUpdate() || sql.startsWith("delete "))
                && Pattern.compile("\\b" + Pattern.quote(name) + "\\b")
                        .matcher(withoutSubqueries(isLocking))
                        .find();
    }

    /** @param keepsSources whether those stay whose rows are joined: PostgreSQL locks also the rows that these read */
    private String withoutSubqueries(boolean keepsSources) {
        StringBuilder rest = new StringBuilder();
        String left = withoutLiterals();
        for (int query = left.indexOf("(select "); query >= 0; query = left.indexOf("(select ")) {
            rest.append(left, 0, query);
            boolean isSource =
                    keepsSources && SOURCE.matcher(left.substring(0, query)).find();
            left = left.substring(query + 1);
            left = isSource ? left : left.substring(new StatementText(left).topLevel(")") + 1);
        }
        return rest.append(left).toString();
    }

    /** The part of a SELECT that says which rows it returns, in whatever order; of another statement all of it. */
    String condition() {
        StatementText main = withoutWith();
        if (!main.sql.startsWith("select ")) {
            return sql;
        }
        String with = sql.substring(0, sql.length() - main.sql.length());
        int order = main.topLevel(" order by ");
        return with + main.sql.substring(main.topLevel(" from "), order < 0 ? main.sql.length() : order);
    }

    /** The text with nothing between single quotes. */
    String withoutLiterals() {
        return LITERALS.matcher(sql).replaceAll("''");
    }

    /**
     * The text without its values: literals, how many of them are in a list, and how many rows. The same for all texts of one
     * statement.
     */
    String withoutValues() {
        String values = VALUES.matcher(LITERALS.matcher(sql).replaceAll("?")).replaceAll("?");
        return ROWS.matcher(values).replaceAll("$1");
    }

    /** Whether it is a DELETE of rows of a table. */
    boolean deletesFrom(String table) {
        Matcher aliased = ALIASED_DELETE.matcher(sql); // as MySQL has it
        return (sql + " ").startsWith("delete from " + table + " ")
                || (aliased.find() && aliased.group(2).equals(table));
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
