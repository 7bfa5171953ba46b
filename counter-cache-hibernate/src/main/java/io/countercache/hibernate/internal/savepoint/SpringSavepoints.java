package io.countercache.hibernate.internal.savepoint;

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
 * Listens to Spring for the savepoints of its nested transactions, which Hibernate does not report. Only this class and the
 * package {@code spring} refer to Spring: they are loaded only where Spring is present.
 */
final class SpringSavepoints implements TransactionSynchronization {

    private final Savepoints savepoints;
    private final SharedSessionContractImplementor session;
    /** Savepoints after which a batch was executed that had been counted before. */
    private final Set<Object> unclear = new HashSet<>();

    private SpringSavepoints(Savepoints savepoints, SharedSessionContractImplementor session) {
        this.savepoints = savepoints;
        this.session = session;
    }

    /** Whether Spring has begun the transaction of this session, in this thread. */
    static boolean isManaged(SharedSessionContractImplementor session) {
        return TransactionSynchronizationManager.isSynchronizationActive()
                && TransactionSynchronizationManager.getResourceMap().values().stream()
                        .anyMatch(resource -> resource instanceof EntityManagerHolder holder && holds(holder, session));
    }

    /** Whether the session has the transaction of the session that Spring has opened: it may be another session that shares it. */
    private static boolean holds(EntityManagerHolder holder, SharedSessionContractImplementor session) {
        try {
            return holder.getEntityManager()
                            .unwrap(SharedSessionContractImplementor.class)
                            .getTransactionCoordinator()
                    == session.getTransactionCoordinator();
        } catch (IllegalStateException | PersistenceException e) {
            return false; // the entity manager is closed, or not one of Hibernate's
        }
    }

    static Savepoints listen(Savepoints savepoints, SharedSessionContractImplementor session) {
        TransactionSynchronizationManager.registerSynchronization(new SpringSavepoints(savepoints, session));
        return savepoints;
    }

    @Override
    public void savepoint(Object savepoint) {
        if (executesBatch()) {
            unclear.add(savepoint);
        }
        savepoints.set(savepoint);
    }

    /** Executes the open JDBC batch, which a stateless session may have; whether there was one. */
    private boolean executesBatch() {
        JdbcCoordinator jdbc = session.getJdbcCoordinator();
        ResourceRegistry statements = jdbc.getLogicalConnection().getResourceRegistry();
        boolean areOpen = statements.hasRegisteredResources();
        jdbc.executeBatch();
        return areOpen && !statements.hasRegisteredResources();
    }

    @Override
    public void savepointRollback(Object savepoint) {
        session.getJdbcCoordinator().abortBatch(); // else what was counted but not sent is sent after the rollback
        if (unclear.contains(savepoint)) {
            Statements.markRollbackOnly(session);
            throw new CounterCacheException(
                    "A JDBC batch was open when the savepoint was set, and what it had counted is taken back with it: send the batch before, by CounterCaches.flush()");
        }
        savepoints.rollback(savepoint);
    }
}
