package io.countercache.hibernate.internal.collection;

import io.countercache.CounterCacheException;
import io.countercache.hibernate.internal.orm.BatchSize;
import io.countercache.hibernate.internal.sql.Statements;
import io.countercache.hibernate.internal.transaction.MoveSink;
import io.countercache.hibernate.internal.transaction.PendingDeltas;
import java.lang.ref.WeakReference;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.hibernate.SessionEventListener;
import org.hibernate.engine.spi.SessionImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.jspecify.annotations.Nullable;

/**
 * The changes of collections that wait for the row counts of their DELETEs. A JDBC batch may have the DELETEs of many changes,
 * and is sent when Hibernate would send it: after the last of these changes has ended. Batches are sent in the order of their
 * statements, so a row count belongs to the first change that still waits for one of its kind.
 *
 * <p>There is one such object for each session that owns a connection, which has the batches of all sessions that share it. A
 * row count comes without its session, but right after the session has told its listeners, of which this is one, that it has
 * sent a batch. So the last batch that the thread has sent is the one.
 */
final class WaitingChanges implements SessionEventListener {

    private static final long serialVersionUID = 1;

    /**
     * The batch size of a session that has none, while it sends the DELETEs of a collection: Hibernate asks nobody about the row
     * count of a statement that is not in a batch. Any number from 2 on makes Hibernate send batches. 50 is the upper end of
     * what Hibernate's documentation recommends.
     */
    private static final int BATCH_SIZE = 50;

    /** Weak, because nothing tells when the row counts of a batch end. */
    private static final ThreadLocal<@Nullable WeakReference<WaitingChanges>> LAST_SENT = new ThreadLocal<>();

    private final transient SharedSessionContractImplementor owner;
    private final transient MoveSink sink;
    private final transient PendingDeltas pending;
    private final transient Deque<CollectionChange> changes = new ArrayDeque<>();
    private final transient WeakReference<WaitingChanges> self = new WeakReference<>(this);
    private transient boolean hasLentBatchSize;
    private transient @Nullable Integer ownBatchSize;

    /** @param owner the session that owns the connection */
    WaitingChanges(SharedSessionContractImplementor owner, MoveSink sink, PendingDeltas pending) {
        this.owner = owner;
        this.sink = sink;
        this.pending = pending;
        owner.getEventListenerManager().addListener(this);
    }

    // ---- changes ----

    /** Called before the statements of a change. */
    void begin(CollectionChange change) {
        changes.addLast(change);
        if (change.deletes() && BatchSize.of(owner) < 2) {
            hasLentBatchSize = true;
            ownBatchSize = owner.getJdbcBatchSize();
            owner.setJdbcBatchSize(BATCH_SIZE);
        }
    }

    /** The change of a session whose statements are being sent; null if there is none. */
    @Nullable
    CollectionChange current(SharedSessionContractImplementor session) {
        for (CollectionChange change : (Iterable<CollectionChange>) changes::descendingIterator) {
            if (change.session == session && !change.hasEnded) {
                return change;
            }
        }
        return null;
    }

    /** Called after the statements of a change, which may still be in the open batch. */
    void end(CollectionChange change) {
        change.hasEnded = true;
        if (hasLentBatchSize || !mayWait(change)) {
            executeBatch();
        }
        if (change.isComplete()) {
            count(change);
        } else if (!(change.session instanceof SessionImplementor)) {
            pending.expect(change.session);
        }
    }

    /** Whether something makes sure that the batch is sent, and that what follows from it is written. */
    private boolean mayWait(CollectionChange change) {
        return change.isComplete()
                || change.session instanceof SessionImplementor // it is flushing
                || pending.collects(change.session);
    }

    private void executeBatch() {
        try {
            owner.getJdbcCoordinator().executeBatch();
        } finally {
            takeBackBatchSize();
        }
    }

    private void takeBackBatchSize() {
        if (hasLentBatchSize) {
            hasLentBatchSize = false;
            owner.setJdbcBatchSize(ownBatchSize);
        }
    }

    private void count(CollectionChange change) {
        if (changes.remove(change)) {
            change.moves(sink.of(change.session));
        }
    }

    /** Called after a flush: it has sent all batches. */
    void endFlush(SharedSessionContractImplementor session) {
        for (CollectionChange change : List.copyOf(changes)) {
            if (change.session == session) {
                if (!change.isComplete()) {
                    Statements.markRollbackOnly(session);
                    throw new CounterCacheException(
                            "Hibernate has not reported all row counts of the DELETEs of %s: its counters would be wrong"
                                    .formatted(change));
                }
                count(change);
            }
        }
    }

    /** Drops the changes of a session after a failure: Hibernate does not report the end of a change that has failed. */
    void drop(SharedSessionContractImplementor session) {
        changes.removeIf(change -> change.session == session);
        takeBackBatchSize();
    }

    // ---- row counts ----

    @Override
    public void jdbcExecuteBatchEnd() {
        changes.removeIf(change -> change.isSent); // with a batch before this one, which has failed
        changes.forEach(change -> change.isSent = change.hasEnded);
        LAST_SENT.set(self);
    }

    /** Called for each DELETE of a batch that was sent, in their order. */
    static void counted(String role, boolean isOfAll, int rows, String sql) {
        WeakReference<WaitingChanges> reference = LAST_SENT.get();
        WaitingChanges sent = reference == null ? null : reference.get();
        if (sent != null) {
            sent.add(role, isOfAll, rows, sql);
        }
    }

    private void add(String role, boolean isOfAll, int rows, String sql) {
        for (CollectionChange change : changes) {
            if (change.awaits(role, isOfAll)) {
                if (rows < 0) {
                    throw new CounterCacheException(
                            "the JDBC driver does not return how many rows '%s' has changed, and a counter depends on it: configure the driver to return row counts for batches"
                                    .formatted(sql));
                }
                change.add(isOfAll, rows);
                if (change.hasEnded && change.isComplete() && pending.collects(change.session)) {
                    count(change);
                }
                return;
            }
        } // else the DELETE of a session that counts nothing
    }
}
