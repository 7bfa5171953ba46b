package io.countercache.hibernate.internal.support;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Numbers as counters hold them: the types of their attributes, and sums that lose no digit. */
public final class Numbers {

    private static final Set<Class<?>> WHOLE =
            Set.of(Byte.class, byte.class, Short.class, short.class, Integer.class, int.class, Long.class, long.class);

    private static final Set<Class<?>> OTHERS =
            Set.of(BigInteger.class, BigDecimal.class, Float.class, float.class, Double.class, double.class);

    /** A number with so many digits fits in a long. */
    private static final int DIGITS_OF_LONG = 18;

    private static final BigDecimal MINUS_ONE = BigDecimal.ONE.negate();

    private Numbers() {}

    public static boolean isNumber(Class<?> type) {
        return isWhole(type) || OTHERS.contains(type);
    }

    /** Whether a type holds whole numbers that fit in a long. */
    public static boolean isWhole(Class<?> type) {
        return WHOLE.contains(type);
    }

    /** Whether a type holds nothing but whole numbers, of whatever size. */
    public static boolean holdsWholes(Class<?> type) {
        return isWhole(type) || type == BigInteger.class;
    }

    /** Whether a type is float or double, whose sums depend on the order in which they are added. */
    public static boolean isFloating(Class<?> type) {
        return type == double.class || type == Double.class || type == float.class || type == Float.class;
    }

    /** Whether a number can be sent as a long. */
    public static boolean isLong(BigDecimal number) {
        return number.compareTo(BigDecimal.valueOf(number.longValue())) == 0;
    }

    /** A number with all of its digits. */
    public static BigDecimal exact(Number number) {
        return number instanceof BigDecimal decimal ? decimal : new BigDecimal(number.toString());
    }

    /** The opposite amount. Allocates nothing for 1, which is what most rows count for. */
    @SuppressWarnings("BigDecimalEquals") // 1.0 may be negated as any other number
    public static BigDecimal negate(BigDecimal amount) {
        return amount.compareTo(BigDecimal.ONE) == 0 ? MINUS_ONE : amount.negate();
    }

    /** The sum of what an attribute shows, null as 0, and an amount. */
    public static BigDecimal sum(@Nullable Object shown, BigDecimal amount) {
        return shown == null ? amount : new BigDecimal(shown.toString()).add(amount);
    }

    /** The same sum in the type of the attribute; what is too large for the type overflows. */
    public static Number sum(Class<?> type, @Nullable Object shown, BigDecimal amount) {
        return isWhole(type) && amount.scale() == 0 && amount.precision() <= DIGITS_OF_LONG
                ? as(type, (shown == null ? 0 : ((Number) shown).longValue()) + amount.longValue())
                : as(type, sum(shown, amount));
    }

    private static Number as(Class<?> type, long number) {
        if (type == Integer.class || type == int.class) {
            return (int) number;
        }
        if (type == Long.class || type == long.class) {
            return number;
        }
        if (type == Short.class || type == short.class) {
            return (short) number;
        }
        return (byte) number;
    }

    /** A number in the type of the attribute that shows it; what is too large for the type overflows. */
    public static Number as(Class<?> type, BigDecimal number) {
        if (isWhole(type)) {
            return as(type, number.longValue());
        }
        if (type == Double.class || type == double.class) {
            return number.doubleValue();
        }
        if (type == Float.class || type == float.class) {
            return number.floatValue();
        }
        return type == BigInteger.class ? number.toBigInteger() : number;
    }
}
