package io.countercache.hibernate.internal.transaction;

import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.model.CounterPaths.PathStep;
import io.countercache.hibernate.internal.model.Moves;
import io.countercache.hibernate.internal.orm.PerSession;
import io.countercache.hibernate.internal.orm.SkippingSessions;
import java.math.BigDecimal;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.jspecify.annotations.Nullable;

/**
 * Receives the moves of all sessions, and adds them to the {@link PendingDeltas} of their transactions. Drops the moves of a
 * session that counts nothing for now.
 */
public final class MoveSink {

    private final CounterModel model;
    private final PendingDeltas pending;
    private final SkippingSessions skipping;
    private final PerSession<Moves> ofSessions = new PerSession<>();

    public MoveSink(CounterModel model, PendingDeltas pending, SkippingSessions skipping) {
        this.model = model;
        this.pending = pending;
        this.skipping = skipping;
    }

    /** Whether moves of this session are dropped: then there is no need to look for any. */
    public boolean isSkipping(SharedSessionContractImplementor session) {
        return skipping.contains(session);
    }

    /** Receives the moves of one session. */
    public Moves of(SharedSessionContractImplementor session) {
        Moves known = ofSessions.get(session);
        if (known == null) {
            known = receive(session);
            ofSessions.put(session, known);
        }
        return known;
    }

    private Moves receive(SharedSessionContractImplementor session) {
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

    /**
     * Moves a counter, unless the session is skipping.
     *
     * @param first the id of the row that the association leads to
     */
    public void move(
            CounterDefinition counter, Object first, BigDecimal amount, SharedSessionContractImplementor session) {
        if (amount.signum() == 0 || isSkipping(session)) {
            return;
        }
        if (counter.path().isEmpty()) {
            pending.add(counter, first, amount, session);
        } else {
            pending.addBeneath(model.paths().steps(counter).get(0), first, amount, session);
        }
    }
}
