package io.countercache.hibernate.internal.collection;

import io.countercache.hibernate.internal.model.CountedCollections;
import io.countercache.hibernate.internal.model.CountedCollections.CountedCollection;
import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.transaction.MoveSink;
import io.countercache.hibernate.internal.transaction.ParentLocks;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.hibernate.StatelessSession;
import org.hibernate.collection.spi.PersistentCollection;
import org.hibernate.engine.spi.CollectionEntry;
import org.hibernate.engine.spi.EntityEntry;
import org.hibernate.engine.spi.PersistenceContext;
import org.hibernate.engine.spi.SessionImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.engine.spi.Status;
import org.hibernate.persister.collection.CollectionPersister;
import org.jspecify.annotations.Nullable;

/**
 * Tells {@link ParentLocks} which parents the changes of collections are going to need: their owners, and the elements that have a
 * counter. Elements of a {@code @JoinColumn} take the owner along that they have had. It is read without a lock, as parents are
 * locked before their children; one that is no longer the owner then is noticed when the element is read under its lock.
 */
public final class AnnouncedCollections implements ParentLocks.OfFlush {

    private final MoveSink sink;
    private final CountedCollections collections;
    private final CollectionReads reads;

    public AnnouncedCollections(MoveSink sink, CountedCollections collections, CollectionReads reads) {
        this.sink = sink;
        this.collections = collections;
        this.reads = reads;
    }

    @Override
    public void announce(SessionImplementor session, ParentLocks locks) {
        if (collections.isEmpty() || sink.isSkipping(session)) {
            return;
        }
        PersistenceContext context = session.getPersistenceContextInternal();
        Announcement flush = new Announcement(session, locks);
        context.forEachCollectionEntry((elements, entry) -> announce(elements, entry, flush, session), true);
        for (Map.Entry<Object, EntityEntry> each : context.reentrantSafeEntityEntries()) {
            EntityEntry entry = each.getValue();
            if (entry.getStatus() == Status.DELETED) {
                collections.holding(entry.getPersister()).forEach(holding -> flush.leaves(holding, entry.getId()));
            }
        }
        flush.lastOwners();
    }

    /** What the flush writes of a collection, as Hibernate decides it. */
    private void announce(
            PersistentCollection<?> elements, CollectionEntry entry, Announcement flush, SessionImplementor session) {
        PersistenceContext context = session.getPersistenceContextInternal();
        CountedCollection loaded = counted(entry.getLoadedPersister());
        CountedCollection current = counted(entry.getCurrentPersister());
        Object loadedBy = context.getLoadedCollectionOwnerIdOrNull(elements);
        boolean hasMoved = !Objects.equals(entry.getLoadedPersister(), entry.getCurrentPersister())
                || !Objects.deepEquals(entry.getLoadedKey(), entry.getCurrentKey());
        if (!hasMoved) {
            if (current != null && loadedBy != null && elements.isDirty()) {
                flush.changes(current, loadedBy, CollectionPlan.update(elements, current, session));
            }
            return;
        }
        if (loaded != null && loadedBy != null) {
            flush.changes(loaded, loadedBy, CollectionPlan.remove(elements, loaded, session));
        }
        EntityEntry owner = context.getEntry(elements.getOwner());
        if (current != null && owner != null && elements.wasInitialized()) {
            flush.changes(current, owner.getId(), CollectionPlan.create(elements, current));
        }
    }

    private @Nullable CountedCollection counted(@Nullable CollectionPersister persister) {
        return persister == null ? null : collections.of(persister);
    }

    /** Announces one change by itself. Only a stateless session has not announced it with a whole flush. */
    void announce(
            CountedCollection collection,
            Object ownerId,
            CollectionPlan plan,
            SharedSessionContractImplementor session,
            ParentLocks locks) {
        Announcement change = new Announcement(session, locks);
        change.changes(collection, ownerId, plan);
        if (session instanceof StatelessSession) {
            change.lastOwners();
        }
    }

    private final class Announcement {

        private final SharedSessionContractImplementor session;
        private final ParentLocks locks;
        /** The ids of elements that may leave an owner which only their row tells. */
        private final Map<CountedCollection, Set<Object>> leaving = new HashMap<>();

        Announcement(SharedSessionContractImplementor session, ParentLocks locks) {
            this.session = session;
            this.locks = locks;
        }

        void changes(CountedCollection collection, Object ownerId, @Nullable CollectionPlan plan) {
            if (plan == null) {
                return;
            }
            expectOwner(collection, ownerId);
            for (CounterDefinition counter : collection.ofElement()) {
                ids(plan.inserted(), collection).forEach(id -> locks.expect(counter, id, session));
                ids(plan.deleted(), collection).forEach(id -> locks.expect(counter, id, session));
            }
            if (collection.isForeignKey()) {
                plan.inserted().stream()
                        .filter(element -> !isNew(element))
                        .forEach(element ->
                                leaves(collection, collection.element().getIdentifier(element, session)));
            }
        }

        private void expectOwner(CountedCollection collection, Object id) {
            collection.ofOwner().forEach(counter -> locks.expect(counter, id, session));
        }

        private List<Object> ids(List<Object> elements, CountedCollection collection) {
            return elements.stream()
                    .map(element -> collection.element().getIdentifier(element, session))
                    .toList();
        }

        /** Whether the session inserts the element, so that nobody else has had it. */
        private boolean isNew(Object element) {
            EntityEntry entry = session.getPersistenceContextInternal().getEntry(element);
            return entry != null && !entry.isExistsInDatabase();
        }

        void leaves(CountedCollection collection, Object elementId) {
            leaving.computeIfAbsent(collection, any -> new HashSet<>()).add(elementId);
        }

        void lastOwners() {
            leaving.forEach((collection, ids) ->
                    reads.lastOwners(collection, ids, session).forEach(id -> expectOwner(collection, id)));
        }
    }
}
