package io.countercache.hibernate.internal.bulk.hook;

import io.countercache.hibernate.internal.bulk.BulkStatements;
import io.countercache.hibernate.internal.orm.EventSession;
import io.countercache.hibernate.internal.orm.HibernateFields;
import io.countercache.hibernate.internal.support.FactoryScope;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.query.sqm.mutation.spi.SqmMultiTableInsertStrategy;

/** Replaces how Hibernate executes the bulk statements on those entities that have to do with counters. */
public final class BulkHooks {

    private BulkHooks() {}

    /** Whether this version of Hibernate lets bulk statements be counted; else {@link RefusingHook} refuses them. */
    public static boolean canCount() {
        return EventSession.mayBeStateless(); // both since 7.2
    }

    public static void install(BulkStatements bulk, SessionFactoryImplementor factory) {
        factory.getMappingMetamodel().forEachEntityDescriptor(entity -> {
            if (bulk.concerns(entity)) {
                install(bulk, entity);
            }
        });
        FactoryScope.of(factory).put(BulkStatements.class, bulk); // read by ExecutorHook
    }

    private static void install(BulkStatements bulk, EntityPersister entity) {
        HibernateFields.setMutationStrategy(
                entity, new MutationHook(bulk, entity, entity.getSqmMultiTableMutationStrategy()));
        SqmMultiTableInsertStrategy inserts = entity.getSqmMultiTableInsertStrategy();
        if (inserts != null) {
            HibernateFields.setInsertStrategy(entity, new InsertHook(bulk.inserts(), entity, inserts));
        }
    }
}
