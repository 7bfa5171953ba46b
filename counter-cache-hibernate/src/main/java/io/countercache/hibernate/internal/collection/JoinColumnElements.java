package io.countercache.hibernate.internal.collection;

import io.countercache.hibernate.internal.collection.CollectionReads.Held;
import io.countercache.hibernate.internal.entity.RowStep;
import io.countercache.hibernate.internal.model.CountedCollections;
import io.countercache.hibernate.internal.model.CountedCollections.CountedCollection;
import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.sql.LockOrder;
import io.countercache.hibernate.internal.support.PerSession;
import io.countercache.hibernate.internal.transaction.MoveSink;
import java.math.BigDecimal;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.hibernate.engine.spi.SessionImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.engine.spi.TransactionCompletionCallbacks.AfterCompletionCallback;
import org.hibernate.event.spi.PostDeleteEvent;
import org.hibernate.event.spi.PostInsertEvent;
import org.hibernate.event.spi.PreDeleteEvent;
import org.hibernate.persister.entity.AbstractEntityPersister;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/**
 * The elements of a {@code @OneToMany @JoinColumn}: a column of their own row says which owner has them, and no attribute
 * of theirs. Who has them is read from the database, under a lock, before they go elsewhere or are deleted.
 */
public final class JoinColumnElements implements RowStep {

    private final MoveSink sink;
    private final CountedCollections collections;
    private final CollectionReads rows;
    /** The elements that the flush under way has inserted, and who has them: no other transaction knows them. */
    private final PerSession<SharedSessionContractImplementor, Map<Place, @Nullable Object>> inserted =
            new PerSession<>();
    /** Who had the element that a session is about to delete. */
    private final PerSession<SharedSessionContractImplementor, Deleting> deleting = new PerSession<>();

    /** An element, in one of the collections that can have it. */
    private record Place(String role, Object id) {}

    private record Deleting(Object id, Map<CountedCollection, Object> owners) {}

    public JoinColumnElements(MoveSink sink, CountedCollections collections, CollectionReads rows) {
        this.sink = sink;
        this.collections = collections;
        this.rows = rows;
    }

    /**
     * Counts elements that a collection of this owner gets, and those that it loses in the same change.
     *
     * @param removesAll whether all that the collection has loses its owner first, and is counted by that
     */
    void move(
            CountedCollection collection,
            Object ownerId,
            List<Object> taken,
            List<Object> lost,
            boolean removesAll,
            SharedSessionContractImplementor session) {
        SortedSet<Object> to = ids(collection, taken, session);
        SortedSet<Object> all = ids(collection, lost, session);
        all.addAll(to);
        Map<Place, @Nullable Object> ofFlush = inserted.get(session);
        Map<Place, @Nullable Object> known = ofFlush == null ? Map.of() : ofFlush;
        List<Object> unknown = all.stream()
                .filter(id -> !known.containsKey(place(collection, id)))
                .toList();
        Held held = rows.lockElements(collection, unknown, session);
        for (Object id : all) {
            Place place = place(collection, id);
            boolean isKnown = known.containsKey(place);
            if (!isKnown && !held.there().contains(id)) {
                continue; // deleted meanwhile: the UPDATE will not find it either
            }
            Object before = isKnown ? known.get(place) : held.owners().get(id);
            if (removesAll && collection.isSameOwner(before, ownerId)) {
                before = null;
            }
            Object after = to.contains(id) ? ownerId : collection.isSameOwner(before, ownerId) ? null : before;
            if (!collection.isSameOwner(before, after)) {
                count(collection, before, -1, session);
                count(collection, after, 1, session);
            }
            if (isKnown) {
                known.put(place, after);
            }
        }
    }

    private static SortedSet<Object> ids(
            CountedCollection collection, Collection<Object> elements, SharedSessionContractImplementor session) {
        SortedSet<Object> ids = new TreeSet<>(LockOrder.of(collection.element(), session));
        elements.forEach(element -> ids.add(collection.element().getIdentifier(element, session)));
        return ids;
    }

    private static Place place(CountedCollection collection, Object id) {
        return new Place(collection.persister().getRole(), id);
    }

    private void count(
            CountedCollection collection,
            @Nullable Object ownerId,
            int amount,
            SharedSessionContractImplementor session) {
        if (ownerId != null) {
            for (CounterDefinition counter : collection.ofOwner()) {
                sink.move(counter, ownerId, BigDecimal.valueOf(amount), session);
            }
        }
    }

    /** A column that must not be null is written by the INSERT already. */
    @Override
    public void afterInsert(PostInsertEvent event) {
        SharedSessionContractImplementor session = event.getSession();
        if (!RowStep.isInserted(event)) {
            return;
        }
        for (CountedCollection collection : collections.holding(event.getPersister())) {
            int index = backReference(event.getPersister(), collection);
            Object ownerId = index < 0 ? null : event.getState()[index];
            count(collection, ownerId, 1, session);
            if (session instanceof SessionImplementor stateful
                    && stateful.getPersistenceContextInternal().isFlushing()) {
                inserted.get(session, () -> untilItsEnd(session)).put(place(collection, event.getId()), ownerId);
            }
        }
    }

    /** A flush that fails does not come to its end, but its transaction does. */
    private Map<Place, @Nullable Object> untilItsEnd(SharedSessionContractImplementor session) {
        if (session.isTransactionInProgress()) {
            session.getTransactionCompletionCallbacks()
                    .registerCallback((AfterCompletionCallback) (success, owner) -> inserted.remove(session));
        }
        return new HashMap<>();
    }

    /** Where in the state of an element Hibernate keeps the column of the collection, or -1 if it does not. */
    private static int backReference(EntityPersister element, CountedCollection collection) {
        String column = collection.persister().getKeyColumnNames()[0];
        String[] names = element.getPropertyNames();
        for (int i = 0; i < names.length; i++) {
            if (names[i].startsWith("_")
                    && names[i].endsWith("Backref")
                    && ((AbstractEntityPersister) element).getPropertyColumnNames(i)[0].equals(column)) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public void beforeDelete(PreDeleteEvent event) {
        SharedSessionContractImplementor session = event.getSession();
        deleting.remove(session); // a stateless session does not report the end of a DELETE that was vetoed
        List<CountedCollection> holding = collections.holding(event.getPersister());
        if (holding.isEmpty()) {
            return;
        }
        Map<CountedCollection, Object> owners = new HashMap<>();
        for (CountedCollection collection : holding) {
            owners.putAll(ownerOf(collection, event.getId(), session));
        }
        deleting.put(session, new Deleting(event.getId(), owners));
    }

    private Map<CountedCollection, Object> ownerOf(
            CountedCollection collection, Object id, SharedSessionContractImplementor session) {
        Object owner =
                rows.lockElements(collection, List.of(id), session).owners().get(id);
        return owner == null ? Map.of() : Map.of(collection, owner);
    }

    @Override
    public void afterDelete(PostDeleteEvent event, boolean isSent) {
        Deleting deleted = deleting.remove(event.getSession());
        if (isSent && deleted != null && deleted.id().equals(event.getId())) {
            deleted.owners().forEach((collection, owner) -> count(collection, owner, -1, event.getSession()));
        }
    }

    @Override
    public void afterFlush(SharedSessionContractImplementor session) {
        inserted.remove(session);
    }
}
