package io.countercache.hibernate;

import io.countercache.CounterDefinition;
import io.countercache.hibernate.CounterModel.KeptCounter;
import java.math.BigDecimal;
import java.math.BigInteger;
import org.hibernate.bytecode.enhance.spi.LazyPropertyInitializer;
import org.hibernate.engine.spi.EntityEntry;
import org.hibernate.engine.spi.PersistenceContext;
import org.hibernate.engine.spi.SessionImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/**
 * Shows deltas and values on the instances of parents that a session manages.
 *
 * <p>The loaded state of an instance is what is trusted, for the application cannot reach it; the attribute is made to
 * follow it. A delta goes into both, so that nothing becomes dirty.
 */
final class ManagedParents {

    private final CounterModel model;

    ManagedParents(CounterModel model) {
        this.model = model;
    }

    /** Shows a delta on the instance of the parent, if this session manages one. */
    void tell(CounterDefinition counter, Object parentId, long amount, SharedSessionContractImplementor session) {
        change(counter, parentId, session, shown -> shown == null ? amount : shown.longValue() + amount);
    }

    /** Shows a value on the instance of the parent, if this session manages one. */
    void show(CounterDefinition counter, Object parentId, Number value, SharedSessionContractImplementor session) {
        change(counter, parentId, session, shown -> value.longValue());
    }

    /** Whether this session manages an instance of a parent. */
    boolean manages(EntityPersister parent, Object id, SharedSessionContractImplementor session) {
        return session instanceof SessionImplementor
                && session.getPersistenceContextInternal().getEntity(session.generateEntityKey(id, parent)) != null;
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

    static void tell(Object entity, EntityEntry entry, KeptCounter kept, long amount) {
        change(entity, entry, kept, shown -> shown == null ? amount : shown.longValue() + amount);
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

    private interface Change {
        long from(@Nullable Number shown);
    }

    /** A value in the type of the attribute that shows it. */
    static Object as(Class<?> type, long value) {
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
