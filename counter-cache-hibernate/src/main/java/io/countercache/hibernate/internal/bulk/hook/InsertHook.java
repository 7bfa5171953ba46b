package io.countercache.hibernate.internal.bulk.hook;

import io.countercache.hibernate.internal.bulk.BulkInserts;
import io.countercache.hibernate.internal.bulk.BulkInserts.Target;
import io.countercache.hibernate.internal.orm.HibernateFields;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.query.spi.DomainQueryExecutionContext;
import org.hibernate.query.spi.QueryOptions;
import org.hibernate.query.sqm.internal.DomainParameterXref;
import org.hibernate.query.sqm.internal.SimpleNonSelectQueryPlan;
import org.hibernate.query.sqm.internal.SqmJdbcExecutionContextAdapter;
import org.hibernate.query.sqm.mutation.internal.cte.CteInsertHandler;
import org.hibernate.query.sqm.mutation.spi.MultiTableHandler;
import org.hibernate.query.sqm.mutation.spi.MultiTableHandlerBuildResult;
import org.hibernate.query.sqm.mutation.spi.SqmMultiTableInsertStrategy;
import org.hibernate.query.sqm.tree.insert.SqmInsertStatement;
import org.hibernate.query.sqm.tree.insert.SqmInsertValuesStatement;
import org.hibernate.sql.exec.spi.JdbcParameterBindings;
import org.hibernate.sql.exec.spi.JdbcSelect;

/**
 * Tells Hibernate how to execute a bulk INSERT into several tables, or one for which Hibernate has to generate ids. Hibernate
 * executes such an INSERT by several statements, and all other INSERTs by one, which {@link ExecutorHook} gets.
 *
 * @param hibernates how Hibernate would execute it
 */
record InsertHook(BulkInserts inserts, EntityPersister entity, SqmMultiTableInsertStrategy hibernates)
        implements SqmMultiTableInsertStrategy {

    @Override
    public MultiTableHandlerBuildResult buildHandler(
            SqmInsertStatement<?> statement, DomainParameterXref parameters, DomainQueryExecutionContext context) {
        var adapted = SqmJdbcExecutionContextAdapter.omittingLockingAndPaging(context);
        boolean isIgnored = inserts.isIgnored(adapted);
        if (!isIgnored) {
            inserts.checkElements(statement, entity);
        }
        Target target = isIgnored ? null : inserts.target(entity);
        if (target != null) {
            inserts.check(target, statement.toHqlString(), statement.getConflictClause() != null);
        }
        if (statement instanceof SqmInsertValuesStatement<?> && !entity.hasMultipleTables()) {
            // Hibernate asks only because of MutationHook: an entity that has one is taken for an entity in several
            // tables
            var plan = new SimpleNonSelectQueryPlan(statement, parameters);
            return SingleExecution.by(own -> inserts.inserting(target, () -> plan.executeUpdate(own)));
        }
        MultiTableHandlerBuildResult built = hibernates.buildHandler(statement, parameters, context);
        return target == null
                ? built
                : new MultiTableHandlerBuildResult(
                        new Counted(built.multiTableHandler(), inserts, target), built.firstJdbcParameterBindings());
    }

    private record Counted(MultiTableHandler handler, BulkInserts inserts, Target target) implements MultiTableHandler {

        @Override
        public JdbcParameterBindings createJdbcParameterBindings(DomainQueryExecutionContext context) {
            return handler.createJdbcParameterBindings(context);
        }

        @Override
        public boolean dependsOnParameterBindings() {
            return handler.dependsOnParameterBindings();
        }

        @Override
        public boolean isCompatibleWith(JdbcParameterBindings values, QueryOptions options) {
            return handler.isCompatibleWith(values, options);
        }

        @Override
        public int execute(JdbcParameterBindings values, DomainQueryExecutionContext context) {
            return handler instanceof CteInsertHandler within
                    ? inserts.executeWithin(
                            target,
                            (JdbcSelect) HibernateFields.select(within),
                            values,
                            SqmJdbcExecutionContextAdapter.omittingLockingAndPaging(context))
                    : inserts.inserting(target, () -> handler.execute(values, context));
        }
    }
}
