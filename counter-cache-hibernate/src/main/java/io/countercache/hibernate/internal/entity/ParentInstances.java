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
import org.hibernate.event.spi.FlushEntityEventListener;
import org.hibernate.event.spi.PostDeleteEvent;
import org.hibernate.event.spi.PostDeleteEventListener;
import org.hibernate.event.spi.PostInsertEvent;
import org.hibernate.event.spi.PostInsertEventListener;
import org.hibernate.event.spi.PostLoadEvent;
import org.hibernate.event.spi.PostLoadEventListener;
import org.hibernate.event.spi.PreInsertEvent;
import org.hibernate.event.spi.PreInsertEventListener;
import org.hibernate.event.spi.PreUpdateEvent;
import org.hibernate.event.spi.PreUpdateEventListener;
import org.hibernate.event.spi.PreUpsertEvent;
import org.hibernate.event.spi.PreUpsertEventListener;
import org.hibernate.persister.entity.EntityPersister;

/**
 * Keeps the counters of managed parents right in memory through whatever happens to the parents themselves: what the
 * database holds, and what this session will add to it.
 */
public final class ParentInstances
        implements PreInsertEventListener,
                PostInsertEventListener,
                PreUpdateEventListener,
                PreUpsertEventListener,
                PostDeleteEventListener,
                PostLoadEventListener,
                FlushEntityEventListener {

    private static final long serialVersionUID = 1;

    private final transient CounterModel model;
    private final transient PendingDeltas pending;
    private final transient SentDeletes deletes;
    private final transient ForeseenCounts fresh;
    private final transient CacheInvalidation caches;

    public ParentInstances(
            CounterModel model,
            PendingDeltas pending,
            SentDeletes deletes,
            ForeseenCounts fresh,
            CacheInvalidation caches) {
        this.fresh = fresh;
        this.caches = caches;
        this.model = model;
        this.pending = pending;
        this.deletes = deletes;
    }

    /** An INSERT writes the value that the application gave to a counter, null as 0. */
    @Override
    public boolean onPreInsert(PreInsertEvent event) {
        List<KeptCounter> counters = model.keptBy(event.getPersister());
        for (KeptCounter kept : counters) {
            if (event.getState()[kept.index()] == null) {
                Object zero = Numbers.as(kept.type(), BigDecimal.ZERO);
                event.getState()[kept.index()] = zero;
                event.getPersister().setValue(event.getEntity(), kept.index(), zero);
            }
        }
        fresh.insert(event, counters);
        return false;
    }

    /** Hibernate's MERGE asks columns whether they may be updated, and never the attribute; in 7.2 it asks neither. */
    @Override
    public boolean onPreUpsert(PreUpsertEvent event) {
        if (!model.keptBy(event.getPersister()).isEmpty()) {
            throw new CounterCacheException(
                    "%s cannot be upserted, for that would overwrite its counters: insert or update it"
                            .formatted(event.getPersister().getImportedName()));
        }
        return false;
    }

    /** Children that were inserted before their parent are waiting for it. */
    @Override
    public void onPostInsert(PostInsertEvent event) {
        List<KeptCounter> counters = model.keptBy(event.getPersister());
        if (!counters.isEmpty()) {
            counters.forEach(kept -> pending.revive(kept.row(event.getId()), event.getSession()));
            tellPending(event.getEntity(), event.getId(), event.getPersister(), event.getSession());
            fresh.inserted(event, counters);
        }
    }

    /** A row that is gone gets no UPDATE. */
    @Override
    public void onPostDelete(PostDeleteEvent event) {
        if (deletes.isUnsent(event.getSession()) && !deletes.isLeft(event)) {
            return; // it may stay
        }
        for (KeptCounter kept : model.keptBy(event.getPersister())) {
            pending.drop(kept.row(event.getId()), event.getSession());
        }
    }

    /** What is loaded is what the database holds: what this session has not written yet comes on top. */
    @Override
    public void onPostLoad(PostLoadEvent event) {
        tellPending(event.getEntity(), event.getId(), event.getPersister(), event.getSession());
    }

    private void tellPending(
            Object entity, Object id, EntityPersister persister, SharedSessionContractImplementor session) {
        if (!model.keepsAny(persister)
                || !pending.exist(session)
                || session.getLoadQueryInfluencers().getTemporalIdentifier() != null) { // of the past
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
                ManagedParents.tell(entity, entry, kept, amount);
            }
        }
    }

    /**
     * Puts back what the application assigned, or a merge brought: runs before Hibernate looks at the entity, which so
     * never sees it.
     */
    @Override
    public void onFlushEntity(FlushEntityEvent event) {
        EntityEntry entry = event.getEntityEntry();
        List<KeptCounter> counters = model.keptBy(entry.getPersister());
        if (counters.isEmpty() || entry.getStatus().isDeletedOrGone()) {
            return;
        }
        Object[] loaded = entry.getLoadedState();
        if (loaded == null) {
            return; // read-only: there is nothing to tell a right value from a wrong one
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
                loaded[kept.index()] = shown; // until it is inserted, the loaded state is what the INSERT writes
            }
        }
    }

    /**
     * The state of an UPDATE was taken before the children of the same flush were inserted, and becomes the loaded state:
     * without this, the deltas that came meanwhile would be lost in memory.
     */
    @Override
    public boolean onPreUpdate(PreUpdateEvent event) {
        List<KeptCounter> counters = model.keptBy(event.getPersister());
        if (counters.isEmpty() || !(event.getSession() instanceof SessionImplementor)) {
            return false;
        }
        // else what this session has loaded or not written yet would go to the second-level cache
        caches.around(event.getPersister(), List.of(event.getId()), event.getSession(), () -> true);
        EntityEntry entry = event.getSession().getPersistenceContextInternal().getEntry(event.getEntity());
        Object[] loaded = entry == null ? null : entry.getLoadedState();
        if (loaded != null) {
            for (KeptCounter kept : counters) {
                event.getState()[kept.index()] = loaded[kept.index()];
            }
        }
        return false;
    }

    @Override
    public boolean requiresPostCommitHandling(EntityPersister persister) {
        return false;
    }
}
