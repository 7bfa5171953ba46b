package io.countercache.hibernate.internal.transaction;

import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.model.CounterPaths.PathStep;
import io.countercache.hibernate.internal.model.ParentRow;
import io.countercache.hibernate.internal.model.WatchedEntity.Moves;
import io.countercache.hibernate.internal.support.SkippingSessions;
import java.math.BigDecimal;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.jspecify.annotations.Nullable;

/**
 * Receives what moves counters, from whatever changes rows, and hands it to the pending deltas of the session's transaction.
 * Moves of a session that counts nothing for now are dropped.
 */
public final class MoveSink {

    private final CounterModel model;
    private final PendingDeltas pending;
    private final SkippingSessions skipping;

    public MoveSink(CounterModel model, PendingDeltas pending, SkippingSessions skipping) {
        this.model = model;
        this.pending = pending;
        this.skipping = skipping;
    }

    /** Whether moves of this session are dropped: then nobody needs to look for them. */
    public boolean isSkipping(SharedSessionContractImplementor session) {
        return skipping.contains(session);
    }

    /** Receives the moves of one session. */
    public Moves of(SharedSessionContractImplementor session) {
        return new Moves() {
            @Override
            public void move(CounterDefinition counter, Object first, BigDecimal amount) {
                MoveSink.this.move(counter, first, amount, session);
            }

            @Override
            public void pass(PathStep step, Object id, @Nullable Object from) {
                if (!isSkipping(session)) {
                    pending.moved(step, id, from, session);
                }
            }
        };
    }

    /** @param first the row that the association leads to */
    public void move(
            CounterDefinition counter, Object first, BigDecimal amount, SharedSessionContractImplementor session) {
        if (amount.signum() == 0 || isSkipping(session)) {
            return;
        }
        if (counter.path().isEmpty()) {
            pending.add(counter, new ParentRow(counter.table(), first), amount, session);
        } else {
            PathStep step = model.paths(session.getFactory()).steps(counter).get(0);
            pending.addBeneath(step, first, amount, session);
        }
    }
}
