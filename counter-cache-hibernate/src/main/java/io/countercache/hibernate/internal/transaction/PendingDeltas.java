package io.countercache.hibernate.internal.transaction;

import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.model.CounterPaths.PathStep;
import io.countercache.hibernate.internal.model.ParentRow;
import io.countercache.hibernate.internal.path.PathDeltas;
import io.countercache.hibernate.internal.path.PathWriter;
import io.countercache.hibernate.internal.sql.OwnQueries;
import io.countercache.hibernate.internal.sql.Statements;
import io.countercache.hibernate.internal.support.PerSession;
import io.countercache.hibernate.internal.support.Settings;
import io.countercache.hibernate.internal.write.CounterDeltas;
import io.countercache.hibernate.internal.write.ManagedParents;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.hibernate.FlushMode;
import org.hibernate.SessionEventListener;
import org.hibernate.StatelessSession;
import org.hibernate.engine.spi.SessionImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.event.spi.AutoFlushEvent;
import org.hibernate.event.spi.AutoFlushEventListener;
import org.hibernate.event.spi.FlushEvent;
import org.hibernate.event.spi.FlushEventListener;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.resource.transaction.spi.TransactionCoordinator;
import org.hibernate.resource.transaction.spi.TransactionObserver;
import org.hibernate.resource.transaction.spi.TransactionStatus;
import org.jspecify.annotations.Nullable;

/**
 * The deltas of each transaction, and when they are written: once, just before the commit. Earlier only where SQL of the same
 * transaction would read an old value, for an early write gives up the order in which all transactions lock rows.
 */
public final class PendingDeltas implements FlushEventListener, AutoFlushEventListener {

    private static final long serialVersionUID = 1;

    private final transient CounterModel model;
    /** The entities whose rows the database deletes, or cuts off, along with those of an entity. */
    private final transient Function<EntityPersister, Set<EntityPersister>> causes;

    private final transient PathWriter writer;
    private final transient ManagedParents parents;
    private final transient OwnQueries queries;
    private final boolean writeAtFlush;
    // by transaction coordinator, for sessions that share a transaction write together; weak, because a session that is
    // closed in the middle of a transaction may never tell how that ended
    private final transient PerSession<TransactionCoordinator, OfTransaction> transactions = new PerSession<>();

    private final transient PerSession<SharedSessionContractImplementor, Boolean> executingBatchAtClose =
            new PerSession<>();

    private static final class OfTransaction {
        final CounterDeltas deltas = new CounterDeltas();
        final PathDeltas paths = new PathDeltas();
        /** Null if nobody would tell of any. */
        @Nullable
        Savepoints savepoints;
        /** Whether the commit-time write is over: what changes after it has no later moment to be written in. */
        boolean committing;

        boolean isEmpty() {
            return deltas.isEmpty() && paths.isEmpty();
        }
    }

    public PendingDeltas(
            CounterModel model,
            Function<EntityPersister, Set<EntityPersister>> causes,
            ManagedParents parents,
            PathWriter writer,
            OwnQueries queries,
            Settings.Write write) {
        this.model = model;
        this.causes = causes;
        this.parents = parents;
        this.queries = queries;
        this.writer = writer;
        this.writeAtFlush = write == Settings.Write.FLUSH;
    }

    /** Adds a delta, to be written with the transaction's others; without a transaction it is written now. */
    public void add(
            CounterDefinition counter, ParentRow row, BigDecimal amount, SharedSessionContractImplementor session) {
        change(session, pending -> {
            tell(counter, row.id(), amount, session);
            pending.deltas.add(counter, row, amount);
        });
    }

    /** Adds a delta of what is beneath a row, for a counter further up. */
    void addBeneath(PathStep step, Object id, BigDecimal amount, SharedSessionContractImplementor session) {
        change(session, pending -> {
            pending.paths.add(step, id, amount);
            Object end = parents.end(step, id, session);
            if (end != null) {
                tell(step.counter(), end, amount, session);
                pending.paths
                        .shown()
                        .add(step.counter(), new ParentRow(step.counter().table(), end), amount);
            }
        });
    }

    /** Remembers that a row on the way to a counter further up led elsewhere before. */
    void moved(PathStep step, Object id, @Nullable Object from, SharedSessionContractImplementor session) {
        change(session, pending -> pending.paths.moved(step, id, from));
    }

