package io.countercache.hibernate.internal.repair;

import io.countercache.RepairReport;
import io.countercache.hibernate.internal.count.IdRange;
import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.recount.Recount;
import java.util.List;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/** Verifies all counters within a session and its transaction, and so sees what that has not committed yet. */
public record SessionVerification(CounterModel model, Recount recount, SharedSessionContractImplementor session) {

    /** How many parents are looked at by one query: so that what is wrong is not in memory all at once. */
    private static final int CHUNK = 10_000;

    public RepairReport verify() {
        RepairTally tally = new RepairTally();
        model.parents().forEach(parent -> verify(parent, tally));
        return tally.report(List.of());
    }

    private void verify(EntityPersister parent, RepairTally tally) {
        IdRange rest = new IdRange(parent, null, null);
        while (true) {
            IdRange.@Nullable Chunk chunk = rest.first(CHUNK, session);
            if (chunk == null) {
                return;
            }
            tally.add(chunk.rows(), recount.driftBetween(parent, chunk.range(), model.countersIn(parent), session));
            if (chunk.isLast()) {
                return;
            }
            rest = new IdRange(parent, chunk.lastId(), null);
        }
    }
}
