package io.countercache.hibernate.internal.ondelete;

import io.countercache.CounterCacheException;
import io.countercache.hibernate.internal.entity.NeverVetoes;
import io.countercache.hibernate.internal.entity.SentDeletes;
import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.sql.OwnQueries;
import io.countercache.hibernate.internal.transaction.DeferredMoves;
import io.countercache.hibernate.internal.transaction.MoveSink;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.event.spi.PostDeleteEvent;
import org.hibernate.event.spi.PostDeleteEventListener;
import org.hibernate.event.spi.PreDeleteEvent;
import org.hibernate.persister.entity.EntityPersister;

/**
 * Counts what the database does by itself when a session deletes a row: finds it before the DELETE, and gives it on when that
 * is done.
 */
public final class OnDeleteStep implements NeverVetoes, PostDeleteEventListener {

    private static final long serialVersionUID = 1;

    private final transient CounterModel model;
    private final transient OnDeleteGraph edges;
    private final transient OwnQueries queries;
    private final transient SentDeletes sent;
    private final transient MoveSink sink;
    private final transient Map<SharedSessionContractImplementor, Following> deleting =
            Collections.synchronizedMap(new WeakHashMap<>());

    /** What follows from the DELETE of a row, until it is done. */
    private record Following(EntityPersister entity, Object id, DeferredMoves moves) {

        boolean isOf(PostDeleteEvent event) {
            return entity.equals(event.getPersister()) && id.equals(event.getId());
        }
    }

    public OnDeleteStep(CounterModel model, OnDeleteGraph edges, OwnQueries queries, SentDeletes sent, MoveSink sink) {
        this.model = model;
        this.edges = edges;
        this.queries = queries;
        this.sent = sent;
        this.sink = sink;
    }

    /** What goes with a row that is left to the database goes with the one that it goes with. */
    @Override
    public boolean onPreDelete(PreDeleteEvent event) {
        SharedSessionContractImplementor session = event.getSession();
        EntityPersister entity = event.getPersister();
        if (!edges.of(entity).isEmpty() && !sink.isSkipping(session) && !sent.isUnsent(session)) {
            DeferredMoves moves = new DeferredMoves();
            new OnDeleteSearch(edges, queries).goneWith(entity, List.of(event.getId()), moves, session);
            refuseAlone(entity, moves, session);
            deleting.put(session, new Following(entity, event.getId(), moves));
        }
        return false;
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
    public void onPostDelete(PostDeleteEvent event) {
        Following following = deleting.isEmpty() ? null : deleting.remove(event.getSession());
        if (following != null && following.isOf(event) && !sent.isUnsent(event.getSession())) {
            following.moves().tell(sink.of(event.getSession()));
        }
    }

    @Override
    public boolean requiresPostCommitHandling(EntityPersister persister) {
        return false; // a count that is written after the commit can be lost
    }
}
