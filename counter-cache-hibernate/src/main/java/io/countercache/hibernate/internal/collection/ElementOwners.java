package io.countercache.hibernate.internal.collection;

import io.countercache.hibernate.internal.collection.CollectionReads.StoredElements;
import io.countercache.hibernate.internal.model.CountedCollections.CountedCollection;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The owners that elements of {@code @JoinColumn} collections have once all statements are sent that one flush has got to. It
 * knows the elements that the flush has inserted or locked: no other transaction can change these.
 */
final class ElementOwners {

    private static final Owner OF_MISSING = new Owner(null, false);

    private final Map<Place, Owner> owners = new HashMap<>();
    /** The collections from which one statement removes all that was in them. */
    private final Set<Place> emptied = new HashSet<>();

    private boolean hasChanges;

    /** An element in one of the collections that can contain it, or the collection of an owner. */
    private record Place(String role, Object id) {}

    /** @param isAdded whether the flush adds the element: after what it removes from the same owner */
    private record Owner(@Nullable Object id, boolean isAdded) {}

    private static Place place(CountedCollection collection, Object id) {
        return new Place(collection.persister().getRole(), id);
    }

    /** Whether the change of a collection is the first one of the flush. */
    boolean isFirstChange() {
        boolean isFirst = !hasChanges;
        hasChanges = true;
        return isFirst;
    }

    boolean isKnown(CountedCollection collection, Object id) {
        return owners.containsKey(place(collection, id));
    }

    @SuppressWarnings("ReferenceEquality") // an owner that is not there is another thing than none
    boolean exists(CountedCollection collection, Object id) {
        return owners.get(place(collection, id)) != OF_MISSING;
    }

    /** The owner of a known element; null if it has none. */
    @Nullable
    Object of(CountedCollection collection, Object id) {
        Owner owner = owners.getOrDefault(place(collection, id), OF_MISSING);
        return owner.id() == null || (!owner.isAdded() && emptied.contains(place(collection, owner.id())))
                ? null
                : owner.id();
    }

    void inserted(CountedCollection collection, Object id, @Nullable Object ownerId) {
        owners.put(place(collection, id), new Owner(ownerId, false));
    }

    void read(CountedCollection collection, Collection<Object> ids, StoredElements stored) {
        for (Object id : ids) {
            boolean exists = stored.existing().contains(id);
            owners.put(place(collection, id), exists ? new Owner(stored.owners().get(id), false) : OF_MISSING);
        }
    }

    /** Elements leave their owner: all of them, or some. */
    void leave(CountedCollection collection, Object ownerId, boolean all, Collection<Object> ids) {
        if (all) {
            emptied.add(place(collection, ownerId));
        }
        for (Object id : ids) {
            if (isKnown(collection, id) && collection.isSameOwner(of(collection, id), ownerId)) {
                owners.put(place(collection, id), new Owner(null, false));
            }
        }
    }

    /** An element gets an owner; returns the one before. */
    @Nullable
    Object enter(CountedCollection collection, Object id, Object ownerId) {
        Object before = of(collection, id);
        owners.put(place(collection, id), new Owner(ownerId, true));
        return before;
    }
}
