package io.countercache.hibernate.internal.ondelete;

import io.countercache.CounterCacheException;
import io.countercache.hibernate.internal.entity.PerDelete;
import io.countercache.hibernate.internal.entity.RowStep;
import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.orm.EventSession;
import io.countercache.hibernate.internal.orm.PerSession;
import io.countercache.hibernate.internal.sql.OwnQueries;
import io.countercache.hibernate.internal.transaction.DeferredMoves;
import io.countercache.hibernate.internal.transaction.MoveSink;
import java.util.Set;
import java.util.function.Predicate;
import org.hibernate.StatelessSession;
import org.hibernate.engine.spi.EntityEntry;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.event.spi.PostDeleteEvent;
import org.hibernate.event.spi.PreDeleteEvent;
import org.hibernate.persister.entity.EntityPersister;

/**
 * Counts what the database itself does to other rows when a session deletes a row. The moves are found before the DELETE, and
 * made after it.
 */
public final class OnDeleteStep implements RowStep {

    private final CounterModel model;
    private final OnDeleteGraph edges;
    private final OwnQueries queries;
    private final MoveSink sink;
    /** The moves that follow from DELETEs. */
    private final PerDelete<DeferredMoves> deleting = new PerDelete<>();

    private final PerSession<FlushedDeletes> flushes = new PerSession<>();

    public OnDeleteStep(CounterModel model, OnDeleteGraph edges, OwnQueries queries, MoveSink sink) {
        this.model = model;
        this.edges = edges;
        this.queries = queries;
        this.sink = sink;
    }

    @Override
    public void beforeFlush(SharedSessionContractImplementor session) {
        flushes.remove(session);
        deleting.forget(session);
    }

    @Override
    public void afterFlush(SharedSessionContractImplementor session) {
        flushes.remove(session);
    }

    @Override
    public void onFlushDeleted(EntityEntry deleted, SharedSessionContractImplementor session) {
        EntityPersister entity = deleted.getPersister();
        boolean isChanged = edges.mayChange(entity);
        if (isChanged || edges.takesAlong(entity)) {
            flushes.get(session, FlushedDeletes::new).add(entity, deleted.getId(), isChanged);
        }
    }

    /** Called for rows that the session deletes itself: the search for these also finds the rows that it leaves to the database. */
    @Override
    public void beforeDelete(PreDeleteEvent event) {
        SharedSessionContractImplementor session = EventSession.of(event);
        EntityPersister entity = event.getPersister();
        if (!edges.takesAlong(entity)) {
            return;
        }
        FlushedDeletes flush = flushes.get(session);
        Set<Object> ids = flush == null ? Set.of(event.getId()) : flush.nextSearch(entity, event.getId());
        if (!ids.isEmpty()) {
            DeferredMoves moves = new DeferredMoves();
            // a session with a context has deleted the rows of its collections by now, and only new ones are left
            Predicate<CollectionEnd> isSeen =
                    end -> session instanceof StatelessSession && end.isDeletedWith(event.getEntity());
            new OnDeleteSearch(edges, queries).countAlongWith(entity, ids, isSeen, moves, session);
            refuseWithoutTransaction(entity, moves, session);
            deleting.begin(event, moves);
        }
    }

    /**
     * Refuses a DELETE without a transaction if it deletes rows on a path along with rows that are counted through them. Both
     * have to be counted in one transaction: counted one after the other, each would miss the other.
     */
    private void refuseWithoutTransaction(
            EntityPersister entity, DeferredMoves moves, SharedSessionContractImplementor session) {
        if (!session.isTransactionInProgress()
                && moves.moveFurtherUp()
                && (moves.passAny() || !model.watched(entity).passages().isEmpty())) {
            throw new CounterCacheException(
                    "deleting a row of %s makes the database delete rows that are counted through other deleted rows: begin a transaction before you delete it"
                            .formatted(Entities.name(entity)));
        }
    }

    @Override
    public void afterDelete(PostDeleteEvent event, boolean isSent) {
        DeferredMoves moves = deleting.end(event);
        if (isSent && moves != null) {
            moves.passOn(sink.of(EventSession.of(event)));
        }
    }
}
