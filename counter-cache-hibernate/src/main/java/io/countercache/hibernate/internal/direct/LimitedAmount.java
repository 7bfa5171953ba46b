package io.countercache.hibernate.internal.direct;

import io.countercache.CounterLimitException;
import io.countercache.hibernate.internal.model.FreeCounter.Limits;
import io.countercache.hibernate.internal.sql.Columns;
import io.countercache.hibernate.internal.sql.Statements;
import io.countercache.hibernate.internal.support.Numbers;
import io.countercache.hibernate.internal.transaction.PendingDeltas;
import io.countercache.hibernate.internal.write.ManagedParents;
import java.math.BigDecimal;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.exception.ConstraintViolationException;
import org.jspecify.annotations.Nullable;

/** By how much one counter moves, and what it must not pass. */
record LimitedAmount(NumericAttribute counter, BigDecimal by, Limits within) {

    /** What the counter has to be at least or at most to be moved, as a condition; null if it may be anything. */
    @Nullable
    String condition() {
        if (by.signum() < 0 && within.hasMin()) {
            return Columns.orZero(counter.column()) + " >= ?";
        }
        if (by.signum() > 0 && within.hasMax()) {
            return Columns.orZero(counter.column()) + " <= ?";
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

    /** Has a rollback to a savepoint show on the instance of a row, if this session manages one, what it had before. */
    void shown(Object id, PendingDeltas pending, SharedSessionContractImplementor session) {
        if (ManagedParents.manages(counter.entity(), id, session)) {
            pending.shown(counter.entity(), id, counter.name(), by, session);
        }
    }

    /** Says that this would take the counter of a row past its limit. */
    CounterLimitException refusal(Object id, @Nullable BigDecimal found) {
        return new CounterLimitException(
                counter.entity().getImportedName(),
                id,
                counter.name(),
                Numbers.as(counter.type(), by),
                limit(),
                found == null ? null : Numbers.as(counter.type(), found));
    }

    /** The same where a check constraint of the database refuses it, after which the transaction can only be rolled back. */
    CounterLimitException refusalBy(
            ConstraintViolationException check, Object id, SharedSessionContractImplementor session) {
        Statements.markRollbackOnly(session);
        var refusal = new CounterLimitException(
                counter.entity().getImportedName(), id, counter.name(), Numbers.as(counter.type(), by), null, null);
        refusal.initCause(check);
        return refusal;
    }
}
