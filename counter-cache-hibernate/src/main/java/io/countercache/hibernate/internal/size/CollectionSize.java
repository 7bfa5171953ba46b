package io.countercache.hibernate.internal.size;

import io.countercache.hibernate.internal.orm.Past;
import io.countercache.hibernate.internal.orm.SkippingSessions;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import org.hibernate.PropertyValueException;
import org.hibernate.collection.spi.AbstractPersistentCollection;
import org.hibernate.collection.spi.PersistentCollection;
import org.hibernate.engine.spi.EntityEntry;
import org.hibernate.engine.spi.SessionImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.property.access.spi.Getter;
import org.hibernate.proxy.HibernateProxy;
import org.jspecify.annotations.Nullable;

/**
 * The size of a collection that is not loaded, read from the counter of its owner. Called by every {@code size()}, so it must
 * not allocate (it does only when additions are queued). As thread-safe as the owner.
 */
final class CollectionSize {

    /** The size cannot be read from the counter: Hibernate has to query the database. */
    static final int UNKNOWN = -1;

    private final String counter;
    private final SkippingSessions skipping;
    private final CounterValue ofDetached;
    private final boolean loadsDetached;

    /**
     * @param counter the name of the counter's attribute
     * @param attribute reads that attribute
     * @param skipping the only part of the session factory that this may refer to, because a collection may outlive the factory
     * @param loadsDetached whether Hibernate loads a detached collection
     */
    CollectionSize(String counter, Getter attribute, SkippingSessions skipping, boolean loadsDetached) {
        this.counter = counter;
        this.skipping = skipping;
        this.ofDetached = new CounterValue(attribute);
        this.loadsDetached = loadsDetached;
    }

    String counter() {
        return counter;
    }

    /** The number of elements, or {@link #UNKNOWN}. */
    int of(PersistentCollection<?> collection) {
        Object owner = collection.getOwner();
        if (collection.wasInitialized() || owner == null || isOfThePast(collection)) {
            return UNKNOWN;
        }
        SharedSessionContractImplementor session = ((AbstractPersistentCollection<?>) collection).getSession();
        long count = session == null ? detached(owner) : count(owner, session);
        if (count < 0) {
            return UNKNOWN;
        }
        if (collection.hasQueuedOperations()) {
            int added = session == null ? UNKNOWN : added(collection, session);
            if (added == UNKNOWN) {
                return UNKNOWN;
            }
            count += added;
        }
        return (int) Math.min(count, Integer.MAX_VALUE);
    }

    private long detached(Object owner) {
        return loadsDetached ? UNKNOWN : ofDetached.of(owner);
    }

    private long count(Object owner, SharedSessionContractImplementor session) {
        if (skipping.contains(session)) {
            return UNKNOWN;
        }
        EntityEntry entry = session.getPersistenceContextInternal().getEntry(owner);
        if (entry == null) {
            // the owner belongs to a stateless session, or its attributes are being set
            return session instanceof SessionImplementor ? UNKNOWN : ofDetached.of(owner);
        }
        Object[] loaded = entry.getLoadedState();
        if (loaded == null) {
            return ofDetached.of(owner); // the owner is read-only
        }
        // not the attribute: the application may have assigned another value to it
        return loaded[entry.getPersister().getPropertyIndex(counter)] instanceof Number number
                ? number.longValue()
                : UNKNOWN;
    }

    /**
     * Whether a collection is read as it was in the past. A counter that moves makes no revision of its owner, so the counter that
     * the past has may be another one than the collection had then.
     */
    private static boolean isOfThePast(PersistentCollection<?> collection) {
        return Past.isRead(collection);
    }

    /** How many queued elements the counter does not count yet, or {@link #UNKNOWN} if anything else is queued. */
    private static int added(PersistentCollection<?> collection, SharedSessionContractImplementor session) {
        if (collection instanceof Map) {
            return UNKNOWN;
        }
        Set<Object> added = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Iterator<?> queued = collection.queuedAdditionIterator(); queued.hasNext(); ) {
            Object element = queued.next();
            if (element == null || !isNew(element, session) || !added.add(element)) {
                return UNKNOWN;
            }
        }
        return added.size();
    }

    /**
     * Whether an element certainly has no row, so that the counter cannot count it. An element with a row may be counted here or
     * in another collection, and whether a detached or unsaved instance has a row only the database can say.
     */
    private static boolean isNew(Object element, SharedSessionContractImplementor session) {
        if (element instanceof HibernateProxy) {
            return false;
        }
        EntityEntry entry = session.getPersistenceContextInternal().getEntry(element);
        if (entry != null) {
            return !entry.isExistsInDatabase();
        }
        try {
            return Boolean.TRUE.equals(session.getEntityPersister(null, element).isTransient(element, session));
        } catch (PropertyValueException hasAnIdAndNoVersion) {
            return false;
        }
    }

    /** Reads a counter from an entity, without boxing a primitive attribute. */
    private static final class CounterValue {

        private static final MethodType OF_PRIMITIVE = MethodType.methodType(long.class, Object.class);
        private static final MethodType OF_OBJECT = MethodType.methodType(Object.class, Object.class);

        private final MethodHandle attribute;
        private final boolean primitive;

        CounterValue(Getter getter) {
            MethodHandle read = handle(getter);
            this.primitive = read.type().returnType().isPrimitive();
            this.attribute = read.asType(primitive ? OF_PRIMITIVE : OF_OBJECT);
        }

        private static MethodHandle handle(Getter getter) {
            Member member = getter.getMember(); // which Hibernate has made accessible
            try {
                MethodHandles.Lookup lookup = MethodHandles.lookup();
                return member instanceof Field field
                        ? lookup.unreflectGetter(field)
                        : member instanceof Method method
                                ? lookup.unreflect(method)
                                : lookup.findVirtual(Getter.class, "get", OF_OBJECT)
                                        .bindTo(getter);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(getter + " cannot be read", e);
            }
        }

        long of(@Nullable Object entity) {
            try {
                if (primitive) {
                    return (long) attribute.invokeExact(entity);
                }
                Object value = attribute.invokeExact(entity);
                return value instanceof Number number ? number.longValue() : UNKNOWN;
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException(e); // a getter that throws a checked exception
            }
        }
    }
}
