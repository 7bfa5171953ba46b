package io.countercache.hibernate.internal.size;

import static java.util.Objects.requireNonNull;

import io.countercache.hibernate.internal.support.CallScope;
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
 * The Hibernate type of a collection whose size is read from a counter: it creates instances of a {@link SizedCollectionClass},
 * and does everything else as Hibernate's own type for that kind of collection. Thread-safe.
 */
final class SizedCollectionType implements UserCollectionType {

    // Hibernate calls the constructor without arguments, on the thread that asks for the type
    private static final CallScope<SizedCollectionType> GIVEN = new CallScope<>();

    private final CollectionType hibernates;
    private final SizedCollectionClass sized;
    private final @Nullable Comparator<?> comparator;
    private final CollectionSize counter;

    /** Called by Hibernate, for the collection that {@link #give} is called with. */
    SizedCollectionType() {
        this(requireNonNull(GIVEN.get()));
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
     * Gives a collection this type, unless it has another one already. Called before Hibernate builds persisters from the
     * mapping.
     *
     * @return whether the collection has this type now
     */
    static boolean give(Collection collection, CollectionSize counter) {
        CollectionType hibernates = collection.getDefaultCollectionType();
        SizedCollectionClass sized = SizedCollectionClass.of(hibernates.getCollectionClassification());
        if (sized == null || collection.getTypeName() != null) {
            return false;
        }
        SizedCollectionType given = new SizedCollectionType(
                hibernates, sized, collection.isSorted() ? collection.getComparator() : null, counter);
        collection.setTypeName(SizedCollectionType.class.getName());
        if (GIVEN.call(given, () -> isGiven(collection))) {
            return true;
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
