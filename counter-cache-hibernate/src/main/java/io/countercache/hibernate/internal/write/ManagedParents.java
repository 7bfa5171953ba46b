package io.countercache.hibernate.internal.write;

import io.countercache.hibernate.internal.model.ParentCounter;
import io.countercache.hibernate.internal.support.Numbers;
import java.math.BigDecimal;
import java.util.List;
import java.util.Objects;
import org.hibernate.bytecode.enhance.spi.LazyPropertyInitializer;
import org.hibernate.engine.spi.EntityEntry;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.type.Type;
import org.jspecify.annotations.Nullable;

/**
 * Shows deltas and values on the instances that a session manages.
 *
 * <p>It starts from the loaded state of an instance, which the application cannot change, and writes the result into both,
 * the loaded state and the attribute. So nothing becomes dirty.
 */
public final class ManagedParents {

    private ManagedParents() {}

    /** Adds an amount to what the instance of a row shows, if the session manages one. */
    public static void add(
            EntityPersister entity,
            Object id,
            String counter,
            BigDecimal amount,
            SharedSessionContractImplementor session) {
        change(entity, id, counter, amount, true, session);
    }

    /** Adds an amount to what this instance shows. */
    public static void add(Object instance, EntityEntry entry, ParentCounter counter, BigDecimal amount) {
        change(instance, entry, counter.index(), amount, true);
    }

    /** Shows the value of a counter, or of a touched attribute, on the instance of a row, if the session manages one. */
    public static void show(
            EntityPersister entity,
            Object id,
            String attribute,
            Object value,
            SharedSessionContractImplementor session) {
        change(entity, id, attribute, value, false, session);
    }

    /** Shows the value of a counter on this instance. */
    static void show(Object instance, EntityEntry entry, String counter, Object value) {
        change(instance, entry, entry.getPersister().getPropertyIndex(counter), value, false);
    }

    public static boolean manages(EntityPersister entity, Object id, SharedSessionContractImplementor session) {
        return managed(entity, id, session) != null;
    }

    /** The instance of a row that the session manages; null if it manages none. */
    public static @Nullable Object managed(
            EntityPersister entity, Object id, SharedSessionContractImplementor session) {
        return session.isEventSource() // a stateless session manages nothing
                ? session.getPersistenceContextInternal().getEntity(session.generateEntityKey(id, entity))
                : null;
    }

    /** What the session knows of the instance of a row; null if it manages none. */
    public static @Nullable EntityEntry entry(
            EntityPersister entity, Object id, SharedSessionContractImplementor session) {
        Object instance = managed(entity, id, session);
        return instance == null ? null : session.getPersistenceContextInternal().getEntry(instance);
    }

    /** What the instance of a row shows, null as 0; null if the session manages none, or has not loaded the counter. */
    public static @Nullable Number shown(
            EntityPersister entity, Object id, String counter, SharedSessionContractImplementor session) {
        Object instance = managed(entity, id, session);
        EntityEntry entry = entry(entity, id, session);
        if (instance == null || entry == null || !entry.getPersister().isTypeOrSuperType(entity)) {
            return null;
        }
        int index = entry.getPersister().getPropertyIndex(counter);
        Object[] loaded = entry.getLoadedState();
        Object shown = loaded == null ? entry.getPersister().getValue(instance, index) : loaded[index];
        return shown == null ? Integer.valueOf(0) : shown instanceof Number number ? number : null;
    }

    /** @param isAdded whether the value is an amount to add, instead of what is to be shown */
    private static void change(
            EntityPersister entity,
            Object id,
            String attribute,
            Object value,
            boolean isAdded,
            SharedSessionContractImplementor session) {
        Object instance = managed(entity, id, session);
        EntityEntry entry = instance == null
                ? null
                : session.getPersistenceContextInternal().getEntry(instance);
        // an instance that is not inserted yet gets its deltas when it is: until then, its loaded state is what is
        // inserted
        if (instance != null
                && entry != null
                && entry.isExistsInDatabase()
                && entry.getPersister().isTypeOrSuperType(entity)) { // and not a sibling
            change(instance, entry, entry.getPersister().getPropertyIndex(attribute), value, isAdded);
        }
    }

    private static void change(Object instance, EntityEntry entry, int index, Object value, boolean isAdded) {
        if (entry.getStatus().isDeletedOrGone()) {
            return;
        }
        EntityPersister entity = entry.getPersister();
        Object[] loaded = entry.getLoadedState();
        KeptCounters kept = KeptCounters.of(entry);
        Object shown = kept != null && kept.has(index)
                ? kept.get(index)
                : loaded == null ? entity.getValue(instance, index) : loaded[index];
        if (shown == LazyPropertyInitializer.UNFETCHED_PROPERTY) {
            return;
        }
        Type type = entity.getPropertyTypes()[index];
        Object changed = value;
        if (value instanceof BigDecimal number) {
            changed = isAdded
                    ? Numbers.sum(type.getReturnedClass(), shown, number)
                    : Numbers.as(type.getReturnedClass(), number);
        }
        // a copy, because a Date can be changed in place, and then has to differ from the loaded state
        entity.setValue(instance, index, type.deepCopy(changed, entity.getFactory()));
        if (loaded != null) {
            loaded[index] = changed;
        }
        UpdatedState updated = entry.getExtraState(UpdatedState.class);
        if (updated != null) {
            updated.state[index] = changed;
        }
        if (kept != null) {
            kept.set(index, changed);
        }
    }

    /** Has to be called before an UPDATE of a parent: shows deltas also in the state that Hibernate is going to take for loaded. */
    public static void willBeLoaded(EntityEntry entry, Object[] state) {
        UpdatedState updated = entry.getExtraState(UpdatedState.class);
        if (updated == null) {
            entry.addExtraState(new UpdatedState(state));
        } else {
            updated.state = state;
        }
    }

    /** The state of the last UPDATE of an instance. When the UPDATE is done, this is the loaded state. */
    private static final class UpdatedState extends EntryState {

        Object[] state;

        UpdatedState(Object[] state) {
            this.state = state;
        }
    }

    /** Has to be called when a parent was loaded: remembers the right values of its counters if Hibernate does not. */
    public static void loaded(Object instance, EntityEntry entry, List<ParentCounter> counters) {
        if (!counters.isEmpty() && (entry.getLoadedState() == null || KeptCounters.of(entry) != null)) {
            KeptCounters.keep(instance, entry, counters);
        }
    }

    /**
     * Puts the value right that an instance shows, if the application or a merge has assigned another one.
     *
     * @return the value that was assigned; null if it was right, or not known to be wrong
     */
    public static @Nullable Object correct(Object instance, EntityEntry entry, ParentCounter counter) {
        int index = counter.index();
        Object[] loaded = entry.getLoadedState();
        KeptCounters kept = KeptCounters.of(entry);
        if (loaded == null && kept == null) {
            return null;
        }
        Object right = kept != null ? kept.get(index) : loaded[index];
        Object shown = entry.getPersister().getValue(instance, index);
        if (right == LazyPropertyInitializer.UNFETCHED_PROPERTY || Objects.equals(right, shown)) {
            return null;
        }
        entry.getPersister().setValue(instance, index, right);
        if (loaded != null) {
            loaded[index] = right;
        }
        return Numbers.sum(shown, BigDecimal.ZERO).compareTo(Numbers.sum(right, BigDecimal.ZERO)) == 0 ? null : shown;
    }
}
