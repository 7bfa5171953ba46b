package io.countercache.hibernate.internal.transaction;

import io.countercache.CounterCacheException;
import io.countercache.hibernate.internal.sql.Statements;
import jakarta.persistence.PersistenceException;
import java.util.HashSet;
import java.util.Set;
import org.hibernate.engine.jdbc.spi.JdbcCoordinator;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.resource.jdbc.ResourceRegistry;
import org.springframework.orm.jpa.EntityManagerHolder;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Hears from Spring of the savepoints of its nested transactions, of which Hibernate knows nothing. The only class that
 * refers to Spring: it is loaded only where that is there.
 */
final class SpringSavepoints implements TransactionSynchronization {

    private final Savepoints savepoints;
    private final SharedSessionContractImplementor session;
    /** Those after which something was sent that had been counted before. */
    private final Set<Object> unclear = new HashSet<>();

    private SpringSavepoints(Savepoints savepoints, SharedSessionContractImplementor session) {
        this.savepoints = savepoints;
        this.session = session;
    }

    /** Whether the transaction of this session is one that Spring has begun in this thread. */
    static boolean isManaged(SharedSessionContractImplementor session) {
        return TransactionSynchronizationManager.isSynchronizationActive()
                && TransactionSynchronizationManager.getResourceMap().values().stream()
                        .anyMatch(resource -> resource instanceof EntityManagerHolder holder && holds(holder, session));
    }

    /** A session may share the transaction of the one that Spring has opened. */
    private static boolean holds(EntityManagerHolder holder, SharedSessionContractImplementor session) {
        try {
            return holder.getEntityManager()
                            .unwrap(SharedSessionContractImplementor.class)
                            .getTransactionCoordinator()
                    == session.getTransactionCoordinator();
        } catch (IllegalStateException | PersistenceException e) {
            return false; // closed, or none of Hibernate's
        }
    }

    static Savepoints listen(Savepoints savepoints, SharedSessionContractImplementor session) {
        TransactionSynchronizationManager.registerSynchronization(new SpringSavepoints(savepoints, session));
        return savepoints;
    }

    @Override
    public void savepoint(Object savepoint) {
        if (sendsBatch()) {
            unclear.add(savepoint);
        }
        savepoints.set(savepoint);
    }

    /** Whether a JDBC batch was open: Hibernate leaves one to a stateless session whose batch size is set. */
    private boolean sendsBatch() {
        JdbcCoordinator jdbc = session.getJdbcCoordinator();
        ResourceRegistry statements = jdbc.getLogicalConnection().getResourceRegistry();
        boolean areOpen = statements.hasRegisteredResources();
        jdbc.executeBatch();
        return areOpen && !statements.hasRegisteredResources();
    }

    @Override
    public void savepointRollback(Object savepoint) {
        session.getJdbcCoordinator().abortBatch(); // what was counted but not sent yet would be sent after the rollback
        if (unclear.contains(savepoint)) {
            Statements.markRollbackOnly(session);
            throw new CounterCacheException(
                    "A JDBC batch was open when the savepoint was set, and what it had counted is taken back with it: send the batch before, by CounterCaches.flush()");
        }
        savepoints.rollback(savepoint);
    }
}
