package io.countercache.hibernate.internal.orm;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The rows over which the values of one column are spread: the value of a row is what its column has, and the amounts of its slots.
 *
 * @param number how many slots a row has at most; see {@link #balance}
 * @param table the table of the slots
 * @param keys the columns there that refer to the row
 * @param rows the table of the rows
 * @param ids the key columns there, in the same order
 * @param column the column
 * @param type what the value is cast to, so that queries have a number of the type of the column; empty for a decimal
 * @param sumType what the sum of the slots is cast to before: a decimal, as databases make of it, is slow to add; empty for a decimal
 */
public record Slots(
        int number,
        String table,
        List<String> keys,
        String rows,
        List<String> ids,
        String column,
        String type,
        String sumType) {

    public static final String COUNTER = "counter";
    public static final String SLOT = "slot";
    public static final String AMOUNT = "amount";

    /** The number of the slot of {@link #balance}. */
    public static final int BALANCE = -1;

    private static final String ALIAS = "cc_slot";
    private static final String ALIAS_TO_COME = "@";
    private static final String COLUMN_TO_COME = "#";
    private static final String QUOTES = "\"`[";
    private static final Pattern QUOTE = Pattern.compile("(?=[\"`])|(?<=[\"`])");

    /**
     * The slot that takes off what the column has already, though other slots still have it as well. Only who has locked the row writes
     * it: so it needs no lock of those slots.
     */
    public Slots balance() {
        return new Slots(BALANCE, table, keys, rows, ids, column, type, sumType);
    }

    /** What the slots of a row add up to. The row is one of this table or alias. */
    public String total(String row) {
        String same = IntStream.range(0, keys.size())
                .mapToObj(key -> "%s.%s = %s.%s".formatted(ALIAS, keys.get(key), row, ids.get(key)))
                .collect(Collectors.joining(" and "));
        String sum = cast("sum(" + ALIAS + "." + AMOUNT + ")", sumType);
        return "coalesce((select %2$s from %3$s %1$s where %4$s and %1$s.%5$s = %6$s), 0)"
                .formatted(ALIAS, sum, table, same, COUNTER, literal());
    }

    /** Finds what {@link #total} gives, in the SQL of a statement. The table or alias is its first group. */
    public Pattern totals() {
        String[] parts = total(ALIAS_TO_COME).split(ALIAS_TO_COME, -1);
        return Pattern.compile(
                IntStream.range(1, parts.length)
                        .mapToObj(key ->
                                (key == 1 ? "((?:\"[^\"]*\"|`[^`]*`|\\S)+?)" : "\\1") + Pattern.quote(parts[key]))
                        .collect(Collectors.joining("", Pattern.quote(parts[0]), "")),
                Pattern.CASE_INSENSITIVE);
    }

    /** The value of a row of this table or alias. */
    public String value(String row) {
        return value(row + "." + column, total(row));
    }

    private String value(String read, String total) {
        return cast("(coalesce(" + read + ", 0) + " + total + ")", type);
    }

    private static String cast(String number, String type) {
        return type.isEmpty() ? number : "cast(" + number + " as " + type + ")";
    }

    /**
     * What Hibernate reads instead of the column. It puts an alias before each occurrence of the column's name, also if that is a part
     * of another word. Such words are written in the other case then: outside of quotes that is the same name.
     */
    public String readExpression() {
        String value = value(COLUMN_TO_COME, total(ALIAS_TO_COME));
        return (value.contains(column) ? inOtherCase(value) : value)
                .replace(ALIAS_TO_COME, PlainColumns.ALIAS)
                .replace(COLUMN_TO_COME, column);
    }

    /** Whether Hibernate would take a part of another name for the column, and nothing can be done about it. */
    public boolean isAmbiguous() {
        return inOtherCase(value(COLUMN_TO_COME, total(ALIAS_TO_COME))).contains(column);
    }

    /** Whether this is what Hibernate reads instead of a column with slots. */
    public static boolean isReadExpression(String text) {
        return text.toLowerCase(Locale.ROOT).contains(" " + ALIAS + " where ");
    }

    /** The SQL in capitals, but for names in quotes; in small letters if the column is in capitals. */
    private String inOtherCase(String sql) {
        StringBuilder changed = new StringBuilder();
        boolean isQuoted = false;
        for (String part : QUOTE.split(sql, -1)) {
            boolean isQuote = part.equals("\"") || part.equals("`");
            changed.append(isQuoted || isQuote ? part : otherCase(part));
            isQuoted ^= isQuote;
        }
        return changed.toString();
    }

    private String otherCase(String text) {
        return column.equals(column.toUpperCase(Locale.ROOT))
                ? text.toLowerCase(Locale.ROOT)
                : text.toUpperCase(Locale.ROOT);
    }

    /**
     * The name of the column among those whose slots are in one table. Of a name in quotes also its case tells it from others; the
     * quotes are left out, for Hibernate would take it for the column.
     */
    public String literal() {
        boolean isQuoted = QUOTES.indexOf(column.charAt(0)) >= 0;
        String name = isQuoted ? "quoted " + column.substring(1, column.length() - 1) : otherCase(column);
        return "'" + name.replace("'", "''") + "'";
    }

    /** Of what tells slots apart: they are looked up with each write. */
    @Override
    public int hashCode() {
        return 31 * table.hashCode() + column.hashCode();
    }

    /** The primary key of the table. */
    public List<String> primaryKey() {
        return Stream.concat(keys.stream(), Stream.of(COUNTER, SLOT)).toList();
    }
}
