package io.countercache.hibernate.internal.transaction;

import io.countercache.hibernate.internal.path.PathWriter;
import io.countercache.hibernate.internal.sql.Statements;
import io.countercache.hibernate.internal.write.SquashTurns;
import io.countercache.hibernate.internal.write.WrittenMoves;
import java.util.function.Consumer;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.resource.transaction.spi.TransactionObserver;
import org.hibernate.resource.transaction.spi.TransactionStatus;

/**
 * Writes what a transaction has pending before it commits, after the last flush, but for what goes along with the COMMIT. A {@code BeforeCompletionCallback} would run
 * before that flush, and after a rollback it would stay registered, of which Hibernate warns when the session is closed.
 */
final class CommitWrite implements TransactionObserver {

    private final TransactionDeltas pending;
    private final PathWriter writer;
    private final SquashTurns squashes;
    private final WrittenMoves moves;
    private final SharedSessionContractImplementor session;
    private final Consumer<Boolean> afterwards;

    /** @param afterwards called when the transaction has ended, with whether it was committed */
    CommitWrite(
            TransactionDeltas pending,
            PathWriter writer,
            SquashTurns squashes,
            WrittenMoves moves,
            SharedSessionContractImplementor session,
            Consumer<Boolean> afterwards) {
        this.pending = pending;
        this.writer = writer;
        this.squashes = squashes;
        this.moves = moves;
        this.session = session;
        this.afterwards = afterwards;
    }

    @Override
    public void afterBegin() {}

    @Override
    public void beforeCompletion() {
        var transaction = session.getTransactionCoordinator().getTransactionDriverControl();
        if (transaction.getStatus() == TransactionStatus.MARKED_ROLLBACK) {
            return; // JTA calls this even after a flush that has failed
        }
        pending.isWrittenAtOnce = true;
        try {
            if (session.getJdbcCoordinator().getLogicalConnection().isOpen()) {
                // a session that shares the connection of another one may be closed before that one commits
                var writing = session.isClosed() ? Statements.owner(session) : session;
                pending.writeBeforeCommit(writer, squashes, writing);
                // a session that has given its connection back for the commit, as in Quarkus, has got one again
                writing.getJdbcCoordinator().getLogicalConnection().beforeTransactionCompletion();
            } else if (pending.isLeft() && isJta()) {
                writeByAnotherSession();
            }
        } catch (RuntimeException e) {
            transaction.markRollbackOnly();
            throw e;
        }
    }

    /** Without JTA, the changes of a closed session are rolled back with its connection. */
    private boolean isJta() {
        return session.getTransactionCoordinator()
                .getTransactionCoordinatorBuilder()
                .isJta();
    }

    /** A session may be closed before its JTA transaction commits. Then another session joins the transaction in its place. */
    private void writeByAnotherSession() {
        try (var joined = session.getFactory()
                .withStatelessOptions()
                .tenantIdentifier(session.getTenantIdentifierValue())
                .openStatelessSession()) {
            SharedSessionContractImplementor writing = (SharedSessionContractImplementor) joined;
            moves.inPlace(writing, pending.moves, () -> pending.writeBeforeCommit(writer, squashes, writing));
        }
    }

    @Override
    public void afterCompletion(boolean successful, boolean delayed) {
        session.getTransactionCoordinator().removeObserver(this);
        afterwards.accept(successful);
    }
}