    /** Shows a delta on the instance of a row, if this session manages one. */
    void tell(CounterDefinition counter, Object id, BigDecimal amount, SharedSessionContractImplementor session) {
        parents.tell(counter, id, amount, session);
        OfTransaction pending = transactions.get(session.getTransactionCoordinator());
        if (pending != null && pending.savepoints != null) {
            pending.savepoints.shown(model.parent(counter, session), id, counter.counter(), amount, session);
        }
    }

    /** Remembers what was shown of a change that is written already. */
    public void shown(
            EntityPersister entity,
            Object id,
            String counter,
            BigDecimal amount,
            SharedSessionContractImplementor session) {
        if (ends(session) && !model.isEmpty()) { // with nothing declared no transaction is observed
            Savepoints savepoints = begin(session).savepoints;
            if (savepoints != null) {
                savepoints.shown(entity, id, counter, amount, session);
            }
        }
    }

    /** Whether this session has been rolled back to a savepoint, and may have loaded what is no longer so. */
    public boolean isRolledBack(SharedSessionContractImplementor session) {
        OfTransaction pending = transactions.get(session.getTransactionCoordinator());
        return pending != null && pending.savepoints != null && pending.savepoints.isRolledBack();
    }

    /**
     * Whether there is a transaction whose end this session is told of. A stateless session on a connection of the application
     * takes that for a transaction, too, but hears nothing of it.
     */
    private static boolean ends(SharedSessionContractImplementor session) {
        return session.isTransactionInProgress()
                && (session instanceof SessionImplementor
                        || session.getTransactionCoordinator().isTransactionActive());
    }

    private void change(SharedSessionContractImplementor session, Consumer<OfTransaction> change) {
        boolean waits = ends(session);
        OfTransaction pending = waits ? begin(session) : new OfTransaction();
        change.accept(pending);
        if (!waits || pending.committing) {
            write(pending, session);
        }
    }

    private void write(OfTransaction pending, SharedSessionContractImplementor session) {
        writer.write(pending.deltas, pending.paths, this::tell, session);
    }

    /** What a row has to move by when this session's transaction writes next, as far as that is known. */
    public Map<CounterDefinition, BigDecimal> of(ParentRow row, SharedSessionContractImplementor session) {
        OfTransaction pending = transactions.get(session.getTransactionCoordinator());
        if (pending == null) {
            return Map.of();
        }
        Map<CounterDefinition, BigDecimal> amounts = new HashMap<>(pending.deltas.of(row));
        pending.paths.shown().of(row).forEach((counter, amount) -> amounts.merge(counter, amount, BigDecimal::add));
        return amounts;
    }

    /** Whether what this session changes now is written later, together. */
    public boolean collects(SharedSessionContractImplementor session) {
        OfTransaction pending = transactions.get(session.getTransactionCoordinator());
        return ends(session) && (pending == null || !pending.committing);
    }

    /** Whether this session's transaction has anything to write. */
    public boolean exist(SharedSessionContractImplementor session) {
        OfTransaction pending = transactions.get(session.getTransactionCoordinator());
        return pending != null && !pending.isEmpty();
    }

    /** Forgets a row that this session deletes. */
    public void drop(ParentRow row, SharedSessionContractImplementor session) {
        if (ends(session)) {
            begin(session).deltas.drop(row);
        }
    }

    /** Takes up a row again that this session deleted and now inserts. */
    public void revive(ParentRow row, SharedSessionContractImplementor session) {
        OfTransaction pending = transactions.get(session.getTransactionCoordinator());
        if (pending != null) {
            pending.deltas.revive(row);
        }
    }

    /** Writes what this session's transaction has pending. */
    public void write(SharedSessionContractImplementor session) {
        OfTransaction pending = transactions.get(session.getTransactionCoordinator());
        if (pending != null) {
            write(pending, session);
        }
    }

    /** Flushes the session, unless it is flushed by hand only, then writes what its transaction has pending. */
    public void flushAndWrite(SharedSessionContractImplementor session) {
        if (session instanceof SessionImplementor stateful && stateful.getHibernateFlushMode() != FlushMode.MANUAL) {
            stateful.flush();
        }
        write(session);
    }

    private OfTransaction begin(SharedSessionContractImplementor session) {
        TransactionCoordinator coordinator = session.getTransactionCoordinator();
        OfTransaction pending = transactions.get(coordinator);
        if (pending == null) {
            pending = new OfTransaction();
            transactions.put(coordinator, pending);
            coordinator.addObserver(new CommitObserver(pending, session));
            pending.savepoints = Savepoints.of(pending.deltas, pending.paths, session);
            if (session instanceof StatelessSession && executingBatchAtClose.get(session) == null) {
                executingBatchAtClose.put(session, true);
                executeBatchAtClose(session);
            }
        }
        return pending;
    }

