package io.countercache.hibernate.internal.condition;

import io.countercache.hibernate.internal.support.Numbers;
import io.countercache.hibernate.internal.support.SqlType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.sql.Date;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoField;
import java.time.temporal.ChronoUnit;
import java.time.temporal.Temporal;
import java.util.Set;
import java.util.UUID;
import org.hibernate.metamodel.mapping.BasicValuedModelPart;
import org.hibernate.metamodel.mapping.JdbcMapping;
import org.hibernate.type.SqlTypes;
import org.hibernate.type.descriptor.converter.spi.BasicValueConverter;
import org.jspecify.annotations.Nullable;

/**
 * How the values of an attribute are compared. A kind turns all its values into one Java class, whose {@code compareTo} returns 0
 * exactly for values that are equal in the database. If the kind is {@link #ordered}, it also has the database's order.
 */
enum ConditionKind {
    BOOLEAN(false, "true or false"),
    ENUM(false, "a constant of its enum"),
    TEXT(false, "a text"),
    /** A text that the database fills up with spaces, which do not count when it compares. */
    PADDED(false, "a text that does not end with a space"),
    CHARACTER(false, "a text of one character, not a space"),
    NUMBER(true, "a number"),
    DOUBLE(true, "a number of at most 15 digits"),
    FLOAT(true, "a number that a float holds exactly, such as 0.5"),
    DATE(true, "a date such as {d '2030-01-31'} or local date 2030-01-31"),
    DATE_TIME(true, "a local datetime 2030-01-31 12:30:00, of at most 6 digits after the second"),
    MOMENT(true, "an offset datetime 2030-01-31 12:30:00+00:00, of at most 6 digits after the second"),
    ID(false, "an attribute of the same type"),
    CONVERTED(false, "a value that its converter takes"),
    /** A to-one by its own name. */
    REFERENCE(false, "null by 'is null', or name its id"),
    /** A type that memory cannot compare as the database does. */
    OTHER(false, "null only, by 'is null', or give its @Column a scale if it is a BigDecimal");

    private static final Set<Class<?>> WHOLE =
            Set.of(Byte.class, Short.class, Integer.class, Long.class, BigInteger.class);

    private static final Set<Class<?>> CONVERTED_TO =
            Set.of(Boolean.class, Character.class, String.class, Integer.class, Long.class);

    /** The fraction digits of the second that a column has by default. */
    private static final int MICROSECONDS = 6;

    /** The decimal digits that a double can hold and give back. */
    private static final int DOUBLE_DIGITS = 15;

    /** In nanoseconds; adding it before digits are removed rounds half up, as most databases do. */
    private static final int HALF_A_MICROSECOND = 500;

    private final boolean ordered;
    private final String comparesWith;

    ConditionKind(boolean ordered, String comparesWith) {
        this.ordered = ordered;
        this.comparesWith = comparesWith;
    }

    boolean ordered() {
        return ordered;
    }

    String comparesWith() {
        return comparesWith;
    }

    /** @param defined the type that the application has given the column by SQL; null if Hibernate chooses it */
    static ConditionKind of(BasicValuedModelPart column, @Nullable SqlType defined) {
        JdbcMapping mapping = column.getJdbcMapping();
        BasicValueConverter<?, ?> converter = mapping.getValueConverter();
        Class<?> type = mapping.getJavaTypeDescriptor().getJavaTypeClass();
        if (converter == null && type == String.class && isPadded(mapping, defined)) {
            return PADDED;
        }
        if (difference(column, defined) != null) {
            return OTHER;
        }
        return converter == null ? plain(type, column) : isComparable(converter, column) ? CONVERTED : OTHER;
    }

    private static boolean isPadded(JdbcMapping mapping, @Nullable SqlType defined) {
        return defined == null
                ? mapping.getJdbcType().getDefaultSqlTypeCode() == SqlTypes.CHAR
                : defined.kind() == SqlType.Kind.PADDED;
    }

    /** Why the column that the application has defined by SQL has other values than memory; null if it does not. */
    static @Nullable String difference(BasicValuedModelPart column, @Nullable SqlType defined) {
        return defined == null ? null : defined.difference(storedType(column), column.getScale(), true);
    }

    /** The Java type that the column gets its values from. */
    static Class<?> storedType(BasicValuedModelPart column) {
        JdbcMapping mapping = column.getJdbcMapping();
        BasicValueConverter<?, ?> converter = mapping.getValueConverter();
        return converter == null
                ? mapping.getJavaTypeDescriptor().getJavaTypeClass()
                : converter.getRelationalJavaType().getJavaTypeClass();
    }

