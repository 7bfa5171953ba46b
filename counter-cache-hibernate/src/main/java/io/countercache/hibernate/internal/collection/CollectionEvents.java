package io.countercache.hibernate.internal.collection;

import io.countercache.hibernate.internal.model.CountedCollections;
import io.countercache.hibernate.internal.model.CountedCollections.CountedCollection;
import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.sql.Statements;
import io.countercache.hibernate.internal.support.PerSession;
import io.countercache.hibernate.internal.transaction.MoveSink;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.hibernate.StaleStateException;
import org.hibernate.StatelessSession;
import org.hibernate.collection.spi.PersistentCollection;
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
import org.hibernate.metamodel.mapping.PluralAttributeMapping;
import org.jspecify.annotations.Nullable;

/**
 * Turns what happens to the rows of a collection into deltas: what is inserted is known before, what is deleted when it is
 * done. Of a collection that is a column of its elements {@link JoinColumnElements} knows more.
 */
public final class CollectionEvents
        implements PreCollectionRecreateEventListener,
                PreCollectionUpdateEventListener,
                PreCollectionRemoveEventListener,
                PostCollectionRecreateEventListener,
                PostCollectionUpdateEventListener,
                PostCollectionRemoveEventListener {

    private static final long serialVersionUID = 1;

    /** Of a session that has none: Hibernate says how many rows a statement has hit only where it sends batches. */
    private static final int BATCH_SIZE = 50;

    private final transient MoveSink sink;
    private final transient CountedCollections collections;
    private final transient CollectionReads rows;
    private final transient JoinColumnElements held;
    private final transient StatelessOwners stateless;
    /** What is under way in a session, between the event before its statements and the one after them. */
    private final transient PerSession<SharedSessionContractImplementor, Change> changing = new PerSession<>();

    /** What Hibernate is going to do with the rows of one collection. */
    private enum Plan {
        REMOVE_ALL,
        RECREATE,
        REMOVE_AND_RECREATE,
        EACH;

        boolean removesAll() {
            return this == REMOVE_ALL || this == REMOVE_AND_RECREATE;
        }
    }

    /**
     * A change that is under way.
     *
     * @param rows how many will be inserted
     * @param inserted the ids of the elements of the rows that will be inserted, if they matter
     * @param deleted those of the rows that will be deleted one by one, in that order
     * @param removed those of the rows that will be deleted at once
     * @param areDeletesPlanned whether what the single DELETEs change is counted already
     * @param batchSize what the session has to have again afterwards
     */
    private record Change(
            CountedCollection collection,
            Object ownerId,
            int rows,
            List<Object> inserted,
            List<Object> deleted,
            List<Object> removed,
            boolean areDeletesPlanned,
            @Nullable Integer batchSize,
            DeleteRowCounts.Counting counting) {}

    public CollectionEvents(
            MoveSink sink,
            CountedCollections collections,
            CollectionReads rows,
            JoinColumnElements held,
            StatelessOwners stateless) {
        this.sink = sink;
        this.collections = collections;
        this.rows = rows;
        this.held = held;
        this.stateless = stateless;
    }

    @Override
    public void onPreRecreateCollection(PreCollectionRecreateEvent event) {
        CountedCollection collection = collections.of(event.getCollectionPersister());
        if (collection != null) {
            begin(event, collection, Plan.RECREATE, stateless.sessionOf(event));
        }
    }

    @Override
    public void onPreUpdateCollection(PreCollectionUpdateEvent event) {
        CountedCollection collection = collections.of(event.getCollectionPersister());
        if (collection == null) {
            return;
        }
        SharedSessionContractImplementor session = stateless.sessionOf(event);
        PersistentCollection<?> elements = event.getCollection();
        if (session instanceof StatelessSession) {
            begin(event, collection, Plan.REMOVE_AND_RECREATE, session);
        } else if (elements.wasInitialized()) { // else nothing is going to be written
            boolean filtered = collection.persister().isAffectedByEnabledFilters(session);
            Plan plan = !filtered && elements.empty()
                    ? Plan.REMOVE_ALL
                    : elements.needsRecreate(collection.persister()) ? Plan.REMOVE_AND_RECREATE : Plan.EACH;
            begin(event, collection, plan, session);
        }
    }

    @Override
    public void onPreRemoveCollection(PreCollectionRemoveEvent event) {
        CountedCollection collection = collections.of(event.getCollectionPersister());
        if (collection != null) {
            begin(event, collection, Plan.REMOVE_ALL, stateless.sessionOf(event));
        }
    }

    private void begin(
            AbstractCollectionEvent event,
            CountedCollection collection,
            Plan plan,
            SharedSessionContractImplementor session) {
        Change failed = changing.remove(session);
        if (failed != null) {
            finish(failed, session);
        }
        if (sink.isSkipping(session)) {
            return;
        }
        Object ownerId = event.getAffectedOwnerIdOrNull();
        if (ownerId == null) {
            ownerId = event.getCollection().getKey(); // its owner is no longer in the session
        }
        List<Object> inserted = plan == Plan.REMOVE_ALL ? List.of() : inserted(event.getCollection(), collection, plan);
        List<Object> deleted = plan == Plan.EACH && collection.persister().needsRemove()
                ? deleted(event.getCollection(), collection)
                : List.of();
        boolean planned = collection.isForeignKey() && !inserted.isEmpty();
        if (planned) {
            boolean removesAll = plan.removesAll() && collection.persister().needsRemove();
            held.move(collection, ownerId, inserted, deleted, removesAll, session);
        }
        List<Object> removed = plan.removesAll() && !collection.ofElement().isEmpty()
                ? rows.lockRows(collection, ownerId, session)
                : List.of();
        SharedSessionContractImplementor batching = Statements.owner(session);
        Integer batchSize = batching.getJdbcBatchSize();
        if (batchSize == null || batchSize < 2) {
            batching.setJdbcBatchSize(BATCH_SIZE);
        }
        changing.put(
                session,
                new Change(
                        collection,
                        ownerId,
                        inserted.size(),
                        ids(collection, inserted, session),
                        ids(collection, deleted, session),
                        removed,
                        planned,
                        batchSize,
                        DeleteRowCounts.start()));
    }

    private static List<Object> inserted(PersistentCollection<?> elements, CountedCollection collection, Plan plan) {
        PluralAttributeMapping attribute = collection.persister().getAttributeMapping();
        List<Object> inserted = new ArrayList<>();
        Iterator<?> entries = elements.entries(collection.persister());
        for (int i = 0; entries.hasNext(); i++) {
            Object entry = entries.next();
            boolean isInserted = plan == Plan.EACH
                    ? elements.includeInInsert(entry, i, elements, attribute)
                            || (collection.isForeignKey() && elements.needsUpdating(entry, i, attribute))
                    : elements.includeInRecreate(entry, i, elements, attribute);
            if (isInserted) {
                inserted.add(elements.getElement(entry));
            }
        }
        return inserted;
    }

    private static List<Object> deleted(PersistentCollection<?> elements, CountedCollection collection) {
        List<Object> deleted = new ArrayList<>();
        boolean byIndex = !collection.isForeignKey() && collection.persister().hasPhysicalIndexColumn();
        elements.getDeletes(collection.persister(), !byIndex).forEachRemaining(deleted::add);
        if (collection.isForeignKey()) {
            // an element that takes the place of another one sends it away first
            PluralAttributeMapping attribute = collection.persister().getAttributeMapping();
            Iterator<?> entries = elements.entries(collection.persister());
            for (int i = 0; entries.hasNext(); i++) {
                Object entry = entries.next();
                if (elements.needsUpdating(entry, i, attribute)) {
                    deleted.add(elements.getSnapshotElement(entry, i));
                }
            }
        }
        return deleted;
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
        if (collections.of(event.getCollectionPersister()) == null) {
            return;
        }
        SharedSessionContractImplementor session = stateless.sessionOf(event);
        Change change = changing.remove(session);
        if (change == null) {
            return;
        }
        try {
            session.getJdbcCoordinator().executeBatch();
        } finally {
            finish(change, session);
        }
        List<Integer> each = change.counting().ofEach();
        int all = change.counting().ofAll();
        int deleted = change.areDeletesPlanned() ? all : all + DeleteRowCounts.sum(each);
        int inserted = change.areDeletesPlanned() ? 0 : change.rows();
        for (CounterDefinition counter : change.collection().ofOwner()) {
            move(counter, change.ownerId(), inserted - deleted, session);
        }
        for (CounterDefinition counter : change.collection().ofElement()) {
            moveElements(counter, change, each, all, session);
        }
    }

    private static void finish(Change change, SharedSessionContractImplementor session) {
        change.counting().end();
        Statements.owner(session).setJdbcBatchSize(change.batchSize());
    }

    private void moveElements(
            CounterDefinition counter,
            Change change,
            List<Integer> each,
            int all,
            SharedSessionContractImplementor session) {
        if (all != 0 && all != change.removed().size()) {
            // deleted along with the others are rows that came after the look at them
            throw new StaleStateException("another transaction has added rows to %s of %s just before all were deleted"
                    .formatted(change.collection().persister().getRole(), change.ownerId()));
        }
        if (all != 0) {
            change.removed().forEach(id -> move(counter, id, -1, session));
        }
        for (int i = 0; i < each.size(); i++) {
            move(counter, change.deleted().get(i), -each.get(i), session);
        }
        for (Object id : change.inserted()) {
            move(counter, id, 1, session);
        }
    }

    /** The ids of elements, if a counter asks for them: the elements themselves would keep their session alive. */
    private static List<Object> ids(
            CountedCollection collection, List<Object> elements, SharedSessionContractImplementor session) {
        if (collection.ofElement().isEmpty()) {
            return List.of();
        }
        return elements.stream()
                .map(element -> collection.element().getIdentifier(element, session))
                .toList();
    }

    private void move(CounterDefinition counter, Object id, int amount, SharedSessionContractImplementor session) {
        sink.move(counter, id, BigDecimal.valueOf(amount), session);
    }
}
