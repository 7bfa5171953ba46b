package io.countercache.hibernate;

import io.countercache.CounterDefinition;
import io.countercache.hibernate.CounterModel.KeptCounter;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Objects;
import org.hibernate.bytecode.enhance.spi.LazyPropertyInitializer;
import org.hibernate.engine.spi.EntityEntry;
import org.hibernate.engine.spi.PersistenceContext;
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
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the counters of managed parents right in memory: what the database holds, and what this session will add to it.
 *
 * <p>The loaded state of an instance is what is trusted, for the application cannot reach it; the attribute is made to
 * follow it. A delta goes into both, so that nothing becomes dirty.
 */
final class ManagedParents
        implements PreInsertEventListener,
                PostInsertEventListener,
                PreUpdateEventListener,
                PostDeleteEventListener,
                PostLoadEventListener,
                FlushEntityEventListener {

    private static final long serialVersionUID = 1;

    private final transient CounterModel model;
    private final transient PendingDeltas pending;

    ManagedParents(CounterModel model, PendingDeltas pending) {
        this.model = model;
        this.pending = pending;
    }

    /** Shows a delta on the instance of the parent, if this session manages one. */
    void tell(CounterDefinition counter, Object parentId, long amount, SharedSessionContractImplementor session) {
        change(counter, parentId, session, shown -> shown == null ? amount : shown.longValue() + amount);
    }

    /** Shows a value on the instance of the parent, if this session manages one. */
    void show(CounterDefinition counter, Object parentId, Number value, SharedSessionContractImplementor session) {
        change(counter, parentId, session, shown -> value.longValue());
    }

    private void change(
            CounterDefinition counter, Object parentId, SharedSessionContractImplementor session, Change change) {
        if (!(session instanceof SessionImplementor)) {
            return; // a stateless session manages nothing
        }
        PersistenceContext context = session.getPersistenceContextInternal();
        Object entity = context.getEntity(session.generateEntityKey(parentId, model.parent(counter, session)));
        EntityEntry entry = entity == null ? null : context.getEntry(entity);
        // an instance that is not inserted yet is told when it is: its loaded state is what the INSERT writes
        if (entity == null || entry == null || !entry.isExistsInDatabase()) {
            return;
        }
        for (KeptCounter kept : model.keptBy(entry.getPersister())) {
            if (kept.counter().equals(counter)) {
                change(entity, entry, kept, change);
            }
        }
    }

    private static void change(Object entity, EntityEntry entry, KeptCounter kept, Change change) {
        if (entry.getStatus().isDeletedOrGone()) {
            return;
        }
        Object[] loaded = entry.getLoadedState();
        // a read-only instance has no loaded state
        Object shown = loaded == null ? entry.getPersister().getValue(entity, kept.index()) : loaded[kept.index()];
        if (shown == LazyPropertyInitializer.UNFETCHED_PROPERTY) {
            return;
        }
        Object changed = as(kept.type(), change.from((Number) shown));
        entry.getPersister().setValue(entity, kept.index(), changed);
        if (loaded != null) {
            loaded[kept.index()] = changed;
        }
    }

    /** An INSERT writes the value that the application gave to a counter, null as 0. */
    @Override
    public boolean onPreInsert(PreInsertEvent event) {
        for (KeptCounter kept : model.keptBy(event.getPersister())) {
            if (event.getState()[kept.index()] == null) {
                Object zero = as(kept.type(), 0);
                event.getState()[kept.index()] = zero;
                event.getPersister().setValue(event.getEntity(), kept.index(), zero);
            }
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
        }
    }

    /** A row that is gone gets no UPDATE. */
    @Override
    public void onPostDelete(PostDeleteEvent event) {
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
        if (!model.keepsAny(persister) || !pending.exist(session)) {
            return;
        }
        EntityEntry entry = session.getPersistenceContextInternal().getEntry(entity);
        if (entry == null) {
            return;
        }
        for (KeptCounter kept : model.keptBy(entry.getPersister())) {
            Long amount = pending.of(kept.row(id), session).get(kept.counter());
            if (amount != null) {
                change(entity, entry, kept, shown -> shown == null ? amount : shown.longValue() + amount);
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
            if (!Objects.equals(right, entry.getPersister().getValue(event.getEntity(), kept.index()))) {
                entry.getPersister().setValue(event.getEntity(), kept.index(), right);
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

    private interface Change {
        long from(@Nullable Number shown);
    }

    private static Object as(Class<?> type, long value) {
        if (type == Long.class || type == long.class) {
            return value;
        }
        if (type == Short.class || type == short.class) {
            return (short) value;
        }
        if (type == BigInteger.class) {
            return BigInteger.valueOf(value);
        }
        if (type == BigDecimal.class) {
            return BigDecimal.valueOf(value);
        }
        return (int) value;
    }
}
