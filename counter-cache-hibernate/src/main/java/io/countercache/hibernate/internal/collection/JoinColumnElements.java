package io.countercache.hibernate.internal.collection;

import io.countercache.hibernate.internal.collection.CollectionReads.StoredElements;
import io.countercache.hibernate.internal.entity.RowStep;
import io.countercache.hibernate.internal.model.CountedCollections;
import io.countercache.hibernate.internal.model.CountedCollections.CountedCollection;
import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.orm.PerSession;
import io.countercache.hibernate.internal.sql.LockOrder;
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
 * Counts the elements of a {@code @OneToMany @JoinColumn}. Their owner is in a column of their row for which they have no
 * attribute. The owner of an element is therefore read from the database, under a lock, before the element gets another owner
 * or is deleted.
 */
public final class JoinColumnElements implements RowStep {

    private final MoveSink sink;
    private final CountedCollections collections;
    private final CollectionReads reads;
    /** The elements that the flush under way has inserted, and their owners: no other transaction can change these. */
    private final PerSession<Map<Place, @Nullable Object>> inserted = new PerSession<>();
    /** The element that a session is about to delete, with its owners. */
    private final PerSession<Deleting> deleting = new PerSession<>();

    /** An element in one of the collections that can contain it. */
    private record Place(String role, Object id) {}

    /** An element that is about to be deleted, and the id of its owner in each collection that contains it. */
    private record Deleting(Object id, Map<CountedCollection, Object> owners) {}

    public JoinColumnElements(MoveSink sink, CountedCollections collections, CollectionReads reads) {
        this.sink = sink;
        this.collections = collections;
        this.reads = reads;
    }

    /**
     * Counts the elements that one change adds to the collection of an owner or removes from it. What one statement removes at
     * once is not counted here, but by the row count of that statement.
     */
    void move(
            CountedCollection collection,
            Object ownerId,
            CollectionPlan plan,
            SharedSessionContractImplementor session) {
        boolean removesAll = plan.removesAll() && collection.persister().needsRemove();
        SortedSet<Object> added = ids(collection, plan.inserted(), session);
        SortedSet<Object> all = ids(collection, plan.deleted(), session);
        all.addAll(added);
        Map<Place, @Nullable Object> ofFlush = inserted.get(session);
        Map<Place, @Nullable Object> known = ofFlush == null ? Map.of() : ofFlush;
        List<Object> unknown = all.stream()
                .filter(id -> !known.containsKey(place(collection, id)))
                .toList();
        StoredElements stored = reads.lockElements(collection, unknown, session);
        for (Object id : all) {
            Place place = place(collection, id);
            boolean isKnown = known.containsKey(place);
            if (!isKnown && !stored.existing().contains(id)) {
                continue; // deleted by another transaction: the UPDATE will not find it either
            }
            Object before = isKnown ? known.get(place) : stored.owners().get(id);
            if (removesAll && collection.isSameOwner(before, ownerId)) {
                before = null; // the statement that removes all has removed it from here
            }
            Object after = added.contains(id) ? ownerId : collection.isSameOwner(before, ownerId) ? null : before;
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

    /** Counts an element whose INSERT already writes its owner, as it does if the column must not be null. */
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
                inserted.get(session, () -> newlyInserted(session)).put(place(collection, event.getId()), ownerId);
            }
        }
    }

    /** An empty map. The transaction's end removes it, too, because a flush that fails has no event at its end. */
    private Map<Place, @Nullable Object> newlyInserted(SharedSessionContractImplementor session) {
        if (session.isTransactionInProgress()) {
            session.getTransactionCompletionCallbacks()
                    .registerCallback((AfterCompletionCallback) (success, owner) -> inserted.remove(session));
        }
        return new HashMap<>();
    }

    /** The index of the collection's column in the state of an element, or -1 if Hibernate does not include it there. */
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
                reads.lockElements(collection, List.of(id), session).owners().get(id);
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
