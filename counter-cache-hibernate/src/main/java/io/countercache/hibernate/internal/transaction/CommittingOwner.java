package io.countercache.hibernate.internal.transaction;

import io.countercache.hibernate.internal.orm.FailedCommits;
import io.countercache.hibernate.internal.orm.RollbackMark;
import org.hibernate.TransactionException;
import org.hibernate.engine.jdbc.spi.JdbcCoordinator;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.resource.jdbc.spi.JdbcSessionOwner;
import org.hibernate.resource.transaction.backend.jdbc.spi.JdbcResourceTransaction;
import org.hibernate.resource.transaction.backend.jdbc.spi.JdbcResourceTransactionAccess;
import org.hibernate.resource.transaction.spi.TransactionCoordinatorOwner;
import org.hibernate.resource.transaction.spi.TransactionStatus;
import org.jspecify.annotations.Nullable;

/** Stands between a session and the coordinator of its transactions, and writes what is left when these are committed. */
final class CommittingOwner implements TransactionCoordinatorOwner, JdbcResourceTransactionAccess {

    private final JdbcCoordinator jdbc;
    private final PendingDeltas pending;
    private @Nullable Committing transaction;

    CommittingOwner(JdbcCoordinator jdbc, PendingDeltas pending) {
        this.jdbc = jdbc;
        this.pending = pending;
    }

    private SharedSessionContractImplementor session() {
        return (SharedSessionContractImplementor) jdbc.getJdbcSessionOwner();
    }

    /** The transactions of a connection, one after the other. */
    private final class Committing implements JdbcResourceTransaction {

        private final JdbcResourceTransaction connection;
        /** Whether the commit has failed, and Hibernate does not know yet that the transaction is rolled back. */
        private boolean hasFailed;
        /** Whether that was the COMMIT itself. */
        private boolean isCommitRefused;

        Committing(JdbcResourceTransaction connection) {
            this.connection = connection;
        }

        @Override
        public void begin() {
            isCommitRefused = false;
            hasFailed = false;
            connection.begin();
        }

        @Override
        public void commit() {
            try {
                pending.writeAndCommit(session());
            } catch (RuntimeException e) {
                fail(e);
                throw e;
            }
            connection.commit();
        }

        /** Rolls back here: if a commit fails, Hibernate expects that of the connection since version 7.4. */
        private void fail(RuntimeException failure) {
            hasFailed = FailedCommits.ARE_ROLLED_BACK_BY_HIBERNATE;
            isCommitRefused = failure instanceof TransactionException;
            try {
                connection.rollback();
            } catch (RuntimeException e) {
                failure.addSuppressed(e);
            }
        }

        /** Before version 7.4 Hibernate itself rolls back if a commit fails, and calls its callbacks only where it has to. */
        @Override
        public void rollback() {
            if (hasFailed) {
                hasFailed = false;
            } else {
                connection.rollback();
            }
        }

        @Override
        public TransactionStatus getStatus() {
            if (hasFailed) {
                return TransactionStatus.ACTIVE;
            }
            // after a rollback in its own commit Hibernate leaves the connection, and this status, as they are
            TransactionStatus status = connection.getStatus();
            if (!isCommitRefused) {
                return status;
            }
            return status == TransactionStatus.NOT_ACTIVE
                    ? TransactionStatus.ROLLED_BACK
                    : status == TransactionStatus.FAILED_ROLLBACK ? TransactionStatus.FAILED_COMMIT : status;
        }

        @Override
        public void markRollbackOnly() {
            RollbackMark.set(connection);
        }
    }

    @Override
    public JdbcResourceTransaction getResourceLocalTransaction() {
        if (transaction == null) {
            transaction = new Committing(jdbc.getResourceLocalTransaction());
        }
        return transaction;
    }

    @Override
    public void beforeTransactionCompletion() {
        jdbc.beforeTransactionCompletion();
        pending.expectCommit(session());
    }

    @Override
    public void afterTransactionCompletion(boolean successful, boolean delayed) {
        if (transaction != null) {
            transaction.hasFailed = false;
        }
        jdbc.afterTransactionCompletion(successful, delayed);
    }

    @Override
    public boolean isActive() {
        return jdbc.isActive();
    }

    @Override
    public void startTransactionBoundary() {
        jdbc.startTransactionBoundary();
    }

    @Override
    public void afterTransactionBegin() {
        jdbc.afterTransactionBegin();
    }

    @Override
    public JdbcSessionOwner getJdbcSessionOwner() {
        return jdbc.getJdbcSessionOwner();
    }

    @Override
    public void setTransactionTimeOut(int seconds) {
        jdbc.setTransactionTimeOut(seconds);
    }

    @Override
    public void flushBeforeTransactionCompletion() {
        jdbc.flushBeforeTransactionCompletion();
    }
}
