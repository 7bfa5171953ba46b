package io.countercache.hibernate.internal.collection;

import io.countercache.CounterCacheException;
import io.countercache.hibernate.internal.orm.BatchSize;
import io.countercache.hibernate.internal.sql.Statements;
import io.countercache.hibernate.internal.support.CallScope;
import io.countercache.hibernate.internal.transaction.MoveSink;
import io.countercache.hibernate.internal.transaction.PendingDeltas;
import java.lang.ref.WeakReference;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.hibernate.SessionEventListener;
import org.hibernate.StatelessSession;
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

    /** Those whose batch the thread has sent, until all row counts are known. Weak, because no row counts follow a failure. */
    private static final CallScope<WeakReference<WaitingChanges>> SENT = new CallScope<>();

    /** The change whose statements the thread is about to send. Weak, because no end follows a failure. */
    private static final CallScope<WeakReference<CollectionChange>> BEGUN = new CallScope<>();

    private final transient SharedSessionContractImplementor owner;
    private final transient MoveSink sink;
    private final transient PendingDeltas pending;
    private final transient FailedChanges failed;
    private final transient Deque<CollectionChange> changes = new ArrayDeque<>();
    private final transient WeakReference<WaitingChanges> self = new WeakReference<>(this);
    /** Whether the session has the batch size {@link #BATCH_SIZE} for now. */
    private transient boolean hasLentBatchSize;
    /** Whether it has had it for the change that is under way: nobody else sends what is in the batch. */
    private transient boolean sendsAtEnd;

    private transient @Nullable Integer ownBatchSize;
    private transient boolean isObserving;

    /** @param owner the session that owns the connection */
    WaitingChanges(SharedSessionContractImplementor owner, MoveSink sink, PendingDeltas pending, FailedChanges failed) {
        this.failed = failed;
        this.owner = owner;
        this.sink = sink;
        this.pending = pending;
        owner.getEventListenerManager().addListener(this);
    }

    // ---- changes ----

    /** Called before each change of a session, also of one that counts nothing. */
    void prepare(SharedSessionContractImplementor session) {
        BEGUN.end();
        if (current(session) != null) {
            drop(session);
        }
    }

    /** Called before the statements of a change. */
    void begin(CollectionChange change) {
        changes.addLast(change);
        BEGUN.begin(new WeakReference<>(change));
        if (!isObserving
                && change.session instanceof StatelessSession
                && change.session.getTransactionCoordinator().isTransactionActive()) {
            isObserving = true;
            pending.expect(change.session); // so that what is counted then is written
            failed.observe(this, change.session, () -> isObserving = false);
        }
        if (change.mayDelete() && BatchSize.of(owner) < 2) {
            sendsAtEnd = true;
            lendBatchSize();
        }
    }

    private void lendBatchSize() {
        hasLentBatchSize = true;
        ownBatchSize = owner.getJdbcBatchSize();
        owner.setJdbcBatchSize(BATCH_SIZE);
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
        BEGUN.end();
        change.hasEnded = true;
        if (sendsAtEnd || !mayWait(change)) {
            executeBatch(change);
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

    private void executeBatch(CollectionChange change) {
        try {
            owner.getJdbcCoordinator().executeBatch();
        } catch (RuntimeException e) {
            change.hasEnded = false; // it has failed after all
            throw e;
        } finally {
            sendsAtEnd = false;
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

    /** Counts the changes of stateless sessions that have failed: Hibernate does not report their end. */
    void countFailed() {
        for (CollectionChange change : List.copyOf(changes)) {
            if (!change.hasEnded && change.session instanceof StatelessSession && changes.remove(change)) {
                failed.count(change);
            }
        }
    }

    /** Ends the changes of a session after a failure: another session than a stateless one rolls back then. */
    void drop(SharedSessionContractImplementor session) {
        countFailed();
        changes.removeIf(change -> change.session == session);
        sendsAtEnd = false;
        takeBackBatchSize();
        BEGUN.end();
        SENT.end();
    }

    @Override
    public void transactionCompletion(boolean successful) {
        endCall();
    }

    @Override
    public void end() {
        if (!owner.isTransactionInProgress()) {
            countFailed();
        }
        endCall();
    }

    private void endCall() {
        takeBackBatchSize();
        BEGUN.end();
        SENT.end();
    }

    // ---- row counts ----

    /** Called before each DELETE of all rows of an owner. */
    static void deletesAll(String role) {
        WeakReference<CollectionChange> reference = BEGUN.get();
        CollectionChange begun = reference == null ? null : reference.get();
        if (begun != null) {
            begun.deletesAll(role);
        }
    }

    @Override
    public void jdbcExecuteBatchEnd() {
        changes.removeIf(change -> change.isSent); // with a batch before this one, which has failed
        changes.forEach(change -> change.isSent = change.hasEnded);
        takeBackBatchSize(); // it may have failed, and then nothing else is heard of it
        endOrGoOn();
    }

    private void endOrGoOn() {
        if (changes.stream().allMatch(CollectionChange::isComplete)) {
            SENT.end();
        } else {
            SENT.begin(self);
        }
    }

    /** Called for each DELETE of a batch that was sent, in their order. */
    static void counted(String role, boolean isOfAll, int rows, String sql) {
        WeakReference<WaitingChanges> reference = SENT.get();
        WaitingChanges sent = reference == null ? null : reference.get();
        if (sent != null) {
            sent.add(role, isOfAll, rows, sql);
            sent.endOrGoOn();
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
                if (sendsAtEnd && !hasLentBatchSize && !change.isComplete()) {
                    lendBatchSize(); // for the rest of its statements
                }
                if (change.hasEnded && change.isComplete() && pending.collects(change.session)) {
                    count(change);
                }
                return;
            }
        } // else the DELETE of a session that counts nothing
    }
}
