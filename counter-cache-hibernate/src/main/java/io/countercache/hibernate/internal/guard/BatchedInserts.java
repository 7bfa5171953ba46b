package io.countercache.hibernate.internal.guard;

import io.countercache.CounterCacheException;
import io.countercache.hibernate.internal.orm.HibernateFields;
import org.hibernate.engine.jdbc.mutation.spi.BatchKeyAccess;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.persister.entity.mutation.InsertCoordinatorStandard;
import org.jboss.logging.Logger;

/**
 * Sends the INSERTs of an entity in JDBC batches although its UPDATEs and DELETEs compare columns. Hibernate batches none of the
 * three then, but only the other two have a reason: an INSERT compares nothing.
 */
final class BatchedInserts extends InsertCoordinatorStandard {

    private static final Logger LOG = Logger.getLogger(BatchedInserts.class);

    private BatchedInserts(EntityPersister entity) {
        super(entity, entity.getFactory());
    }

    /** Has Hibernate batch the INSERTs of an entity; does nothing if the Java module system forbids it to set Hibernate's field. */
    static void install(EntityPersister entity) {
        if (entity.getInsertCoordinator().getClass() != InsertCoordinatorStandard.class) {
            return; // another kind of coordinator does something that this one does not
        }
        try {
            HibernateFields.setInsertCoordinator(entity, new BatchedInserts(entity));
        } catch (CounterCacheException closed) {
            LOG.debugf(closed.getCause(), "INSERTs of %s are not batched", entity.getEntityName());
        }
    }

    @Override
    protected BatchKeyAccess resolveBatchKeyAccess(boolean dynamicInsert, SharedSessionContractImplementor session) {
        return !dynamicInsert && session.getTransactionCoordinator().isTransactionActive()
                ? this::getBatchKey
                : super.resolveBatchKeyAccess(dynamicInsert, session);
    }
}
