package io.countercache.hibernate.internal.collection;

import io.countercache.hibernate.internal.entity.PerDelete;
import io.countercache.hibernate.internal.entity.RowStep;
import io.countercache.hibernate.internal.model.CountedCollections;
import io.countercache.hibernate.internal.model.CountedCollections.CountedCollection;
import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.orm.EventSession;
import io.countercache.hibernate.internal.orm.PerSession;
import io.countercache.hibernate.internal.transaction.MoveSink;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.hibernate.engine.spi.CollectionEntry;
import org.hibernate.engine.spi.EntityEntry;
import org.hibernate.engine.spi.SessionImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.engine.spi.Status;
import org.hibernate.event.spi.PostDeleteEvent;
import org.hibernate.event.spi.PostInsertEvent;
import org.hibernate.event.spi.PreDeleteEvent;
import org.hibernate.persister.collection.CollectionPersister;
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
    private final PerSession<ElementOwners> flushes = new PerSession<>();
    /** The id of the owner of an element in each collection that contains it. */
    private final PerDelete<Map<CountedCollection, Object>> deleting = new PerDelete<>();

    public JoinColumnElements(MoveSink sink, CountedCollections collections, CollectionReads reads) {
        this.sink = sink;
        this.collections = collections;
        this.reads = reads;
    }

    // ---- collections ----

    /**
     * Counts the elements that one change adds to the collection of an owner. What it removes is not counted here, but by the
     * row counts of the statements.
     */
    void change(
            CountedCollection collection,
            Object ownerId,
            CollectionPlan plan,
            SharedSessionContractImplementor session) {
        ElementOwners owners = owners(session);
        if (session instanceof SessionImplementor flushing && owners.isFirstChange()) {
            added(flushing).forEach((each, ids) -> lock(each, ids, owners, session));
        }
        List<Object> added = ids(collection, plan.inserted(), session);
        lock(collection, added, owners, session);
        owners.leave(collection, ownerId, plan.removesAll(), ids(collection, plan.deleted(), session));
        for (Object id : added) {
            if (owners.exists(
                    collection, id)) { // else another transaction has deleted it, and the UPDATE does not find it
                Object before = owners.enter(collection, id, ownerId);
                if (!collection.isSameOwner(before, ownerId)) {
                    count(collection, before, -1, session);
                    count(collection, ownerId, 1, session);
                }
            }
        }
    }

    /** What is known in the flush under way. Outside of a flush nothing stays known. */
    private ElementOwners owners(SharedSessionContractImplementor session) {
        return isFlushing(session) ? flushes.get(session, ElementOwners::new) : new ElementOwners();
    }

    private static boolean isFlushing(SharedSessionContractImplementor session) {
        return session instanceof SessionImplementor stateful
                && stateful.getPersistenceContextInternal().isFlushing();
    }

    /**
     * The elements that the whole flush is going to add. They are read before its first change, so that no batch of it has to be
     * sent early for what is read in between.
     */
    private Map<CountedCollection, List<Object>> added(SessionImplementor session) {
        Map<CountedCollection, List<Object>> added = new HashMap<>();
        session.getPersistenceContextInternal()
                .forEachCollectionEntry(
                        (elements, entry) -> {
                            boolean isNew = isNew(entry);
                            CollectionPersister persister =
                                    isNew || elements.isDirty() ? entry.getCurrentPersister() : null;
                            CountedCollection collection = persister == null ? null : collections.of(persister);
                            if (collection != null && collection.isForeignKey()) {
                                CollectionPlan plan = isNew
                                        ? CollectionPlan.create(elements, collection)
                                        : CollectionPlan.update(elements, collection, session);
                                if (plan != null) {
                                    added.computeIfAbsent(collection, any -> new ArrayList<>())
                                            .addAll(ids(collection, plan.inserted(), session));
                                }
                            }
                        },
                        true);
        return added;
    }

    /** Whether the flush writes all elements of a collection because it has another owner than when it was loaded. */
    private static boolean isNew(CollectionEntry entry) {
        CollectionPersister loaded = entry.getLoadedPersister();
        CollectionPersister current = entry.getCurrentPersister();
        return current != null
                && (!current.equals(loaded) || !Objects.deepEquals(entry.getLoadedKey(), entry.getCurrentKey()));
    }

    private void lock(
            CountedCollection collection,
            Collection<Object> ids,
            ElementOwners owners,
            SharedSessionContractImplementor session) {
        List<Object> unknown =
                ids.stream().filter(id -> !owners.isKnown(collection, id)).toList();
        if (!unknown.isEmpty()) {
            owners.read(collection, unknown, reads.lockElements(collection, unknown, session));
        }
    }

    private static List<Object> ids(
            CountedCollection collection, List<Object> elements, SharedSessionContractImplementor session) {
        return elements.stream()
                .map(element -> collection.element().getIdentifier(element, session))
                .distinct()
                .toList();
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

    // ---- elements ----

    /** Counts an element whose INSERT already writes its owner, as it does if the column must not be null. */
    @Override
    public void afterInsert(PostInsertEvent event) {
        SharedSessionContractImplementor session = EventSession.of(event);
        if (!RowStep.isInserted(event)) {
            return;
        }
        for (CountedCollection collection : collections.holding(event.getPersister())) {
            int index = backReference(event.getPersister(), collection);
            Object ownerId = index < 0 ? null : event.getState()[index];
            count(collection, ownerId, 1, session);
            owners(session).inserted(collection, event.getId(), ownerId);
        }
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
        SharedSessionContractImplementor session = EventSession.of(event);
        List<CountedCollection> holding = collections.holding(event.getPersister());
        if (holding.isEmpty()) {
            return;
        }
        ElementOwners known = owners(session);
        Map<CountedCollection, Object> owners = new HashMap<>();
        for (CountedCollection collection : holding) {
            if (!known.isKnown(collection, event.getId()) && isFlushing(session)) {
                lock(collection, deleted(collection, session), known, session);
            }
            lock(collection, List.of(event.getId()), known, session);
            Object owner = known.of(collection, event.getId());
            if (owner != null) {
                owners.put(collection, owner);
            }
        }
        deleting.begin(event, owners);
    }

    /** The elements that the flush is still going to delete. All are read with the first of them, so that its batch stays whole. */
    private static List<Object> deleted(CountedCollection collection, SharedSessionContractImplementor session) {
        return Stream.of(session.getPersistenceContextInternal().reentrantSafeEntityEntries())
                .map(Map.Entry::getValue)
                .filter(entry -> entry.getStatus() == Status.DELETED
                        && entry.getPersister().isTypeOrSuperType(collection.element()))
                .map(EntityEntry::getId)
                .toList();
    }

    @Override
    public void afterDelete(PostDeleteEvent event, boolean isSent) {
        Map<CountedCollection, Object> owners = deleting.end(event);
        if (isSent && owners != null) {
            owners.forEach((collection, owner) -> count(collection, owner, -1, EventSession.of(event)));
        }
    }

    @Override
    public void beforeFlush(SharedSessionContractImplementor session) {
        flushes.remove(session); // of a flush that has failed
        deleting.forget(session);
    }

    @Override
    public void afterFlush(SharedSessionContractImplementor session) {
        flushes.remove(session);
    }
}
