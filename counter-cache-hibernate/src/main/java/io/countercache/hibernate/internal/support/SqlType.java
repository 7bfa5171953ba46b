package io.countercache.hibernate.internal.support;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The type of a column, as SQL writes it: by the application in a {@code columnDefinition}, or by the database.
 *
 * @param sql the text
 * @param size the first number in its parentheses; -1 without one
 * @param scale the digits after the point; -1 if it does not say
 */
public record SqlType(String sql, Kind kind, int size, int scale) {

    /** What a column does with values. */
    public enum Kind {
        TEXT,
        /** Texts that are filled up with spaces. */
        PADDED,
        /** Texts that are equal also if they differ in case. */
        CASELESS,
        WHOLE,
        DECIMAL,
        DOUBLE,
        REAL,
        DATE_TIME,
        MOMENT,
        /** What nothing is said about. */
        OTHER
    }

    private record Name(Kind kind, Pattern pattern) {

        static Name of(Kind kind, String names) {
            return new Name(kind, Pattern.compile("(?:" + names + ")\\b(?!\\s+varying).*", Pattern.DOTALL));
        }
    }

    private static final List<Name> NAMES = List.of(
            Name.of(Kind.CASELESS, "citext|varchar_ignorecase"),
            Name.of(
                    Kind.TEXT,
                    "(?:national )?char(?:acter)? varying|n?varchar2?|n?text|(?:tiny|medium|long)text|n?clob|character large object"),
            Name.of(Kind.PADDED, "(?:national )?char(?:acter)?|bpchar|nchar"),
            Name.of(Kind.WHOLE, "(?:tiny|small|medium|big)?int(?:eger)?|int[248]|(?:small|big)?serial"),
            Name.of(Kind.DECIMAL, "numeric|decimal|dec|number"),
            Name.of(Kind.DOUBLE, "double|float8?|binary_double"),
            Name.of(Kind.REAL, "real|float4|binary_float"),
            Name.of(Kind.MOMENT, "timestamptz|datetimeoffset|timestamp(?:\\s*\\(\\d+\\))? with (?:local )?time zone"),
            Name.of(Kind.DATE_TIME, "timestamp|datetime2?"));

    private static final Pattern NUMBERS =
            Pattern.compile("(?:(?!\\bdefault\\b)[^(])*\\(\\s*(\\d+)[^,)]*(?:,\\s*(\\d+)\\s*)?\\).*", Pattern.DOTALL);

    private static final Set<Class<?>> MOMENTS = Set.of(Instant.class, OffsetDateTime.class, ZonedDateTime.class);

    /** The fraction digits of the second that are kept in memory. */
    private static final int MICROSECONDS = 6;

    /** The digits that any int may have. */
    private static final int MOST_DIGITS = 9;

    /** Reads a type; what follows it, such as a default, may follow in the text, too. */
    public static SqlType parse(String sql) {
        String text = sql.strip().toLowerCase(Locale.ROOT).replaceAll("\\s+", " ");
        Kind kind = NAMES.stream()
                .filter(name -> name.pattern().matcher(text).matches())
                .findFirst()
                .map(Name::kind)
                .orElse(Kind.OTHER);
        Matcher numbers = NUMBERS.matcher(text);
        boolean hasNumbers = numbers.matches();
        int size = hasNumbers ? number(numbers.group(1)) : -1;
        int scale = !hasNumbers ? -1 : numbers.group(2) == null ? 0 : number(numbers.group(2));
        return new SqlType(sql, kind, size, scale);
    }

    /** A length may be larger than any int: that of a LOB. */
    private static int number(String digits) {
        return digits.length() > MOST_DIGITS ? Integer.MAX_VALUE : Integer.parseInt(digits);
    }

    /**
     * Why a column of this type has other values than an attribute has in memory, or compares them otherwise; null if it does
     * not.
     *
     * @param type the Java type that the column gets its values from
     * @param digits the digits after the point that the mapping tells of; null if it tells of none
     * @param isCompared whether memory compares the values, after it has rounded them as the mapping says
     */
    public @Nullable String difference(Class<?> type, @Nullable Integer digits, boolean isCompared) {
        if (type == String.class) {
            return kind == Kind.PADDED
                    ? "fills texts up with spaces"
                    : kind == Kind.CASELESS ? "compares texts without case" : null;
        }
        if (type == LocalDateTime.class || MOMENTS.contains(type)) {
            return timeDifference(type);
        }
        return Numbers.isNumber(type) && isNumber() ? numberDifference(type, digits, isCompared) : null;
    }

    private boolean isNumber() {
        return kind == Kind.WHOLE || kind == Kind.DECIMAL || isFloating();
    }

    private boolean isFloating() {
        return kind == Kind.DOUBLE || kind == Kind.REAL;
    }

    private @Nullable String timeDifference(Class<?> type) {
        if (kind != Kind.DATE_TIME && kind != Kind.MOMENT) {
            return null;
        }
        if (type == LocalDateTime.class && kind == Kind.MOMENT) {
            return "stores moments, not local times";
        }
        return size < 0 || size == MICROSECONDS
                ? null
                : "keeps %d digits of the second, and memory %d".formatted(size, MICROSECONDS);
    }

    private @Nullable String numberDifference(Class<?> type, @Nullable Integer digits, boolean isCompared) {
        if (type == Double.class || type == double.class) {
            return kind == Kind.DOUBLE ? null : "does not keep all digits of a double";
        }
        if (type == Float.class || type == float.class) {
            return isFloating() ? null : "does not keep all digits of a float";
        }
        if (isFloating()) {
            return "stores floating numbers";
        }
        if (type != BigDecimal.class) {
            return null; // whole numbers keep all digits, or are refused by the database
        }
        if (digits == null) {
            return kind == Kind.DECIMAL ? null : "rounds to whole numbers"; // what is rounded is read back
        }
        int kept = kind == Kind.WHOLE ? 0 : scale;
        boolean isSame = isCompared ? kept == digits : kept < 0 || kept >= digits;
        return isSame
                ? null
                : "keeps %s digits after the point, and the mapping tells of %d"
                        .formatted(kept < 0 ? "all" : kept, digits);
    }

    /** Whether sums of numbers of another column lose digits in a column of this type. */
    public boolean isCoarserThan(SqlType summed) {
        int kept = kind == Kind.WHOLE ? 0 : kind == Kind.DECIMAL ? scale : -1;
        return kept >= 0 && summed.kind == Kind.DECIMAL && (summed.scale < 0 || summed.scale > kept);
    }
}
