package io.countercache.hibernate.internal.entity;

import io.countercache.CounterCacheException;
import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.model.ParentCounter;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.orm.EventSession;
import io.countercache.hibernate.internal.orm.Past;
import io.countercache.hibernate.internal.sql.CacheInvalidation;
import io.countercache.hibernate.internal.transaction.PendingDeltas;
import io.countercache.hibernate.internal.write.ManagedParents;
import io.countercache.hibernate.internal.write.SlotReads;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.hibernate.engine.spi.EntityEntry;
import org.hibernate.engine.spi.SessionImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.event.spi.FlushEntityEvent;
import org.hibernate.event.spi.PostDeleteEvent;
import org.hibernate.event.spi.PostInsertEvent;
import org.hibernate.event.spi.PostLoadEvent;
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
    private final DroppedValues values = new DroppedValues();

    ParentInstances(CounterModel model, PendingDeltas pending, CacheInvalidation caches) {
        this.model = model;
        this.pending = pending;
        this.caches = caches;
    }

    /** Hibernate's MERGE overwrites columns though their attribute is not updatable; that of 7.2 even non-updatable columns. */
    void refuseUpsert(EntityPersister parent) {
        if (!model.countersOf(parent).isEmpty()) {
            throw new CounterCacheException(
                    "%s cannot be upserted, for that would overwrite its counters: insert or update it"
                            .formatted(Entities.name(parent)));
        }
    }

    /** Children that were inserted before their parent have deltas that are pending for it. */
    void afterInsert(PostInsertEvent event, List<ParentCounter> counters) {
        counters.forEach(counter -> pending.revive(counter.row(event.getId()), EventSession.of(event)));
        showPending(event.getEntity(), event.getId(), event.getPersister(), EventSession.of(event));
    }

    /** A row that is deleted needs no UPDATE. */
    void afterDelete(PostDeleteEvent event) {
        for (ParentCounter counter : model.countersOf(event.getPersister())) {
            pending.drop(counter.row(event.getId()), EventSession.of(event));
        }
        pending.deleted(event.getPersister(), event.getId(), EventSession.of(event));
    }

    /** An instance is loaded with the values in the database, and has to show what this session has not written yet as well. */
    void afterLoad(PostLoadEvent event) {
        if (!model.mayHaveCounters(event.getPersister())) {
            return;
        }
        EntityEntry entry = event.getSession().getPersistenceContextInternal().getEntry(event.getEntity());
        if (entry != null) {
            ManagedParents.loaded(event.getEntity(), entry, model.countersOf(entry.getPersister()));
            if (!model.slots().isEmpty() && isLocked(entry)) {
                SlotReads.show(model, event.getEntity(), entry, event.getSession());
            }
        }
        showPending(event.getEntity(), event.getId(), event.getPersister(), event.getSession());
    }

    /** Shows the values of some instances once more, after what their locks have read. */
    void lockedLater(Predicate<Object> ids, SharedSessionContractImplementor session) {
        for (Map.Entry<Object, EntityEntry> each :
                session.getPersistenceContextInternal().reentrantSafeEntityEntries()) {
            EntityEntry entry = each.getValue();
            if (ids.test(entry.getId())
                    && model.mayHaveCounters(entry.getPersister())
                    && entry.isExistsInDatabase()
                    && isLocked(entry)
                    && !entry.getStatus().isDeletedOrGone()) {
                showAgain(each.getKey(), entry, session);
            }
        }
    }

    /**
     * Reads what it shows: nobody tells what the lock has read. That may lack what a subclass adds, Hibernate keeps it nowhere for a
     * read-only instance, and an instance of another entity may have the same id.
     */
    private void showAgain(Object instance, EntityEntry entry, SharedSessionContractImplementor session) {
        List<ParentCounter> counters = model.countersOf(entry.getPersister());
        ManagedParents.loaded(instance, entry, counters);
        SlotReads.show(model, instance, entry, session);
        if (isSomethingPending(session)) {
            SlotReads.showColumns(moving(counters, entry.getId(), session), instance, entry, session);
            showPending(instance, entry.getId(), entry.getPersister(), session);
        }
    }

    /** Those counters without slots that have something pending. */
    private List<CounterDefinition> moving(
            List<ParentCounter> counters, Object id, SharedSessionContractImplementor session) {
        List<CounterDefinition> moving = new ArrayList<>();
        for (ParentCounter counter : counters) {
            CounterDefinition derived = counter.derived();
            if (derived != null
                    && derived.slots() == null
                    && pending.of(counter.row(id), session).containsKey(derived)) {
                moving.add(derived);
            }
        }
        return moving;
    }

    /** Nothing is for a state of the past. */
    private boolean isSomethingPending(SharedSessionContractImplementor session) {
        return pending.exist(session) && !Past.isRead(session);
    }

    private static boolean isLocked(EntityEntry entry) {
        return switch (entry.getLockMode()) {
            case PESSIMISTIC_READ, PESSIMISTIC_WRITE, PESSIMISTIC_FORCE_INCREMENT, UPGRADE_NOWAIT, UPGRADE_SKIPLOCKED ->
                true;
            default -> false;
        };
    }

    private void showPending(
            Object entity, Object id, EntityPersister persister, SharedSessionContractImplementor session) {
        if (!model.mayHaveCounters(persister) || !isSomethingPending(session)) {
            return;
        }
        EntityEntry entry = session.getPersistenceContextInternal().getEntry(entity);
        if (entry == null) {
            return;
        }
        for (ParentCounter counter : model.countersOf(entry.getPersister())) {
            BigDecimal amount = counter.derived() == null
                    ? null
                    : pending.of(counter.row(id), session).get(counter.derived());
            if (amount != null) {
                ManagedParents.add(entity, entry, counter, amount);
            }
        }
    }

    /**
     * Undoes what the application has assigned to a counter. Called before Hibernate compares the entity with its loaded state,
     * so that Hibernate never sees such a value.
     */
    void onFlushEntity(FlushEntityEvent event, List<ParentCounter> counters) {
        EntityEntry entry = event.getEntityEntry();
        if (entry.getStatus().isDeletedOrGone()) {
            return;
        }
        if (entry.isExistsInDatabase()) {
            for (ParentCounter counter : counters) {
                Object dropped = ManagedParents.correct(event.getEntity(), entry, counter);
                if (dropped != null) {
                    values.assigned(dropped, counter, entry.getPersister());
                }
            }
            ManagedParents.loaded(event.getEntity(), entry, counters);
        } else if (entry.getLoadedState() != null) {
            for (ParentCounter counter :
                    counters) { // before the INSERT, the loaded state is what the INSERT will write
                entry.getLoadedState()[counter.index()] =
                        entry.getPersister().getValue(event.getEntity(), counter.index());
            }
        }
    }

    /**
     * Hibernate has taken the state for this UPDATE before the children of the same flush were inserted, and will make it the
     * loaded state: without this, the deltas of those children would disappear from memory. Those of children that are inserted
     * between this event and the UPDATE, too.
     */
    void beforeUpdate(PreUpdateEvent event, List<ParentCounter> counters) {
        if (!(EventSession.of(event) instanceof SessionImplementor)) {
            return;
        }
        // otherwise the second-level cache would get counters that are outdated, or that include what is not written
        // yet
        caches.around(event.getPersister(), List.of(event.getId()), EventSession.of(event), () -> true);
        EntityEntry entry =
                EventSession.of(event).getPersistenceContextInternal().getEntry(event.getEntity());
        Object[] loaded = entry == null ? null : entry.getLoadedState();
        if (entry != null && loaded != null) {
            for (ParentCounter counter : counters) {
                event.getState()[counter.index()] = loaded[counter.index()];
            }
            ManagedParents.willBeLoaded(entry, event.getState());
        }
    }
}
