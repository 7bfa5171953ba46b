package io.countercache.hibernate.internal.transaction;

import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.model.CounterPaths.PathStep;
import io.countercache.hibernate.internal.model.ParentRow;
import io.countercache.hibernate.internal.orm.PerSession;
import io.countercache.hibernate.internal.path.PathReads;
import io.countercache.hibernate.internal.path.PathWriter;
import io.countercache.hibernate.internal.savepoint.Savepoints;
import io.countercache.hibernate.internal.sql.Statements;
import io.countercache.hibernate.internal.write.SpreadRows;
import io.countercache.hibernate.internal.write.SquashTurns;
import io.countercache.hibernate.internal.write.WrittenMoves;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.hibernate.FlushMode;
import org.hibernate.engine.spi.SessionImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/**
 * The deltas of each transaction. They are written once, with the commit (see {@link CommitWrite}). They are written
 * earlier only where a query would read an old value (see {@link ReadBeforeWrite}), because after an early write a
 * transaction no longer locks rows in the order in which all transactions do.
 */
public final class PendingDeltas {

    private final CounterModel model;
    private final PathReads paths;
    private final PathWriter writer;
    private final SquashTurns squashes;
    private final WrittenMoves moves;
    private final StatelessBatches batches = new StatelessBatches();
    // of the session that owns the connection, because sessions that share a transaction write together
    private final PerSession<TransactionDeltas> transactions = new PerSession<>();

    public PendingDeltas(
            CounterModel model, PathReads paths, PathWriter writer, SquashTurns squashes, WrittenMoves moves) {
        this.model = model;
        this.paths = paths;
        this.writer = writer;
        this.squashes = squashes;
        this.moves = moves;
    }

    /** Adds a delta, to be written with the others of its transaction. Without a transaction it is written now. */
    public void add(CounterDefinition counter, Object id, BigDecimal amount, SharedSessionContractImplementor session) {
        TransactionDeltas pending = begin(session);
        pending.show(counter, id, amount, session);
        pending.deltas.add(counter, id, amount);
        changed(pending, session);
    }

    /** Adds a delta beneath a row, for a counter further up. */
    void addBeneath(PathStep step, Object id, BigDecimal amount, SharedSessionContractImplementor session) {
        CounterDefinition counter = step.counter();
        TransactionDeltas pending = begin(session);
        pending.paths.add(step, id, amount);
        Object end = paths.managedEnd(counter, id, session);
        if (end != null) {
            pending.show(counter, end, amount, session);
            pending.paths.shown().add(counter, end, amount);
        }
        changed(pending, session);
    }

    /** Remembers where a row on a path led before it got another parent. */
    void moved(PathStep step, Object id, @Nullable Object from, SharedSessionContractImplementor session) {
        TransactionDeltas pending = begin(session);
        pending.paths.moved(step, id, from);
        changed(pending, session);
    }

    private void changed(TransactionDeltas pending, SharedSessionContractImplementor session) {
        if (pending.isWrittenAtOnce) {
            pending.write(writer, session);
        }
    }

    /** What is pending in the session's transaction; without a transaction, what is written at once. */
    private TransactionDeltas begin(SharedSessionContractImplementor session) {
        if (!reportsItsEnd(session)) {
            TransactionDeltas unobserved = new TransactionDeltas();
            unobserved.isWrittenAtOnce = true;
            return unobserved;
        }
        SharedSessionContractImplementor owner = Statements.owner(session);
        TransactionDeltas pending = transactions.get(owner);
        return pending == null ? begin(session, owner) : pending;
    }

    private TransactionDeltas begin(SharedSessionContractImplementor session, SharedSessionContractImplementor owner) {
        TransactionDeltas pending = new TransactionDeltas();
        transactions.put(owner, pending);
        session.getTransactionCoordinator()
                .addObserver(new CommitWrite(
                        pending, writer, squashes, moves, session, successful -> end(owner, pending, successful)));
        pending.moves = moves.begin(owner);
        pending.savepoints = Savepoints.of(pending.deltas, pending.paths, pending.moves, session);
        batches.executeAtClose(session);
        return pending;
    }

    private void end(SharedSessionContractImplementor owner, TransactionDeltas ended, boolean successful) {
        transactions.remove(owner);
        moves.end(owner, ended.moves, successful);
    }

    private @Nullable TransactionDeltas in(SharedSessionContractImplementor session) {
        return transactions.get(Statements.owner(session));
    }

    /** Whether the session calls observers at the end of its transaction: a stateless one on a connection of the application does not. */
    private static boolean reportsItsEnd(SharedSessionContractImplementor session) {
        return session.isTransactionInProgress()
                && (session.isEventSource()
                        || session.getTransactionCoordinator().isTransactionActive());
    }

    /** Remembers that an instance shows a change that is written already, for a rollback to a savepoint. */
    public void shown(
            EntityPersister entity,
            Object id,
            String counter,
            BigDecimal amount,
            SharedSessionContractImplementor session) {
        if (reportsItsEnd(session) && !model.isEmpty()) { // with nothing declared no transaction is observed
            Savepoints savepoints = begin(session).savepoints;
            if (savepoints != null) {
                savepoints.shown(entity, id, counter, amount, session);
            }
        }
    }

    /** Whether listeners are told of what is written. */
    public boolean areTold() {
        return moves.areListenedTo();
    }