    /**
     * Whether converted values are comparable. They are not if the attribute is a number: then it depends on the type of a literal
     * whether Hibernate converts it.
     */
    private static boolean isComparable(BasicValueConverter<?, ?> converter, BasicValuedModelPart column) {
        Class<?> stored = converter.getRelationalJavaType().getJavaTypeClass();
        Class<?> domain = converter.getDomainJavaType().getJavaTypeClass();
        return CONVERTED_TO.contains(stored)
                && plain(stored, column) != OTHER
                && !Number.class.isAssignableFrom(domain);
    }

    private static ConditionKind plain(Class<?> type, BasicValuedModelPart column) {
        int code = column.getJdbcMapping().getJdbcType().getDefaultSqlTypeCode();
        boolean whole = SqlTypes.isIntegral(code) || SqlTypes.isNumericOrDecimal(code);
        boolean microseconds = column.getTemporalPrecision() == null || column.getTemporalPrecision() == MICROSECONDS;
        if (type == Boolean.class) {
            return code == SqlTypes.BOOLEAN || code == SqlTypes.BIT ? BOOLEAN : OTHER;
        } else if (type.isEnum()) {
            return ENUM;
        } else if (type == String.class) {
            return SqlTypes.isVarcharType(code) ? TEXT : OTHER;
        } else if (type == Character.class) {
            return SqlTypes.isCharacterType(code) ? CHARACTER : OTHER;
        } else if (WHOLE.contains(type)) {
            return whole ? NUMBER : OTHER;
        } else if (type == BigDecimal.class) {
            return SqlTypes.isNumericOrDecimal(code) && column.getScale() != null ? NUMBER : OTHER;
        } else if (type == Double.class) {
            return (code == SqlTypes.DOUBLE || code == SqlTypes.FLOAT) && column.getPrecision() == null
                    ? DOUBLE
                    : OTHER;
        } else if (type == Float.class) {
            return (code == SqlTypes.REAL || code == SqlTypes.FLOAT) && column.getPrecision() == null ? FLOAT : OTHER;
        } else if (type == LocalDate.class) {
            return code == SqlTypes.DATE ? DATE : OTHER;
        } else if (type == LocalDateTime.class) {
            return code == SqlTypes.TIMESTAMP && microseconds ? DATE_TIME : OTHER;
        } else if (type == Instant.class || type == OffsetDateTime.class || type == ZonedDateTime.class) {
            boolean zoned = code == SqlTypes.TIMESTAMP_UTC || code == SqlTypes.TIMESTAMP_WITH_TIMEZONE;
            return zoned && microseconds ? MOMENT : OTHER;
        }
        return type == UUID.class && code == SqlTypes.UUID ? ID : OTHER;
    }

    /** The value that the column has for a value of the attribute, in the class in which values of this kind are compared. */
    @Nullable
    Comparable<?> comparable(@Nullable Object value, BasicValuedModelPart column, boolean cutsSeconds) {
        if (this == CONVERTED) {
            Object stored = column.getJdbcMapping().convertToRelationalValue(value);
            return stored instanceof Number number ? Numbers.exact(number) : (Comparable<?>) stored;
        }
        if (value == null) {
            return null;
        }
        return switch (this) {
            case NUMBER -> rounded(Numbers.exact((Number) value), column);
            case PADDED -> withoutSpaces((String) value);
            // 0.0 and -0.0 are equal in a database
            case DOUBLE, FLOAT -> ((Number) value).doubleValue() + 0.0;
            // by way of java.sql types, as Hibernate sends them: these have neither the hour that is skipped in spring
            // nor some days of 1582
            case DATE -> Date.valueOf((LocalDate) value).toLocalDate();
            case DATE_TIME ->
                Timestamp.valueOf((LocalDateTime) value)
                        .toLocalDateTime()
                        .plusNanos(cutsSeconds ? 0 : HALF_A_MICROSECOND)
                        .truncatedTo(ChronoUnit.MICROS);
            case MOMENT ->
                instant(value).plusNanos(cutsSeconds ? 0 : HALF_A_MICROSECOND).truncatedTo(ChronoUnit.MICROS);
            default -> (Comparable<?>) value;
        };
    }

    private static String withoutSpaces(String padded) {
        int end = padded.length();
        while (end > 0 && padded.charAt(end - 1) == ' ') {
            end--;
        }
        return padded.substring(0, end);
    }

