package io.countercache.hibernate;

import io.countercache.CounterDefinition;
import io.countercache.CounterDeltas;
import io.countercache.ParentRow;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.engine.spi.TransactionCompletionCallbacks.AfterCompletionCallback;
import org.hibernate.engine.spi.TransactionCompletionCallbacks.BeforeCompletionCallback;
import org.hibernate.event.spi.AutoFlushEvent;
import org.hibernate.event.spi.AutoFlushEventListener;

/**
 * The deltas of each session, and when they are written: once, just before the commit. Earlier only where SQL of the same
 * transaction would read an old value, for an early write gives up the order in which all transactions lock rows.
 */
final class PendingDeltas implements AutoFlushEventListener {

    private static final long serialVersionUID = 1;

    private final transient CounterModel model;
    private final transient CounterWriter writer;
    // weak, because a session that is closed in the middle of a transaction may never tell how that ended
    private final transient Map<SharedSessionContractImplementor, OfSession> sessions =
            Collections.synchronizedMap(new WeakHashMap<>());

    private static final class OfSession {
        final CounterDeltas deltas = new CounterDeltas();
        /** Whether the commit-time write is over: what changes after it has no later moment to be written in. */
        boolean committing;
    }

    PendingDeltas(CounterModel model, CounterWriter writer) {
        this.model = model;
        this.writer = writer;
    }

    /** Adds a delta, to be written with the transaction's others; without a transaction it is written now. */
    void add(CounterDefinition counter, ParentRow row, long amount, SharedSessionContractImplementor session) {
        if (!session.isTransactionInProgress()) {
            CounterDeltas now = new CounterDeltas();
            now.add(counter, row, amount);
            writer.write(now, session);
            return;
        }
        OfSession pending = ofSession(session);
        pending.deltas.add(counter, row, amount);
        if (pending.committing) {
            writer.write(pending.deltas, session);
        }
    }

    /** What a row has to move by when this session writes next. */
    Map<CounterDefinition, Long> of(ParentRow row, SharedSessionContractImplementor session) {
        OfSession pending = sessions.get(session);
        return pending == null ? Map.of() : pending.deltas.of(row);
    }

    /** Whether this session has anything to write. */
    boolean exist(SharedSessionContractImplementor session) {
        OfSession pending = sessions.get(session);
        return pending != null && !pending.deltas.isEmpty();
    }

    /** Forgets a row that this session deletes. */
    void drop(ParentRow row, SharedSessionContractImplementor session) {
        if (session.isTransactionInProgress()) {
            ofSession(session).deltas.drop(row);
        }
    }

    /** Takes up a row again that this session deleted and now inserts. */
    void revive(ParentRow row, SharedSessionContractImplementor session) {
        OfSession pending = sessions.get(session);
        if (pending != null) {
            pending.deltas.revive(row);
        }
    }

    /** Writes what this session has pending. */
    void write(SharedSessionContractImplementor session) {
        OfSession pending = sessions.get(session);
        if (pending != null) {
            writer.write(pending.deltas, session);
        }
    }

    private OfSession ofSession(SharedSessionContractImplementor session) {
        OfSession pending = sessions.get(session);
        if (pending == null) {
            pending = new OfSession();
            sessions.put(session, pending);
            writeAtCommit(pending, session);
        }
        return pending;
    }

    private void writeAtCommit(OfSession pending, SharedSessionContractImplementor session) {
        var callbacks = session.getTransactionCompletionCallbacks();
        callbacks.registerCallback((BeforeCompletionCallback) owner -> {
            pending.committing = true;
            if (owner.isOpenOrWaitingForAutoClose()) {
                writer.write(pending.deltas, owner);
            } else if (!pending.deltas.isEmpty()) {
                writeThroughAnother(pending, owner);
            }
        });
        callbacks.registerCallback((AfterCompletionCallback) (success, owner) -> {
            // after a rollback the callback above is still registered, and runs with the next commit of the session
            pending.deltas.clear();
            sessions.remove(session, pending);
        });
    }

    /** A session may be closed before its JTA transaction commits: another one joins the transaction in its place. */
    private void writeThroughAnother(OfSession pending, SharedSessionContractImplementor closed) {
        try (var joined = closed.getFactory()
                .withStatelessOptions()
                .tenantIdentifier(closed.getTenantIdentifierValue())
                .openStatelessSession()) {
            writer.write(pending.deltas, (SharedSessionContractImplementor) joined);
        }
    }

    /** A query that reads a counter has to see it: flush what is counted on the tables that it reads, then write. */
    @Override
    public void onAutoFlush(AutoFlushEvent event) {
        Set<String> tables = event.getQuerySpaces();
        if (tables == null || tables.isEmpty()) {
            return; // a native query that does not say what it reads
        }
        var session = event.getSession();
        Set<String> together = model.readTogether(tables, session);
        if (!event.isFlushRequired() && together.size() > tables.size()) {
            // Hibernate saw no reason to flush, for it does not know that the children move a counter of the parent
            event.setFlushRequired(session.autoFlushIfRequired(together));
            return; // this listener was asked again, with all tables
        }
        OfSession pending = sessions.get(session);
        if (pending != null && pending.deltas.concern(tables)) {
            writer.write(pending.deltas, session);
        }
    }
}
