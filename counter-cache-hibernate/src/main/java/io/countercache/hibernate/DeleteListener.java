package io.countercache.hibernate;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import org.hibernate.engine.spi.SessionImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.engine.spi.TransactionCompletionCallbacks.AfterCompletionCallback;
import org.hibernate.event.spi.AutoFlushEvent;
import org.hibernate.event.spi.AutoFlushEventListener;
import org.hibernate.event.spi.FlushEvent;
import org.hibernate.event.spi.FlushEventListener;
import org.hibernate.event.spi.PostDeleteEvent;
import org.hibernate.event.spi.PostDeleteEventListener;
import org.hibernate.event.spi.PreDeleteEvent;
import org.hibernate.event.spi.PreDeleteEventListener;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/**
 * Counts what the database does by itself when a session deletes a row: finds it before the DELETE, and gives it on when that
 * is done.
 */
final class DeleteListener
        implements PreDeleteEventListener, PostDeleteEventListener, FlushEventListener, AutoFlushEventListener {

    private static final long serialVersionUID = 1;

    private final transient ChangeListener changes;
    private final transient Map<SharedSessionContractImplementor, Deleting> deleting =
            Collections.synchronizedMap(new WeakHashMap<>());

    /** The deletes of one flush, or the one of a stateless session; and what follows from that which is under way. */
    private static final class Deleting {

        final GoneRows rows;

        @Nullable
        Following following;

        Deleting(GoneRows rows) {
            this.rows = rows;
        }
    }

    /** What follows from the DELETE of a row, until it is done. */
    private record Following(EntityPersister entity, Object id, HeldMoves moves) {

        boolean isOf(PostDeleteEvent event) {
            return entity.equals(event.getPersister()) && id.equals(event.getId());
        }
    }

    DeleteListener(ChangeListener changes) {
        this.changes = changes;
    }

    @Override
    public boolean onPreDelete(PreDeleteEvent event) {
        SharedSessionContractImplementor session = event.getSession();
        EntityPersister entity = event.getPersister();
        DeleteEdges edges = changes.installation().model().deletes(session.getFactory());
        if (changes.isSkipping(session)
                || !(edges.isChild(entity) || !edges.of(entity).isEmpty())) {
            return false;
        }
        Deleting now = begin(edges, session);
        if (now.rows.isGone(entity, event.getId())) {
            changes.installation().stale().isGone(event.getEntity(), session);
            return false;
        }
        Following following = new Following(entity, event.getId(), new HeldMoves());
        now.rows.goneWith(entity, List.of(event.getId()), following.moves(), session);
        now.following = following;
        return false;
    }

    private Deleting begin(DeleteEdges edges, SharedSessionContractImplementor session) {
        Deleting known = deleting.get(session);
        if (known != null && isFlushing(session)) {
            return known;
        }
        Deleting now = new Deleting(new GoneRows(edges, changes.installation().pending()));
        deleting.put(session, now);
        if (isFlushing(session) && session.isTransactionInProgress()) {
            // a flush that fails does not come to its end, but its transaction does
            session.getTransactionCompletionCallbacks()
                    .registerCallback((AfterCompletionCallback) (success, owner) -> deleting.remove(session));
        }
        return now;
    }

    private static boolean isFlushing(SharedSessionContractImplementor session) {
        return session instanceof SessionImplementor stateful
                && stateful.getPersistenceContextInternal().isFlushing();
    }

    @Override
    public void onPostDelete(PostDeleteEvent event) {
        Deleting done = deleting.isEmpty() ? null : deleting.get(event.getSession());
        Following following = done == null ? null : done.following;
        if (done != null && following != null && following.isOf(event)) {
            done.following = null;
            if (!isFlushing(event.getSession())) {
                deleting.remove(event.getSession());
            }
            following.moves().tell(changes.moves(event.getSession()));
        }
    }

    @Override
    public void onFlush(FlushEvent event) {
        deleting.remove(event.getSession());
    }

    @Override
    public void onAutoFlush(AutoFlushEvent event) {
        if (!isFlushing(event.getSession())) { // else the library asks
            deleting.remove(event.getSession());
        }
    }

    @Override
    public boolean requiresPostCommitHandling(EntityPersister persister) {
        return false; // a count that is written after the commit can be lost
    }
}