    private static BigDecimal rounded(BigDecimal value, BasicValuedModelPart column) {
        Integer scale = column.getScale();
        return scale == null || value.scale() <= scale ? value : value.setScale(scale, RoundingMode.HALF_UP);
    }

    private static Instant instant(Object value) {
        if (value instanceof OffsetDateTime time) {
            return time.toInstant();
        }
        return value instanceof ZonedDateTime time ? time.toInstant() : (Instant) value;
    }

    /** The value of this kind that a literal stands for, or an exception that says which literals are allowed. */
    Comparable<?> literal(String path, Object value, BasicValuedModelPart column) {
        Comparable<?> literal = switch (this) {
            case BOOLEAN -> value instanceof Boolean truth ? truth : null;
            case ENUM -> constant(value, column);
            case TEXT -> value instanceof String text ? text : null;
            case PADDED -> value instanceof String text && !text.endsWith(" ") ? text : null;
            case CHARACTER -> value instanceof String text ? character(text) : null;
            case NUMBER -> value instanceof BigDecimal number ? number : null;
            case DOUBLE -> value instanceof BigDecimal number ? asDouble(number) : null;
            case FLOAT -> value instanceof BigDecimal number ? asFloat(number) : null;
            case DATE -> value instanceof LocalDate date ? date : null;
            case DATE_TIME -> value instanceof LocalDateTime time && isInMicroseconds(time) ? time : null;
            case MOMENT -> value instanceof OffsetDateTime time && isInMicroseconds(time) ? time.toInstant() : null;
            case CONVERTED -> converted(value, column);
            case ID, REFERENCE, OTHER -> null;
        };
        if (literal == null) {
            throw ConditionAttribute.refused(
                    path,
                    "cannot be compared with '%s' in memory as in the database: compare it with %s"
                            .formatted(value, comparesWith));
        }
        return literal;
    }

    private static boolean isInMicroseconds(Temporal time) {
        return time.get(ChronoField.NANO_OF_SECOND) % 1000 == 0;
    }

    private static @Nullable Comparable<?> constant(Object value, BasicValuedModelPart column) {
        Class<?> type = column.getJdbcMapping().getJavaTypeDescriptor().getJavaTypeClass();
        for (Object constant : type.getEnumConstants()) {
            if (constant.equals(value)
                    || (value instanceof String && ((Enum<?>) constant).name().equals(value))) {
                return (Enum<?>) constant;
            }
        }
        return null;
    }

    /** A text as a character; null for a space, which a column of one character does not distinguish from an empty text. */
    private static @Nullable Character character(String text) {
        return text.length() == 1 && !text.equals(" ") ? text.charAt(0) : null;
    }

    /**
     * A literal as a double. A double holds any 15 decimal digits exactly enough to give them back; with more, it would matter
     * whether the database turns the literal into a double or the double into a decimal.
     */
    private static @Nullable Double asDouble(BigDecimal number) {
        double value = number.doubleValue() + 0.0;
        return number.stripTrailingZeros().precision() <= DOUBLE_DIGITS && Double.isFinite(value) ? value : null;
    }

    private static @Nullable Double asFloat(BigDecimal number) {
        float value = number.floatValue() + 0.0f;
        return Float.isFinite(value) && new BigDecimal(value).compareTo(number) == 0 ? (double) value : null;
    }

    /** A literal as Hibernate understands it: as a value of the attribute's type, or of the column's type. */
    private static @Nullable Comparable<?> converted(Object value, BasicValuedModelPart column) {
        JdbcMapping mapping = column.getJdbcMapping();
        BasicValueConverter<?, ?> converter = mapping.getValueConverter();
        if (converter == null) {
            return null;
        }
        if (converter.getDomainJavaType().isInstance(value)) {
            return CONVERTED.comparable(value, column, false);
        }
        Class<?> stored = converter.getRelationalJavaType().getJavaTypeClass();
        if (stored == Character.class) {
            return value instanceof String text ? character(text) : null;
        }
        if (value instanceof BigDecimal number && WHOLE.contains(stored)) {
            return isWhole(number) ? number : null;
        }
        return stored.isInstance(value) ? (Comparable<?>) value : null;
    }

    /** Whether a literal is a whole number with so few digits that it fits into an int. */
    private static boolean isWhole(BigDecimal number) {
        return number.scale() == 0 && number.precision() < 10;
    }
}
