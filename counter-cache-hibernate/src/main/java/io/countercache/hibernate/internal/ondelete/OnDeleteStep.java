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
 * Counts what the database itself does to other rows when a session deletes a row. The moves are found before the DELETE, and
 * made after it.
 */
public final class OnDeleteStep implements NeverVetoes, PostDeleteEventListener {

    private static final long serialVersionUID = 1;

    private final transient CounterModel model;
    private final transient OnDeleteGraph edges;
    private final transient OwnQueries queries;
    private final transient SentDeletes sent;
    private final transient MoveSink sink;
    private final transient Map<SharedSessionContractImplementor, Deferred> deleting =
            Collections.synchronizedMap(new WeakHashMap<>());

    /** The moves that follow from the DELETE of a row, until the DELETE is done. */
    private record Deferred(EntityPersister entity, Object id, DeferredMoves moves) {

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

    /** A row whose DELETE is left to the database is skipped: the search from the row that it is deleted with finds it. */
    @Override
    public boolean onPreDelete(PreDeleteEvent event) {
        SharedSessionContractImplementor session = event.getSession();
        EntityPersister entity = event.getPersister();
        if (!edges.of(entity).isEmpty() && !sink.isSkipping(session) && !sent.isUnsent(session)) {
            DeferredMoves moves = new DeferredMoves();
            new OnDeleteSearch(edges, queries).countAlongWith(entity, List.of(event.getId()), moves, session);
            refuseWithoutTransaction(entity, moves, session);
            deleting.put(session, new Deferred(entity, event.getId(), moves));
        }
        return false;
    }

    /**
     * Refuses a DELETE without a transaction if it deletes rows on a path along with rows that are counted through them. Both
     * have to be counted in one transaction: counted one after the other, each would miss the other.
     */
    private void refuseWithoutTransaction(
            EntityPersister entity, DeferredMoves moves, SharedSessionContractImplementor session) {
        if (!session.isTransactionInProgress()
                && moves.leadOn()
                && (moves.pass() || !model.counted(entity).passages().isEmpty())) {
            throw new CounterCacheException(
                    "deleting a row of %s makes the database delete rows that are counted through other deleted rows: begin a transaction before you delete it"
                            .formatted(entity.getImportedName()));
        }
    }

    @Override
    public void onPostDelete(PostDeleteEvent event) {
        Deferred deferred = deleting.isEmpty() ? null : deleting.remove(event.getSession());
        if (deferred != null && deferred.isOf(event) && !sent.isUnsent(event.getSession())) {
            deferred.moves().tell(sink.of(event.getSession()));
        }
    }

    @Override
    public boolean requiresPostCommitHandling(EntityPersister persister) {
        return false; // a count that is written after the commit can be lost
    }
}
