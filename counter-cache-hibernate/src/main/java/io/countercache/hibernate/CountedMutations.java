package io.countercache.hibernate;

import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.query.spi.DomainQueryExecutionContext;
import org.hibernate.query.spi.QueryOptions;
import org.hibernate.query.sqm.internal.DomainParameterXref;
import org.hibernate.query.sqm.mutation.spi.MultiTableHandler;
import org.hibernate.query.sqm.mutation.spi.MultiTableHandlerBuildResult;
import org.hibernate.query.sqm.mutation.spi.SqmMultiTableMutationStrategy;
import org.hibernate.query.sqm.tree.SqmDeleteOrUpdateStatement;
import org.hibernate.sql.exec.spi.JdbcParameterBindings;
import org.jspecify.annotations.Nullable;

/**
 * What Hibernate asks how to execute each bulk DELETE and UPDATE of an entity: it is meant for entities in several tables,
 * but where there is one it is asked for any entity.
 *
 * @param hibernates what Hibernate would do with an entity in several tables; null for one in a single table
 */
record CountedMutations(
        BulkStatements bulk,
        EntityPersister entity,
        @Nullable SqmMultiTableMutationStrategy hibernates) implements SqmMultiTableMutationStrategy {

    @Override
    public MultiTableHandlerBuildResult buildHandler(
            SqmDeleteOrUpdateStatement<?> statement,
            DomainParameterXref parameters,
            DomainQueryExecutionContext context) {
        // Hibernate builds this for each execution; all is left to that, which knows the values
        return new MultiTableHandlerBuildResult(
                new Execution(statement, parameters), JdbcParameterBindings.NO_BINDINGS);
    }

    private final class Execution implements MultiTableHandler {

        private final SqmDeleteOrUpdateStatement<?> statement;
        private final DomainParameterXref parameters;

        Execution(SqmDeleteOrUpdateStatement<?> statement, DomainParameterXref parameters) {
            this.statement = statement;
            this.parameters = parameters;
        }

        @Override
        public JdbcParameterBindings createJdbcParameterBindings(DomainQueryExecutionContext context) {
            return JdbcParameterBindings.NO_BINDINGS;
        }

        @Override
        public boolean dependsOnParameterBindings() {
            return false;
        }

        @Override
        public boolean isCompatibleWith(JdbcParameterBindings values, QueryOptions options) {
            return true;
        }

        @Override
        public int execute(JdbcParameterBindings values, DomainQueryExecutionContext context) {
            return bulk.execute(new BulkMutation(entity, hibernates, statement, parameters, context));
        }
    }
}
