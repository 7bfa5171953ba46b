package io.countercache.hibernate.internal.bulk.hook;

import io.countercache.hibernate.internal.bulk.BulkInserts;
import io.countercache.hibernate.internal.bulk.BulkInserts.Target;
import io.countercache.hibernate.internal.bulk.ReturningSql;
import io.countercache.hibernate.internal.orm.HibernateFields;
import io.countercache.hibernate.internal.sql.BoundSql;
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
 * What Hibernate asks how to execute a bulk INSERT for which it has to make ids, or into several tables. All others it sends
 * through {@link ExecutorHook}, and so it does with what is first put into a temporary table.
 */
record InsertHook(BulkInserts inserts, EntityPersister entity, SqmMultiTableInsertStrategy hibernates)
        implements SqmMultiTableInsertStrategy {

    @Override
    public MultiTableHandlerBuildResult buildHandler(
            SqmInsertStatement<?> statement, DomainParameterXref parameters, DomainQueryExecutionContext context) {
        var adapted = SqmJdbcExecutionContextAdapter.omittingLockingAndPaging(context);
        Target target = inserts.isIgnored(adapted) ? null : inserts.target(entity);
        if (target != null) {
            inserts.check(
                    target,
                    statement.toHqlString(),
                    statement.getConflictClause() != null,
                    context.getSession().getJdbcServices().getDialect());
        }
        if (statement instanceof SqmInsertValuesStatement<?> && !entity.hasMultipleTables()) {
            // Hibernate would not have asked but for MutationHook, which it takes for several tables
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
            if (handler instanceof CteInsertHandler cte) {
                return insertInOne(statement(cte), values, context);
            }
            return inserts.inserting(target, () -> handler.execute(values, context));
        }

        private static JdbcSelect statement(CteInsertHandler handler) {
            return (JdbcSelect) HibernateFields.get(handler, CteInsertHandler.class, "select");
        }

        /** Several INSERTs, and the SELECTs that they take their rows from, in one WITH. */
        private int insertInOne(
                JdbcSelect statement, JdbcParameterBindings values, DomainQueryExecutionContext context) {
            return inserts.execute(
                    target,
                    ReturningSql.insertedWithin(BoundSql.of(statement, values), target.table()),
                    statement.getAffectedTableNames(),
                    SqmJdbcExecutionContextAdapter.omittingLockingAndPaging(context));
        }
    }
}
