package io.countercache.hibernate.internal.entity;

import io.countercache.CounterCacheException;
import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.model.CounterModel.KeptCounter;
import io.countercache.hibernate.internal.sql.CacheInvalidation;
import io.countercache.hibernate.internal.support.Numbers;
import io.countercache.hibernate.internal.transaction.PendingDeltas;
import io.countercache.hibernate.internal.write.ManagedParents;
import java.math.BigDecimal;
import java.util.List;
import java.util.Objects;
import org.hibernate.bytecode.enhance.spi.LazyPropertyInitializer;
import org.hibernate.engine.spi.EntityEntry;
import org.hibernate.engine.spi.SessionImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.event.spi.FlushEntityEvent;
import org.hibernate.event.spi.PostDeleteEvent;
import org.hibernate.event.spi.PostInsertEvent;
import org.hibernate.event.spi.PostLoadEvent;
import org.hibernate.event.spi.PreInsertEvent;
import org.hibernate.event.spi.PreUpdateEvent;
import org.hibernate.persister.entity.EntityPersister;

/**
 * Keeps the counters right that managed parents show, whatever a session does to the parents themselves: the value in the
 * database, plus what this session's transaction will add to it.
 */
final class ParentInstances {

    private final CounterModel model;
    private final PendingDeltas pending;
    private final CacheInvalidation caches;

    ParentInstances(CounterModel model, PendingDeltas pending, CacheInvalidation caches) {
        this.model = model;
        this.pending = pending;
        this.caches = caches;
    }

    /** An INSERT writes the value that the application has assigned to a counter, and 0 instead of null. */
    void beforeInsert(PreInsertEvent event, List<KeptCounter> counters) {
        for (KeptCounter kept : counters) {
            if (event.getState()[kept.index()] == null) {
                Object zero = Numbers.as(kept.type(), BigDecimal.ZERO);
                event.getState()[kept.index()] = zero;
                event.getPersister().setValue(event.getEntity(), kept.index(), zero);
            }
        }
    }

    /** Hibernate's MERGE overwrites columns though their attribute is not updatable; that of 7.2 even non-updatable columns. */
    void refuseUpsert(EntityPersister parent) {
        if (!model.keptBy(parent).isEmpty()) {
            throw new CounterCacheException(
                    "%s cannot be upserted, for that would overwrite its counters: insert or update it"
                            .formatted(parent.getImportedName()));
        }
    }

    /** Children that were inserted before their parent have deltas that are pending for it. */
    void afterInsert(PostInsertEvent event, List<KeptCounter> counters) {
        counters.forEach(kept -> pending.revive(kept.row(event.getId()), event.getSession()));
        showPending(event.getEntity(), event.getId(), event.getPersister(), event.getSession());
    }

    /** A row that is deleted needs no UPDATE. */
    void afterDelete(PostDeleteEvent event) {
        for (KeptCounter kept : model.keptBy(event.getPersister())) {
            pending.drop(kept.row(event.getId()), event.getSession());
        }
    }

    /** An instance is loaded with the values in the database, and has to show what this session has not written yet as well. */
    void afterLoad(PostLoadEvent event) {
        showPending(event.getEntity(), event.getId(), event.getPersister(), event.getSession());
    }

    private void showPending(
            Object entity, Object id, EntityPersister persister, SharedSessionContractImplementor session) {
        if (!model.keepsAny(persister)
                || !pending.exist(session)
                || session.getLoadQueryInfluencers().getTemporalIdentifier() != null) { // a state of the past
            return;
        }
        EntityEntry entry = session.getPersistenceContextInternal().getEntry(entity);
        if (entry == null) {
            return;
        }
        for (KeptCounter kept : model.keptBy(entry.getPersister())) {
            BigDecimal amount = kept.derived() == null
                    ? null
                    : pending.of(kept.row(id), session).get(kept.derived());
            if (amount != null) {
                ManagedParents.add(entity, entry, kept, amount);
            }
        }
    }

    /**
     * Undoes what the application, or a merge, has assigned to a counter. Called before Hibernate compares the entity with its
     * loaded state, so that Hibernate never sees such a value.
     */
    void onFlushEntity(FlushEntityEvent event, List<KeptCounter> counters) {
        EntityEntry entry = event.getEntityEntry();
        Object[] loaded = entry.getLoadedState();
        if (entry.getStatus().isDeletedOrGone() || loaded == null) {
            return; // of a read-only entity there is no loaded state, so that a right value cannot be told from a wrong
            // one
        }
        for (KeptCounter kept : counters) {
            Object right = loaded[kept.index()];
            if (right == LazyPropertyInitializer.UNFETCHED_PROPERTY) {
                continue;
            }
            Object shown = entry.getPersister().getValue(event.getEntity(), kept.index());
            if (Objects.equals(right, shown)) {
                continue;
            }
            if (entry.isExistsInDatabase()) {
                entry.getPersister().setValue(event.getEntity(), kept.index(), right);
            } else {
                loaded[kept.index()] = shown; // before the INSERT, the loaded state is what the INSERT will write
            }
        }
    }

    /**
     * Hibernate has taken the state for this UPDATE before the children of the same flush were inserted, and will make it the
     * loaded state: without this, the deltas of those children would disappear from memory.
     */
    void beforeUpdate(PreUpdateEvent event, List<KeptCounter> counters) {
        if (!(event.getSession() instanceof SessionImplementor)) {
            return;
        }
        // otherwise the second-level cache would get counters that are outdated, or that include what is not written
        // yet
        caches.around(event.getPersister(), List.of(event.getId()), event.getSession(), () -> true);
        EntityEntry entry = event.getSession().getPersistenceContextInternal().getEntry(event.getEntity());
        Object[] loaded = entry == null ? null : entry.getLoadedState();
        if (loaded != null) {
            for (KeptCounter kept : counters) {
                event.getState()[kept.index()] = loaded[kept.index()];
            }
        }
    }
}
