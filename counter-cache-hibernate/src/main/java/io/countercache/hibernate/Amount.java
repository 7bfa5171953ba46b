package io.countercache.hibernate;

import io.countercache.hibernate.FreeCounter.Limits;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** By how much one counter moves, and what it must not pass. */
record Amount(CounterColumn counter, BigDecimal by, Limits within) {

    /** What the counter has to be at least or at most to be moved, as a condition; null if it may be anything. */
    @Nullable
    String condition() {
        if (by.signum() < 0 && within.hasMin()) {
            return CounterSql.orZero(counter.column()) + " >= ?";
        }
        if (by.signum() > 0 && within.hasMax()) {
            return CounterSql.orZero(counter.column()) + " <= ?";
        }
        return null;
    }

    /** The limit in the direction of the change. */
    long limit() {
        return by.signum() < 0 ? within.min() : within.max();
    }

    BigDecimal bound() {
        return BigDecimal.valueOf(limit()).subtract(by);
    }

    boolean passes(BigDecimal found) {
        int above = found.compareTo(bound());
        return by.signum() < 0 ? above < 0 : above > 0;
    }
}
