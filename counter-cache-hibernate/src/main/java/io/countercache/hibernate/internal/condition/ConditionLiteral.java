package io.countercache.hibernate.internal.condition;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import org.hibernate.query.sqm.UnaryArithmeticOperator;
import org.hibernate.query.sqm.tree.expression.SqmEnumLiteral;
import org.hibernate.query.sqm.tree.expression.SqmExpression;
import org.hibernate.query.sqm.tree.expression.SqmFieldLiteral;
import org.hibernate.query.sqm.tree.expression.SqmHqlNumericLiteral;
import org.hibernate.query.sqm.tree.expression.SqmLiteral;
import org.hibernate.query.sqm.tree.expression.SqmLiteralNull;
import org.hibernate.query.sqm.tree.expression.SqmUnaryOperation;
import org.jspecify.annotations.Nullable;

/**
 * A literal or a Java constant in the text of a {@link Condition}.
 *
 * @param value of a number, a BigDecimal with exactly the digits that the database receives
 * @param hql the literal as HQL
 */
record ConditionLiteral(@Nullable Object value, String hql) {

    private static final DateTimeFormatter DATE_TIME = new DateTimeFormatterBuilder()
            .appendPattern("uuuu-MM-dd HH:mm:ss")
            .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
            .toFormatter();

    /** The literal that an expression is; null if it is not a literal, or of a type that is not supported. */
    static @Nullable ConditionLiteral of(SqmExpression<?> expression) {
        if (expression instanceof SqmLiteralNull<?>) {
            return new ConditionLiteral(null, "null");
        } else if (expression instanceof SqmHqlNumericLiteral<?> number) {
            return number(number.getUnparsedLiteralValue(), suffix(number));
        } else if (expression instanceof SqmUnaryOperation<?> signed
                && signed.getOperand() instanceof SqmHqlNumericLiteral<?> number) {
            String digits = number.getUnparsedLiteralValue();
            return signed.getOperation() == UnaryArithmeticOperator.UNARY_PLUS
                    ? number(digits, suffix(number))
                    : number(digits.startsWith("-") ? digits.substring(1) : "-" + digits, suffix(number));
        } else if (expression instanceof SqmEnumLiteral<?> constant) {
            return of(constant.getEnumValue());
        } else if (expression instanceof SqmLiteral<?> literal) {
            return literal.getLiteralValue() == null ? null : of(literal.getLiteralValue());
        } else if (expression instanceof SqmFieldLiteral<?> constant) {
            return constant.getValue() == null ? null : of(constant.getValue());
        }
        return null;
    }

    private static String suffix(SqmHqlNumericLiteral<?> number) {
        return switch (number.getTypeCategory()) {
            case BIG_DECIMAL -> "bd";
            case BIG_INTEGER -> "bi";
            case LONG -> "l";
            case FLOAT -> "f";
            case INTEGER, DOUBLE -> "";
        };
    }

    private static @Nullable ConditionLiteral number(String digits, String suffix) {
        try {
            return new ConditionLiteral(new BigDecimal(digits), digits + suffix);
        } catch (NumberFormatException e) {
            return null; // hexadecimal
        }
    }

    private static @Nullable ConditionLiteral of(Object value) {
        if (value instanceof String text) {
            return new ConditionLiteral(text, "'" + text.replace("'", "''") + "'");
        } else if (value instanceof Character character) {
            return of(character.toString());
        } else if (value instanceof Boolean truth) {
            return new ConditionLiteral(truth, truth.toString());
        } else if (value instanceof Enum<?> constant) {
            return new ConditionLiteral(constant, constant.getDeclaringClass().getName() + "." + constant.name());
        } else if (value instanceof Byte || value instanceof Short || value instanceof Integer) {
            return number(value.toString(), "");
        } else if (value instanceof Long) {
            return number(value.toString(), "l");
        } else if (value instanceof BigInteger) {
            return number(value.toString(), "bi");
        } else if (value instanceof BigDecimal decimal) {
            return number(decimal.toPlainString(), "bd");
        }
        return time(value);
    }

    private static @Nullable ConditionLiteral time(Object value) {
        if (value instanceof java.sql.Date date) {
            return time(date.toLocalDate());
        } else if (value instanceof LocalDate date) {
            return new ConditionLiteral(date, "local date " + date);
        } else if (value instanceof LocalDateTime time) {
            return new ConditionLiteral(time, "local datetime " + DATE_TIME.format(time));
        } else if (value instanceof ZonedDateTime time) {
            return time(time.toOffsetDateTime());
        } else if (value instanceof OffsetDateTime time) {
            OffsetDateTime utc = time.withOffsetSameInstant(ZoneOffset.UTC);
            return new ConditionLiteral(utc, "offset datetime " + DATE_TIME.format(utc) + "+00:00");
        }
        return null;
    }
}
