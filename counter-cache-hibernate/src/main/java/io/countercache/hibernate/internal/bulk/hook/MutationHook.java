package io.countercache.hibernate.internal.bulk.hook;

import io.countercache.hibernate.internal.bulk.BulkMutation;
import io.countercache.hibernate.internal.bulk.BulkStatements;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.query.spi.DomainQueryExecutionContext;
import org.hibernate.query.sqm.internal.DomainParameterXref;
import org.hibernate.query.sqm.mutation.spi.MultiTableHandlerBuildResult;
import org.hibernate.query.sqm.mutation.spi.SqmMultiTableMutationStrategy;
import org.hibernate.query.sqm.tree.SqmDeleteOrUpdateStatement;
import org.jspecify.annotations.Nullable;

/**
 * Tells Hibernate how to execute each bulk DELETE and UPDATE of an entity. Hibernate has such strategies for entities in
 * several tables, but uses that of any entity which has one.
 *
 * @param hibernates how Hibernate would change an entity in several tables; null for one in a single table
 */
record MutationHook(
        BulkStatements bulk,
        EntityPersister entity,
        @Nullable SqmMultiTableMutationStrategy hibernates) implements SqmMultiTableMutationStrategy {

    @Override
    public MultiTableHandlerBuildResult buildHandler(
            SqmDeleteOrUpdateStatement<?> statement,
            DomainParameterXref parameters,
            DomainQueryExecutionContext context) {
        return SingleExecution.by(
                own -> bulk.execute(new BulkMutation(entity, hibernates, statement, parameters, own)));
    }
}