    /** Tells the listeners after the commit of a change that is written already, and was never pending. */
    public void written(
            EntityPersister entity,
            Object id,
            String counter,
            Class<?> type,
            BigDecimal amount,
            SharedSessionContractImplementor session) {
        if (areTold()) {
            if (reportsItsEnd(session)) {
                begin(session);
            }
            moves.add(session, told -> told.add(entity, id, counter, type, amount));
        }
    }

    /** Whether the session was rolled back to a savepoint, so that instances may have been loaded before that. */
    public boolean isRolledBack(SharedSessionContractImplementor session) {
        TransactionDeltas pending = in(session);
        return pending != null && pending.savepoints != null && pending.savepoints.isRolledBack();
    }

    /** The deltas of a row that the session's transaction writes next, as far as they are known. */
    public Map<CounterDefinition, BigDecimal> of(ParentRow row, SharedSessionContractImplementor session) {
        TransactionDeltas pending = in(session);
        if (pending == null) {
            return Map.of();
        }
        Map<CounterDefinition, BigDecimal> amounts = new HashMap<>(pending.deltas.of(row));
        pending.paths.shown().of(row).forEach((counter, amount) -> amounts.merge(counter, amount, BigDecimal::add));
        return amounts;
    }

    /** Whether deltas that the session adds now are written later. */
    public boolean collects(SharedSessionContractImplementor session) {
        TransactionDeltas pending = in(session);
        return reportsItsEnd(session) && (pending == null || !pending.isWrittenAtOnce);
    }

    /**
     * Announces deltas that become known only when the open JDBC batch of a stateless session is sent. Whoever asks what is
     * pending from now on has it sent.
     */
    public void expect(SharedSessionContractImplementor session) {
        begin(session).isExpecting = true;
    }

    private void executeBatch(@Nullable TransactionDeltas pending, SharedSessionContractImplementor session) {
        if (pending != null && pending.isExpecting) {
            pending.isExpecting = false;
            session.getJdbcCoordinator().executeBatch();
        }
    }

    /** Whether the session's transaction has anything to write. */
    public boolean exist(SharedSessionContractImplementor session) {
        TransactionDeltas pending = in(session);
        executeBatch(pending, session);
        return pending != null && !pending.isEmpty();
    }

    /** Whether the session's transaction may have to move counters in these tables. */
    boolean concern(Set<String> tables, SharedSessionContractImplementor session) {
        TransactionDeltas pending = in(session);
        if (pending == null) {
            return false;
        }
        for (String table : tables) {
            for (String declared : model.tables().declaredFor(table)) {
                executeBatch(pending, session);
                if (pending.concern(declared)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** By how much a counter moves when the session's transaction writes next, as far as that is known. */
    public BigDecimal of(CounterDefinition counter, Object id, SharedSessionContractImplementor session) {
        return of(counter.row(id), session).getOrDefault(counter, BigDecimal.ZERO);
    }

    /** Forgets the deltas of a row that the session deletes. */
    public void drop(ParentRow row, SharedSessionContractImplementor session) {
        if (reportsItsEnd(session)) {
            begin(session).deltas.drop(row);
        }
    }

    /** Has the session's transaction squash slots before it commits, after it has written some, unless it is to squash others already. */
    public void squash(int writes, SharedSessionContractImplementor session) {
        TransactionDeltas pending = in(session);
        boolean isTurn = reportsItsEnd(session) && (pending == null || pending.squashed.isEmpty());
        List<SpreadRows> found = isTurn ? squashes.take(writes, session) : List.of();
        if (!found.isEmpty()) {
            begin(session).squashed = found;
        }
    }

    /** Tells the listeners nothing of a row that the session has deleted. */
    public void deleted(EntityPersister entity, Object id, SharedSessionContractImplementor session) {
        TransactionDeltas pending = areTold() ? in(session) : null;
        if (pending != null && pending.moves != null) {
            pending.moves.drop(entity, id);
        }
    }

    /** Takes up a row again that the session has deleted and now inserts. */
    public void revive(ParentRow row, SharedSessionContractImplementor session) {
        TransactionDeltas pending = in(session);
        if (pending != null) {
            pending.deltas.revive(row);
        }
    }

    /** The rows that the session's transaction has locked for the statements of children. They stay locked until it ends. */
    HeldLocks locked(SharedSessionContractImplementor session) {
        return begin(session).locked;
    }

    /** Says that {@link #writeAndCommit} will be called if the session's transaction is committed now. */
    void expectCommit(SharedSessionContractImplementor owner) {
        TransactionDeltas pending = transactions.get(owner);
        if (pending != null) {
            pending.isCommitHooked = true;
        }
    }

    /** Writes what is left of the session's transaction, along with the COMMIT where that can be; does nothing if nothing is left. */
    void writeAndCommit(SharedSessionContractImplementor owner) {
        TransactionDeltas pending = transactions.get(owner);
        if (pending != null) {
            pending.writeAndCommit(writer, owner);
        }
    }

    /** Writes what the session's transaction has pending. */
    public void write(SharedSessionContractImplementor session) {
        TransactionDeltas pending = in(session);
        executeBatch(pending, session);
        if (pending != null) {
            pending.writeEarly(writer, session);
        }
    }

    /** Flushes the session, unless its flush mode is MANUAL, and writes what its transaction has pending. */
    public void flushAndWrite(SharedSessionContractImplementor session) {
        if (session instanceof SessionImplementor stateful && stateful.getHibernateFlushMode() != FlushMode.MANUAL) {
            stateful.flush();
        }
        write(session);
    }
}
