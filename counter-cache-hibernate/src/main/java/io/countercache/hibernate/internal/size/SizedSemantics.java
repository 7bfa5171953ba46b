package io.countercache.hibernate.internal.size;

import io.countercache.hibernate.internal.orm.HibernateFields;
import io.countercache.hibernate.internal.orm.SkippingSessions;
import io.countercache.hibernate.internal.size.SizedCollections.SizedBag;
import io.countercache.hibernate.internal.size.SizedCollections.SizedIdentifierBag;
import io.countercache.hibernate.internal.size.SizedCollections.SizedList;
import io.countercache.hibernate.internal.size.SizedCollections.SizedMap;
import io.countercache.hibernate.internal.size.SizedCollections.SizedSet;
import io.countercache.hibernate.internal.size.SizedCollections.SizedSortedMap;
import io.countercache.hibernate.internal.size.SizedCollections.SizedSortedSet;
import java.util.Comparator;
import org.hibernate.collection.internal.CustomCollectionTypeSemantics;
import org.hibernate.collection.spi.PersistentCollection;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.mapping.Collection;
import org.hibernate.mapping.Property;
import org.hibernate.persister.collection.CollectionPersister;
import org.hibernate.type.CollectionType;
import org.jspecify.annotations.Nullable;

/**
 * What Hibernate asks for instances of a collection that are not loaded yet: it makes {@link SizedCollections}, and does
 * everything else as Hibernate's own. The type of the collection stays Hibernate's own as well, so what the application assigns,
 * which is always loaded, is wrapped as without the library. Thread-safe.
 */
@SuppressWarnings({"rawtypes", "unchecked"}) // the elements of a collection have any type
public final class SizedSemantics extends CustomCollectionTypeSemantics {

    private final CollectionSize size;
    private final @Nullable Comparator comparator;

    private SizedSemantics(CollectionType type, @Nullable Comparator<?> comparator, CollectionSize size) {
        super(type);
        this.comparator = comparator;
        this.size = size;
    }

    /**
     * Has the size of a collection told by a counter. Called before Hibernate builds persisters from the mapping.
     *
     * @param skipping the sessions in which nothing is counted
     * @param loadsDetached whether Hibernate loads a detached collection
     */
    public static void give(Collection collection, Property counter, SkippingSessions skipping, boolean loadsDetached) {
        CollectionSize size = new CollectionSize(
                counter.getName(), counter.getGetter(collection.getOwner().getMappedClass()), skipping, loadsDetached);
        HibernateFields.setSemantics(
                collection,
                new SizedSemantics(
                        collection.getCollectionType(),
                        collection.isSorted() ? collection.getComparator() : null,
                        size));
    }

    /** The attribute of the owner that tells the size of a collection; null if none does. */
    public static @Nullable String counter(CollectionPersister collection) {
        return collection.getCollectionSemantics() instanceof SizedSemantics sized ? sized.size.counter() : null;
    }

    @Override
    public PersistentCollection instantiateWrapper(
            Object key, CollectionPersister persister, SharedSessionContractImplementor session) {
        return switch (getCollectionClassification()) {
            case BAG -> new SizedBag<>(session, size);
            case ID_BAG -> new SizedIdentifierBag<>(session, size);
            case LIST -> new SizedList<>(session, size);
            case SET, ORDERED_SET -> new SizedSet<>(session, size);
            case SORTED_SET -> new SizedSortedSet<>(session, comparator, size);
            case MAP, ORDERED_MAP -> new SizedMap<>(session, size);
            case SORTED_MAP -> new SizedSortedMap<>(session, comparator, size);
            case ARRAY -> super.instantiateWrapper(key, persister, session); // which is refused at boot
        };
    }
}
