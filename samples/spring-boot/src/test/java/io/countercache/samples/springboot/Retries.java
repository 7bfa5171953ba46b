package io.countercache.samples.springboot;

import org.springframework.dao.PessimisticLockingFailureException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Begins a transaction anew that the database has ended because of a deadlock. */
// tag::retries[]
@Component
class Retries {

    private final TransactionTemplate transaction;

    Retries(PlatformTransactionManager transactions) {
        transaction = new TransactionTemplate(transactions);
    }

    void inTransaction(Runnable work) {
        for (int attempt = 1; ; attempt++) {
            try {
                transaction.executeWithoutResult(status -> work.run());
                return;
            } catch (PessimisticLockingFailureException deadlock) { // CannotAcquireLockException is one
                if (attempt == 3) {
                    throw deadlock;
                }
            }
        }
    }
}
// end::retries[]
