package io.countercache.hibernate.internal.direct;

import io.countercache.CounterLimitException;
import io.countercache.hibernate.internal.model.FreeCounter.Limits;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.sql.Columns;
import io.countercache.hibernate.internal.support.Numbers;
import java.math.BigDecimal;
import java.util.Collection;
import org.hibernate.exception.ConstraintViolationException;
import org.jspecify.annotations.Nullable;

/**
 * The amount that one counter is changed by, and the limits that it must not pass. Only the limit in the direction of the
 * change matters: a counter that has passed the other one may still come back.
 */
record LimitedAmount(NumericAttribute counter, BigDecimal by, Limits within) {

    /** The condition on the value before the change, with {@link #bound} as its parameter; null if nothing limits it. */
    @Nullable
    String condition() {
        return isLimited() ? Columns.orZero(counter.column()) + (isDecrement() ? " >= ?" : " <= ?") : null;
    }

    /** The condition on the value after the change, without its left side; null if nothing limits it. */
    @Nullable
    String guard() {
        return isLimited() ? (isDecrement() ? ">= " : "<= ") + limit() : null;
    }

    private boolean isLimited() {
        return isDecrement() ? within.hasMin() : by.signum() > 0 && within.hasMax();
    }

    private boolean isDecrement() {
        return by.signum() < 0;
    }

    /** The limit in the direction of the change. */
    private long limit() {
        return isDecrement() ? within.min() : within.max();
    }

    /** The least or greatest value before the change that does not pass the limit. */
    BigDecimal bound() {
        return BigDecimal.valueOf(limit()).subtract(by);
    }

    /** Whether a counter with this value would pass its limit. */
    boolean passes(BigDecimal found) {
        int above = found.compareTo(bound());
        return isDecrement() ? above < 0 : above > 0;
    }

    /** Refuses a value that a counter is to be set to, and that passes one of its limits. */
    void requireWithin(Collection<?> ids) {
        Long passed = by.compareTo(BigDecimal.valueOf(within.min())) < 0
                ? Long.valueOf(within.min())
                : by.compareTo(BigDecimal.valueOf(within.max())) > 0 ? within.max() : null;
        if (passed != null) {
            throw new CounterLimitException(
                    Entities.name(counter.entity()),
                    ids.size() == 1 ? ids.iterator().next() : ids,
                    counter.name(),
                    Numbers.as(counter.type(), by),
                    passed,
                    null);
        }
    }

    /** The exception for a row whose counter would pass its limit. */
    CounterLimitException refusal(Object id, @Nullable BigDecimal found) {
        return new CounterLimitException(
                Entities.name(counter.entity()),
                id,
                counter.name(),
                Numbers.as(counter.type(), by),
                limit(),
                found == null ? null : Numbers.as(counter.type(), found));
    }

    /** The exception for a change that a check constraint of the database has refused. */
    CounterLimitException refusalBy(ConstraintViolationException check, Object id) {
        var refusal = new CounterLimitException(
                Entities.name(counter.entity()), id, counter.name(), Numbers.as(counter.type(), by), null, null);
        refusal.initCause(check);
        return refusal;
    }
}
