package io.countercache.hibernate.internal.model;

import java.math.BigDecimal;
import java.time.temporal.ChronoField;
import java.time.temporal.Temporal;
import org.hibernate.metamodel.mapping.BasicValuedModelPart;
import org.hibernate.metamodel.mapping.ModelPart;
import org.jspecify.annotations.Nullable;

/** What databases round when they store it. */
final class Rounding {

    /** In nanoseconds: what databases store of a time by default. */
    private static final int MICROSECOND = 1_000;

    private Rounding() {}

    /** Whether the database may have rounded a value when it stored it in these columns. */
    static boolean isRounded(@Nullable Object value, ModelPart part) {
        if (value instanceof BigDecimal number && part instanceof BasicValuedModelPart basic) {
            Integer scale = basic.getScale();
            return scale == null || number.stripTrailingZeros().scale() > scale;
        }
        return value instanceof Temporal time
                && time.isSupported(ChronoField.NANO_OF_SECOND)
                && time.get(ChronoField.NANO_OF_SECOND) % MICROSECOND != 0;
    }
}
