package io.countercache.hibernate.internal.ondelete;

import io.countercache.CounterCacheException;
import io.countercache.hibernate.internal.entity.RowStep;
import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.sql.OwnQueries;
import io.countercache.hibernate.internal.support.PerSession;
import io.countercache.hibernate.internal.transaction.DeferredMoves;
import io.countercache.hibernate.internal.transaction.MoveSink;
import java.util.List;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.event.spi.PostDeleteEvent;
import org.hibernate.event.spi.PreDeleteEvent;
import org.hibernate.persister.entity.EntityPersister;

/**
 * Counts what the database does by itself when a session deletes a row: finds it before the DELETE, and gives it on when that
 * is done.
 */
public final class OnDeleteStep implements RowStep {

    private final CounterModel model;
    private final OnDeleteGraph edges;
    private final OwnQueries queries;
    private final MoveSink sink;
    private final PerSession<SharedSessionContractImplementor, Following> deleting = new PerSession<>();

    /** What follows from the DELETE of a row, until it is done. */
    private record Following(EntityPersister entity, Object id, DeferredMoves moves) {

        boolean isOf(PostDeleteEvent event) {
            return entity.equals(event.getPersister()) && id.equals(event.getId());
        }
    }

    public OnDeleteStep(CounterModel model, OnDeleteGraph edges, OwnQueries queries, MoveSink sink) {
        this.model = model;
        this.edges = edges;
        this.queries = queries;
        this.sink = sink;
    }

    /** Called for rows that the session deletes itself: the search for these also finds the rows that it leaves to the database. */
    @Override
    public void beforeDelete(PreDeleteEvent event) {
        SharedSessionContractImplementor session = event.getSession();
        EntityPersister entity = event.getPersister();
        if (!edges.of(entity).isEmpty()) {
            DeferredMoves moves = new DeferredMoves();
            new OnDeleteSearch(edges, queries).goneWith(entity, List.of(event.getId()), moves, session);
            refuseAlone(entity, moves, session);
            deleting.put(session, new Following(entity, event.getId(), moves));
        }
    }

    /** What is beneath a row on the way is counted together with that row: one after the other, each would miss the other. */
    private void refuseAlone(EntityPersister entity, DeferredMoves moves, SharedSessionContractImplementor session) {
        if (!session.isTransactionInProgress()
                && moves.leadOn()
                && (moves.pass() || !model.counted(entity).passages().isEmpty())) {
            throw new CounterCacheException(
                    "with %s the database deletes rows that counters further up count, and those on the way: begin a transaction before you delete it"
                            .formatted(entity.getImportedName()));
        }
    }

    @Override
    public void afterDelete(PostDeleteEvent event, boolean isSent) {
        Following following = deleting.remove(event.getSession());
        if (isSent && following != null && following.isOf(event)) {
            following.moves().tell(sink.of(event.getSession()));
        }
    }
}
