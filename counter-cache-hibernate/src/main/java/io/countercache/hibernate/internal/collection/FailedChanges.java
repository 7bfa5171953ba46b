package io.countercache.hibernate.internal.collection;

import io.countercache.CounterCacheException;
import io.countercache.hibernate.internal.sql.Statements;
import io.countercache.hibernate.internal.transaction.MoveSink;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.resource.transaction.spi.TransactionObserver;
import org.hibernate.resource.transaction.spi.TransactionStatus;

/**
 * Counts the changes of a stateless session that have failed on the way. The application may go on after that and commit, and most
 * databases keep then what was written before the failure. So the rows are counted that the owner has now.
 */
final class FailedChanges {

    private final CollectionReads reads;
    private final MoveSink sink;

    FailedChanges(CollectionReads reads, MoveSink sink) {
        this.reads = reads;
        this.sink = sink;
    }

    /** Counts what a change has left in the table. */
    void count(CollectionChange change) {
        if (change.isOfForeignKeys()) {
            Statements.markRollbackOnly(change.session);
            throw new CounterCacheException(
                    "a statement of %s has failed, and which elements were written before is not known: roll back"
                            .formatted(change));
        }
        if (change.hasDeletedAll()) { // else it has written nothing
            change.as(reads.rows(change, change.session)).moves(sink.of(change.session));
        }
    }

    /** Has the failed changes of a transaction counted before it commits. */
    void observe(WaitingChanges changes, SharedSessionContractImplementor session, Runnable afterwards) {
        var coordinator = session.getTransactionCoordinator();
        coordinator.addObserver(new TransactionObserver() {
            @Override
            public void afterBegin() {}

            @Override
            public void beforeCompletion() {
                if (coordinator.getTransactionDriverControl().getStatus() != TransactionStatus.MARKED_ROLLBACK) {
                    changes.countFailed();
                }
            }

            @Override
            public void afterCompletion(boolean successful, boolean delayed) {
                coordinator.removeObserver(this);
                afterwards.run();
            }
        });
    }
}
