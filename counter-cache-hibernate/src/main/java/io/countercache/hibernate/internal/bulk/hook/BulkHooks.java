package io.countercache.hibernate.internal.bulk.hook;

import io.countercache.hibernate.internal.bulk.BulkStatements;
import io.countercache.hibernate.internal.orm.HibernateFields;
import io.countercache.hibernate.internal.support.FactoryScope;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.query.sqm.mutation.spi.SqmMultiTableInsertStrategy;

/** Has Hibernate ask the library how to execute the bulk statements that counters may have to do with. */
public final class BulkHooks {

    private BulkHooks() {}

    public static void install(BulkStatements bulk, SessionFactoryImplementor factory) {
        factory.getMappingMetamodel().forEachEntityDescriptor(entity -> {
            if (bulk.concerns(entity)) {
                install(bulk, entity);
            }
        });
        FactoryScope.of(factory).put(BulkStatements.class, bulk); // asked by ExecutorHook
    }

    private static void install(BulkStatements bulk, EntityPersister entity) {
        HibernateFields.set(
                entity,
                "sqmMultiTableMutationStrategy",
                new MutationHook(bulk, entity, entity.getSqmMultiTableMutationStrategy()));
        SqmMultiTableInsertStrategy inserts = entity.getSqmMultiTableInsertStrategy();
        if (inserts != null) {
            HibernateFields.set(entity, "sqmMultiTableInsertStrategy", new InsertHook(bulk.inserts(), entity, inserts));
        }
    }
}
