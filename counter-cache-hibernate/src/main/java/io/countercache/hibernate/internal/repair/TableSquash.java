package io.countercache.hibernate.internal.repair;

import io.countercache.hibernate.internal.count.IdRange;
import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.model.CounterSlots;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.sql.Databases;
import io.countercache.hibernate.internal.write.SlotSquash;
import java.util.List;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/**
 * Squashes the slots of a whole table, chunk by chunk, with one transaction for each.
 *
 * @param chunkSize the number of rows that are squashed in one transaction
 */
public record TableSquash(EntityPersister parent, CounterModel model, RepairSessions sessions, int chunkSize) {

    /** Returns how many slots are gone. */
    public long squash() {
        sessions.requireTenant(parent);
        return model.slots().of(parent).stream().mapToLong(this::squash).sum();
    }

    /** @param left rows that are to be squashed one by one */
    private record Done(int slots, @Nullable Object last, List<Object> left) {}

    private long squash(CounterSlots.Spread counter) {
        long gone = 0;
        Done done = new Done(0, null, List.of());
        do {
            Object after = done.last();
            done = sessions.inTransaction(session -> squash(counter, after, session));
            gone += done.slots();
            for (Object id : done.left()) {
                gone += sessions.inTransaction(session -> of(counter, session).squash(List.of(id)));
            }
        } while (done.last() != null);
        return gone;
    }

    private SlotSquash of(CounterSlots.Spread counter, SharedSessionContractImplementor session) {
        return new SlotSquash(parent, counter.slots(), counter.type(), session);
    }

    /**
     * Squashes the next chunk; returns its last row, null if there is none.
     *
     * <p>Where whoever adds to a slot locks the row, an application adds to several in any order: while this waits for a row, it must
     * have no other one locked.
     */
    private Done squash(CounterSlots.Spread counter, @Nullable Object after, SharedSessionContractImplementor session) {
        SlotSquash squash = of(counter, session);
        List<Object> ids = Entities.hasSimpleId(parent) ? squash.filled(after, chunkSize) : next(after, session);
        Object last = ids.size() < chunkSize ? null : ids.get(ids.size() - 1);
        if (!Databases.of(session).locksReferredRows()) {
            return new Done(squash.squash(ids), last, List.of());
        }
        SlotSquash.Unlocked unlocked = squash.squashUnlocked(ids);
        return new Done(unlocked.slots(), last, unlocked.left());
    }

    /** The next rows of all: a composite id is not read from the table of the slots. */
    private List<Object> next(@Nullable Object after, SharedSessionContractImplementor session) {
        IdRange rest = new IdRange(parent, after, null);
        var query = session.createSelectionQuery(rest.ids(), Object.class);
        rest.bind(query);
        return query.setMaxResults(chunkSize).getResultList();
    }
}