    /**
     * A stateless session drops its open JDBC batch when it is closed, though its JTA transaction may still commit: the
     * children of that batch have been announced, and are in the deltas.
     */
    private static void executeBatchAtClose(SharedSessionContractImplementor session) {
        session.getEventListenerManager().addListener(new SessionEventListener() {
            @Override
            public void end() {
                if (session.isTransactionInProgress()) {
                    session.getJdbcCoordinator().executeBatch();
                }
            }
        });
    }

    /**
     * Writes before the commit, after the last flush. A {@code BeforeCompletionCallback} would come earlier, and would stay
     * registered after a rollback, which Hibernate warns about when the session is closed.
     */
    private final class CommitObserver implements TransactionObserver {

        private final OfTransaction pending;
        private final SharedSessionContractImplementor session;

        CommitObserver(OfTransaction pending, SharedSessionContractImplementor session) {
            this.pending = pending;
            this.session = session;
        }

        @Override
        public void afterBegin() {}

        @Override
        public void beforeCompletion() {
            var transaction = session.getTransactionCoordinator().getTransactionDriverControl();
            if (transaction.getStatus() == TransactionStatus.MARKED_ROLLBACK) {
                return; // JTA asks even after a flush that failed
            }
            pending.committing = true;
            try {
                if (session.getJdbcCoordinator().getLogicalConnection().isOpen()) {
                    // one that shares the connection of another session may be closed before that
                    write(pending, session.isClosed() ? Statements.owner(session) : session);
                } else if (!pending.isEmpty() && isJta()) {
                    writeThroughAnother();
                }
            } catch (RuntimeException e) {
                transaction.markRollbackOnly();
                throw e;
            }
        }

        /** Without JTA, what a closed session has done is rolled back with its connection. */
        private boolean isJta() {
            return session.getTransactionCoordinator()
                    .getTransactionCoordinatorBuilder()
                    .isJta();
        }

        /** A session may be closed before its JTA transaction commits: another one joins the transaction in its place. */
        private void writeThroughAnother() {
            try (var joined = session.getFactory()
                    .withStatelessOptions()
                    .tenantIdentifier(session.getTenantIdentifierValue())
                    .openStatelessSession()) {
                write(pending, (SharedSessionContractImplementor) joined);
            }
        }

        @Override
        public void afterCompletion(boolean successful, boolean delayed) {
            TransactionCoordinator coordinator = session.getTransactionCoordinator();
            coordinator.removeObserver(this);
            transactions.remove(coordinator);
        }
    }

    /**
     * Makes what a statement may read be there: what is flushed for it, and the counters. A stateless session tells nobody of
     * a query, and flushes nothing.
     */
    public void prepare(Set<String> tables, SharedSessionContractImplementor session) {
        if (!(session instanceof StatelessSession)) {
            session.autoFlushIfRequired(tables);
            return;
        }
        OfTransaction pending = transactions.get(session.getTransactionCoordinator());
        if (pending != null && !queries.areUnderWay(session) && concerns(pending, tables, session)) {
            session.getJdbcCoordinator().executeBatch();
            write(pending, session);
        }
    }

    private boolean concerns(OfTransaction pending, Set<String> tables, SharedSessionContractImplementor session) {
        if (pending.isEmpty()) {
            return false;
        }
        Set<String> declared = model.declaredFor(tables, session);
        return pending.deltas.concern(declared) || pending.paths.concern(declared);
    }

    @Override
    public void onFlush(FlushEvent event) {
        if (writeAtFlush) {
            write(event.getSession());
        }
    }

    /** A query that reads a counter has to see it: flush what is counted on the tables that it reads, then write. */
    @Override
    public void onAutoFlush(AutoFlushEvent event) {
        Set<String> tables = event.getQuerySpaces();
        var session = event.getSession();
        if (queries.areUnderWay(session)) {
            return;
        }
        if (writeAtFlush && event.isFlushRequired()) {
            write(session);
        }
        if (tables == null || tables.isEmpty()) {
            return; // a native query that does not say what it reads
        }
        Set<String> together = model.readTogether(tables, causes, session);
        if (!event.isFlushRequired() && together.size() > tables.size()) {
            // Hibernate saw no reason to flush, for it does not know that the children move a counter of the parent
            event.setFlushRequired(session.autoFlushIfRequired(together));
            return; // this listener was asked again, with all tables
        }
        OfTransaction pending = transactions.get(session.getTransactionCoordinator());
        if (pending != null && concerns(pending, tables, session)) {
            write(pending, session);
        }
    }
}
