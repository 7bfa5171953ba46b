package io.countercache.hibernate.internal.size;

import java.util.Comparator;
import java.util.Iterator;
import java.util.Map;
import org.hibernate.collection.spi.PersistentCollection;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.mapping.Collection;
import org.hibernate.metamodel.CollectionClassification;
import org.hibernate.persister.collection.CollectionPersister;
import org.hibernate.type.CollectionType;
import org.hibernate.type.CustomCollectionType;
import org.hibernate.usertype.UserCollectionType;
import org.jspecify.annotations.Nullable;

/**
 * Has Hibernate build a collection of a {@link SizedCollectionClass}; in all else it does what Hibernate's own type for that
 * kind of collection does. Thread-safe.
 */
final class SizedCollectionType implements UserCollectionType {

    // the bean is made on the thread that asks for the type of the collection
    private static final ThreadLocal<SizedCollectionType> GIVEN = new ThreadLocal<>();

    private final CollectionType hibernates;
    private final SizedCollectionClass sized;
    private final @Nullable Comparator<?> comparator;
    private final CollectionSize counter;

    /** Called by Hibernate, for the collection that {@link #give} is about. */
    SizedCollectionType() {
        this(GIVEN.get());
    }

    private SizedCollectionType(SizedCollectionType given) {
        this(given.hibernates, given.sized, given.comparator, given.counter);
    }

    private SizedCollectionType(
            CollectionType hibernates,
            SizedCollectionClass sized,
            @Nullable Comparator<?> comparator,
            CollectionSize counter) {
        this.counter = counter;
        this.hibernates = hibernates;
        this.sized = sized;
        this.comparator = comparator;
    }

    /**
     * Gives a collection this type, unless it has another one already. To be called before the mapping is built into
     * persisters.
     *
     * @return whether it has this type
     */
    static boolean give(Collection collection, CollectionSize counter) {
        CollectionType hibernates = collection.getDefaultCollectionType();
        SizedCollectionClass sized = SizedCollectionClass.of(hibernates.getCollectionClassification());
        if (sized == null || collection.getTypeName() != null) {
            return false;
        }
        GIVEN.set(new SizedCollectionType(
                hibernates, sized, collection.isSorted() ? collection.getComparator() : null, counter));
        collection.setTypeName(SizedCollectionType.class.getName());
        try {
            if (isGiven(collection)) {
                return true;
            }
        } finally {
            GIVEN.remove();
        }
        collection.setTypeName(null);
        return false;
    }

    private static boolean isGiven(Collection collection) {
        return collection.getCollectionType() instanceof CustomCollectionType custom
                && custom.getUserType() instanceof SizedCollectionType;
    }

    @Override
    public PersistentCollection<?> instantiate(
            SharedSessionContractImplementor session, CollectionPersister persister) {
        return sized.uninitialized(session, comparator, counter);
    }

    @Override
    public PersistentCollection<?> wrap(SharedSessionContractImplementor session, Object collection) {
        return sized.wrapping(collection, session, counter);
    }

    @Override
    public CollectionClassification getClassification() {
        return hibernates.getCollectionClassification();
    }

    @Override
    public Class<?> getCollectionClass() {
        return hibernates.getReturnedClass();
    }

    @Override
    public Object instantiate(int anticipatedSize) {
        return hibernates.instantiate(anticipatedSize);
    }

    @Override
    public Iterator<?> getElementsIterator(Object collection) {
        return hibernates.getElementsIterator(collection);
    }

    @Override
    public boolean contains(Object collection, Object element) {
        return hibernates.contains(collection, element, null);
    }

    @Override
    public @Nullable Object indexOf(Object collection, Object element) {
        return hibernates.indexOf(collection, element);
    }

    @Override
    @SuppressWarnings({"rawtypes", "unchecked"}) // as Hibernate declares it
    public Object replaceElements(
            Object original,
            Object target,
            CollectionPersister persister,
            Object owner,
            Map copyCache,
            SharedSessionContractImplementor session) {
        return hibernates.replaceElements(original, target, owner, copyCache, session);
    }
}
