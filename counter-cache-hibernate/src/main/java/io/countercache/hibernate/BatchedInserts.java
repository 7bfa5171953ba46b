package io.countercache.hibernate;

import org.hibernate.engine.jdbc.mutation.spi.BatchKeyAccess;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.persister.entity.mutation.InsertCoordinatorStandard;

/**
 * Sends the INSERTs of an entity in JDBC batches though its UPDATEs and DELETEs compare columns, which are not batched. Hibernate
 * batches none of the three then, but an INSERT compares nothing.
 */
final class BatchedInserts extends InsertCoordinatorStandard {

    BatchedInserts(EntityPersister entity) {
        super(entity, entity.getFactory());
    }

    /** Whether this does what the entity has had before, but for the batches. */
    static boolean canReplace(Object inserts) {
        return inserts.getClass() == InsertCoordinatorStandard.class;
    }

    @Override
    protected BatchKeyAccess resolveBatchKeyAccess(boolean dynamicInsert, SharedSessionContractImplementor session) {
        return !dynamicInsert && session.getTransactionCoordinator().isTransactionActive()
                ? this::getBatchKey
                : super.resolveBatchKeyAccess(dynamicInsert, session);
    }
}
