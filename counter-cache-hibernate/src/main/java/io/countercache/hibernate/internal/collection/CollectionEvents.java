package io.countercache.hibernate.internal.collection;

import io.countercache.hibernate.internal.collection.CollectionChange.ElementIds;
import io.countercache.hibernate.internal.entity.RowStep;
import io.countercache.hibernate.internal.model.CountedCollections;
import io.countercache.hibernate.internal.model.CountedCollections.CountedCollection;
import io.countercache.hibernate.internal.orm.EventCollection;
import io.countercache.hibernate.internal.orm.PerSession;
import io.countercache.hibernate.internal.sql.Statements;
import io.countercache.hibernate.internal.transaction.MoveSink;
import io.countercache.hibernate.internal.transaction.ParentLocks;
import io.countercache.hibernate.internal.transaction.PendingDeltas;
import java.util.List;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.event.spi.AbstractCollectionEvent;
import org.hibernate.event.spi.PostCollectionRecreateEvent;
import org.hibernate.event.spi.PostCollectionRecreateEventListener;
import org.hibernate.event.spi.PostCollectionRemoveEvent;
import org.hibernate.event.spi.PostCollectionRemoveEventListener;
import org.hibernate.event.spi.PostCollectionUpdateEvent;
import org.hibernate.event.spi.PostCollectionUpdateEventListener;
import org.hibernate.event.spi.PreCollectionRecreateEvent;
import org.hibernate.event.spi.PreCollectionRecreateEventListener;
import org.hibernate.event.spi.PreCollectionRemoveEvent;
import org.hibernate.event.spi.PreCollectionRemoveEventListener;
import org.hibernate.event.spi.PreCollectionUpdateEvent;
import org.hibernate.event.spi.PreCollectionUpdateEventListener;
import org.hibernate.persister.collection.CollectionPersister;
import org.jspecify.annotations.Nullable;

/**
 * Listens to the collections whose rows are counted. Before the statements of a collection it works out what they will do
 * ({@link CollectionPlan}); after them it moves the counters ({@link CollectionChange}), as soon as their row counts are known
 * ({@link WaitingChanges}).
 */
public final class CollectionEvents
        implements PreCollectionRecreateEventListener,
                PreCollectionUpdateEventListener,
                PreCollectionRemoveEventListener,
                PostCollectionRecreateEventListener,
                PostCollectionUpdateEventListener,
                PostCollectionRemoveEventListener,
                RowStep {

    private static final long serialVersionUID = 1;

    private final transient MoveSink sink;
    private final transient PendingDeltas pending;
    private final transient ParentLocks locks;
    private final transient AnnouncedCollections announced;
    private final transient CountedCollections collections;
    private final transient CollectionReads reads;
    private final transient JoinColumnElements joinColumns;
    private final transient StatelessOwners stateless;
    private final transient FailedChanges failed;
    private final transient PerSession<WaitingChanges> waiting = new PerSession<>();

    public CollectionEvents(
            MoveSink sink,
            PendingDeltas pending,
            ParentLocks locks,
            AnnouncedCollections announced,
            CountedCollections collections,
            CollectionReads reads,
            JoinColumnElements joinColumns,
            StatelessOwners stateless) {
        this.sink = sink;
        this.pending = pending;
        this.locks = locks;
        this.announced = announced;
        this.collections = collections;
        this.reads = reads;
        this.joinColumns = joinColumns;
        this.stateless = stateless;
        this.failed = new FailedChanges(reads, sink);
    }

    @Override
    public void onPreRecreateCollection(PreCollectionRecreateEvent event) {
        begin(event, (collection, session) -> CollectionPlan.create(event.getCollection(), collection));
    }

    @Override
    public void onPreUpdateCollection(PreCollectionUpdateEvent event) {
        begin(event, (collection, session) -> CollectionPlan.update(event.getCollection(), collection, session));
    }

    @Override
    public void onPreRemoveCollection(PreCollectionRemoveEvent event) {
        begin(event, (collection, session) -> CollectionPlan.remove(event.getCollection(), collection, session));
    }

    /** Works out the plan of a change; null if nothing is written. */
    private interface Planning {
        @Nullable
        CollectionPlan plan(CountedCollection collection, SharedSessionContractImplementor session);
    }

    private void begin(AbstractCollectionEvent event, Planning planning) {
        SharedSessionContractImplementor session = stateless.sessionOf(event);
        CollectionPersister persister = EventCollection.persister(event, session);
        CountedCollection collection = persister == null ? null : collections.of(persister);
        if (collection == null || session == null) {
            return;
        }
        WaitingChanges changes =
                waiting(session); // also if the session is skipping: its row counts are not those of another
        changes.prepare(session);
        CollectionPlan plan = sink.isSkipping(session) ? null : planning.plan(collection, session);
        if (plan == null) {
            return;
        }
        Object ownerId = event.getAffectedOwnerIdOrNull();
        if (ownerId == null) {
            ownerId = event.getCollection().getKey(); // its owner is no longer in the session
        }
        if (locks.areNeeded()) {
            announced.announce(collection, ownerId, plan, session, locks);
            locks.lock(session);
        }
        if (collection.isForeignKey()) {
            joinColumns.change(collection, ownerId, plan, session);
        }
        ElementIds elements = elements(plan, collection, ownerId, session);
        changes.begin(new CollectionChange(collection, ownerId, plan, elements, session));
    }

    private WaitingChanges waiting(SharedSessionContractImplementor session) {
        SharedSessionContractImplementor owner = Statements.owner(session);
        return waiting.get(owner, () -> new WaitingChanges(owner, sink, pending, failed));
    }

    private ElementIds elements(
            CollectionPlan plan,
            CountedCollection collection,
            Object ownerId,
            SharedSessionContractImplementor session) {
        if (collection.ofElement().isEmpty()) {
            return ElementIds.NONE;
        }
        List<Object> removed = plan.removesAll() ? reads.lockRows(collection, ownerId, session) : List.of();
        return new ElementIds(
                ids(plan.inserted(), collection, session), ids(plan.deleted(), collection, session), removed);
    }

    private static List<Object> ids(
            List<Object> elements, CountedCollection collection, SharedSessionContractImplementor session) {
        return elements.stream()
                .map(element -> collection.element().getIdentifier(element, session))
                .toList();
    }

    @Override
    public void onPostRecreateCollection(PostCollectionRecreateEvent event) {
        end(event);
    }

    @Override
    public void onPostUpdateCollection(PostCollectionUpdateEvent event) {
        end(event);
    }

    @Override
    public void onPostRemoveCollection(PostCollectionRemoveEvent event) {
        end(event);
    }

    private void end(AbstractCollectionEvent event) {
        SharedSessionContractImplementor session = stateless.sessionOf(event);
        WaitingChanges changes = session == null ? null : waiting.get(Statements.owner(session));
        if (session != null && changes != null) {
            CollectionChange change = changes.current(session);
            if (change != null) {
                changes.end(change);
            }
        }
    }

    @Override
    public void beforeFlush(SharedSessionContractImplementor session) {
        WaitingChanges changes = waiting.get(Statements.owner(session));
        if (changes != null) {
            changes.drop(session);
        }
    }

    @Override
    public void afterFlush(SharedSessionContractImplementor session) {
        WaitingChanges changes = waiting.get(Statements.owner(session));
        if (changes != null) {
            changes.endFlush(session);
        }
    }
}
