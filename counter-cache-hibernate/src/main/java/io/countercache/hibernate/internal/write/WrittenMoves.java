package io.countercache.hibernate.internal.write;

import io.countercache.hibernate.internal.observe.CounterListeners;
import io.countercache.hibernate.internal.orm.PerSession;
import io.countercache.hibernate.internal.sql.Statements;
import java.sql.SQLException;
import java.util.function.Consumer;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.jspecify.annotations.Nullable;

/**
 * What each transaction has written to counters, until the listeners are told after its commit. Whoever writes to a counter adds that
 * here. While there is no listener nothing is remembered, and nobody asks a session.
 */
public final class WrittenMoves {

    private final CounterListeners listeners;
    // of the session that owns the connection, because sessions that share a transaction write together
    private final PerSession<TransactionMoves> transactions = new PerSession<>();

    public WrittenMoves(CounterListeners listeners) {
        this.listeners = listeners;
    }

    /** Whether somebody wants to know: to be asked first, so that nothing is made for nobody. */
    public boolean areListenedTo() {
        return !listeners.isEmpty();
    }

    /** Begins a transaction. Returns what it is going to write; null if nobody wants to know. */
    public @Nullable TransactionMoves begin(SharedSessionContractImplementor owner) {
        if (!areListenedTo()) {
            return null;
        }
        TransactionMoves moves = new TransactionMoves();
        transactions.put(owner, moves);
        return moves;
    }

    /** Has another session write in the place of one that is closed, and whose transaction goes on. */
    public void inPlace(SharedSessionContractImplementor other, @Nullable TransactionMoves moves, Runnable writing) {
        if (moves == null) {
            writing.run();
            return;
        }
        transactions.put(other, moves);
        try {
            writing.run();
        } finally {
            transactions.remove(other); // no end of a transaction is told of it
        }
    }

    /**
     * Adds what the session has just written. Without a transaction the listeners are told at once, one call for each statement.
     *
     * @param changes adds it
     */
    public void add(SharedSessionContractImplementor session, Consumer<TransactionMoves> changes) {
        TransactionMoves moves = transactions.get(Statements.owner(session));
        if (moves != null) {
            changes.accept(moves);
        } else if (isCommitted(session)) {
            TransactionMoves written = new TransactionMoves();
            changes.accept(written);
            listeners.tell(written.list());
        }
    }

    /** Whether there is no transaction whose end could be waited for, not even one of the application on its own connection. */
    private static boolean isCommitted(SharedSessionContractImplementor session) {
        try {
            return !session.getTransactionCoordinator().isTransactionActive()
                    && session.getJdbcCoordinator()
                            .getLogicalConnection()
                            .getPhysicalConnection()
                            .getAutoCommit();
        } catch (SQLException e) {
            throw session.getJdbcServices()
                    .getSqlExceptionHelper()
                    .convert(e, "could not see whether the connection commits by itself");
        }
    }

    /**
     * Ends a transaction, and tells the listeners if it was committed.
     *
     * @param moves what {@link #begin} has returned: a session that is closed may have forgotten it
     */
    public void end(SharedSessionContractImplementor owner, @Nullable TransactionMoves moves, boolean successful) {
        transactions.remove(owner);
        if (moves != null && successful) {
            listeners.tell(moves.list());
        }
    }
}
