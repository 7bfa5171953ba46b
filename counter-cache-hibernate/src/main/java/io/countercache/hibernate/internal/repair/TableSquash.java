package io.countercache.hibernate.internal.repair;

import io.countercache.hibernate.internal.count.IdRange;
import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.model.CounterSlots;
import io.countercache.hibernate.internal.write.SlotSquash;
import java.util.List;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.metamodel.mapping.BasicEntityIdentifierMapping;
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

    private record Done(int slots, @Nullable Object last) {}

    private long squash(CounterSlots.Spread counter) {
        long gone = 0;
        Done done = new Done(0, null);
        do {
            Object after = done.last();
            done = sessions.inTransaction(session -> squash(counter, after, session));
            gone += done.slots();
        } while (done.last() != null);
        return gone;
    }

    /** Squashes the next chunk; returns its last row, null if there is none. */
    private Done squash(CounterSlots.Spread counter, @Nullable Object after, SharedSessionContractImplementor session) {
        SlotSquash squash = new SlotSquash(parent, counter.slots(), counter.type(), session);
        List<Object> ids = parent.getIdentifierMapping() instanceof BasicEntityIdentifierMapping
                ? squash.filled(after, chunkSize)
                : next(after, session);
        return new Done(squash.squash(ids), ids.size() < chunkSize ? null : ids.get(ids.size() - 1));
    }

    /** The next rows of all: a composite id is not read from the table of the slots. */
    private List<Object> next(@Nullable Object after, SharedSessionContractImplementor session) {
        IdRange rest = new IdRange(parent, after, null);
        var query = session.createSelectionQuery(rest.ids(), Object.class);
        rest.bind(query);
        return query.setMaxResults(chunkSize).getResultList();
    }
}
