package io.countercache.hibernate.internal.write;

import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.model.CounterModel.KeptCounter;
import io.countercache.hibernate.internal.model.CounterPaths.PathStep;
import io.countercache.hibernate.internal.model.WatchedAttribute;
import io.countercache.hibernate.internal.model.WatchedEntity;
import io.countercache.hibernate.internal.model.WatchedEntity.PassedBy;
import io.countercache.hibernate.internal.support.Numbers;
import java.math.BigDecimal;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.hibernate.FlushMode;
import org.hibernate.bytecode.enhance.spi.LazyPropertyInitializer;
import org.hibernate.engine.spi.EntityEntry;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.engine.spi.SessionImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.type.Type;
import org.jspecify.annotations.Nullable;

/**
 * Shows deltas and values on the instances that a session manages.
 *
 * <p>The loaded state of an instance is what is trusted, for the application cannot reach it; the attribute is made to
 * follow it. A delta goes into both, so that nothing becomes dirty.
 */
public final class ManagedParents {

    private final CounterModel model;

    public ManagedParents(CounterModel model) {
        this.model = model;
    }

    /** Shows a delta on the instance of the parent, if this session manages one. */
    public void tell(
            CounterDefinition counter, Object parentId, BigDecimal amount, SharedSessionContractImplementor session) {
        EntityPersister parent = model.parent(counter, session);
        change(parent, parentId, counter.counter(), session, shown -> Numbers.sum(shown, amount));
    }

    /**
     * The row that the path of a counter ends at, by what this session manages of the rows in between; null if that does
     * not tell. Loads nothing.
     */
    @Nullable
    public Object end(PathStep first, Object id, SharedSessionContractImplementor session) {
        Object row = id;
        for (PathStep step : model.paths(session.getFactory()).steps(first.counter())) {
            Object entity = managed(step.entity(), row, session);
            EntityEntry entry = entity == null
                    ? null
                    : session.getPersistenceContextInternal().getEntry(entity);
            Object[] loaded = entry == null ? null : entry.getLoadedState();
            if (entry == null || loaded == null) {
                return null;
            }
            Object next = null;
            WatchedEntity passed = model.counted(entry.getPersister());
            for (PassedBy by : passed.passages()) {
                if (by.step().equals(step)) {
                    next = passed.tracked().get(by.association()).value(row, loaded, session);
                }
            }
            if (next == null || next == WatchedAttribute.UNKNOWN) {
                return null;
            }
            row = next;
        }
        return row;
    }

    /** Shows a delta on an instance. */
    public static void tell(Object entity, EntityEntry entry, KeptCounter kept, BigDecimal amount) {
        change(entity, entry, kept.index(), shown -> Numbers.sum(shown, amount));
    }

    /** Shows a delta on the instance of a row, if this session manages one. */
    public static void tell(
            EntityPersister entity,
            Object id,
            String counter,
            BigDecimal amount,
            SharedSessionContractImplementor session) {
        change(entity, id, counter, session, shown -> Numbers.sum(shown, amount));
    }

    /** Shows a value, of a counter or of what was touched with it, on the instance of a row, if this session manages one. */
    public static void show(
            EntityPersister entity,
            Object id,
            String attribute,
            Object value,
            SharedSessionContractImplementor session) {
        change(entity, id, attribute, session, shown -> value);
    }

    /** Whether this session manages an instance of a row. */
    public static boolean manages(EntityPersister entity, Object id, SharedSessionContractImplementor session) {
        return managed(entity, id, session) != null;
    }

    /** The instance of a row that this session manages, or null. */
    static @Nullable Object managed(EntityPersister entity, Object id, SharedSessionContractImplementor session) {
        return session instanceof SessionImplementor // a stateless session manages nothing
                ? session.getPersistenceContextInternal().getEntity(session.generateEntityKey(id, entity))
                : null;
    }

    /**
     * Flushes the session if one of these rows waits to be inserted, or if the application has assigned to one of the
     * counters and nothing keeps that from being written: an UPDATE of the row would not find it, or be overwritten.
     */
    public static void flushUnwritten(
            EntityPersister entity,
            Collection<Object> ids,
            List<String> counters,
            SharedSessionContractImplementor session) {
        if (session instanceof SessionImplementor stateful
                && stateful.getHibernateFlushMode() != FlushMode.MANUAL
                && ids.stream().anyMatch(id -> isUnwritten(entity, managed(entity, id, session), counters, stateful))) {
            stateful.flush();
        }
    }

    private static boolean isUnwritten(
            EntityPersister type, @Nullable Object entity, List<String> counters, SessionImplementor session) {
        EntityEntry entry =
                entity == null ? null : session.getPersistenceContextInternal().getEntry(entity);
        if (entity == null || entry == null || !entry.getPersister().isTypeOrSuperType(type)) {
            return false;
        }
        Object[] loaded = entry.getLoadedState();
        return !entry.isExistsInDatabase()
                || (loaded != null
                        && counters.stream()
                                .mapToInt(counter -> entry.getPersister().getPropertyIndex(counter))
                                .filter(index -> entry.getPersister().getPropertyUpdateability()[index])
                                .anyMatch(index -> !Objects.equals(
                                        loaded[index], entry.getPersister().getValue(entity, index))));
    }

    private static void change(
            EntityPersister parent,
            Object id,
            String attribute,
            SharedSessionContractImplementor session,
            Change change) {
        Object entity = managed(parent, id, session);
        EntityEntry entry =
                entity == null ? null : session.getPersistenceContextInternal().getEntry(entity);
        // an instance that is not inserted yet is told when it is: its loaded state is what the INSERT writes
        if (entity != null
                && entry != null
                && entry.isExistsInDatabase()
                && entry.getPersister().isTypeOrSuperType(parent)) { // and not a sibling of it
            change(entity, entry, entry.getPersister().getPropertyIndex(attribute), change);
        }
    }

    private static void change(Object entity, EntityEntry entry, int index, Change change) {
        if (entry.getStatus().isDeletedOrGone()) {
            return;
        }
        Object[] loaded = entry.getLoadedState();
        // a read-only instance has no loaded state
        Object shown = loaded == null ? entry.getPersister().getValue(entity, index) : loaded[index];
        if (shown == LazyPropertyInitializer.UNFETCHED_PROPERTY) {
            return;
        }
        Type type = entry.getPersister().getPropertyTypes()[index];
        Object changed = change.from(shown);
        if (changed instanceof BigDecimal number) {
            changed = Numbers.as(type.getReturnedClass(), number);
        }
        SessionFactoryImplementor factory = entry.getPersister().getFactory();
        // a Date can be changed in place: then it has to differ from what was loaded
        entry.getPersister().setValue(entity, index, type.deepCopy(changed, factory));
        if (loaded != null) {
            loaded[index] = changed;
        }
    }

    private interface Change {
        Object from(@Nullable Object shown);
    }
}
