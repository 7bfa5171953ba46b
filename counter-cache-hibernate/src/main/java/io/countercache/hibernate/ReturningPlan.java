package io.countercache.hibernate;

import io.countercache.hibernate.BulkRows.Group;
import java.util.function.Consumer;
import org.hibernate.query.spi.DomainQueryExecutionContext;
import org.hibernate.query.spi.NonSelectQueryPlan;
import org.hibernate.query.sqm.internal.CacheableSqmInterpretation;
import org.hibernate.query.sqm.internal.SimpleDeleteQueryPlan;
import org.hibernate.query.sqm.internal.SimpleNonSelectQueryPlan;
import org.hibernate.query.sqm.internal.SqmJdbcExecutionContextAdapter;
import org.hibernate.query.sqm.tree.delete.SqmDeleteStatement;
import org.hibernate.sql.ast.tree.AbstractUpdateOrDeleteStatement;
import org.hibernate.sql.ast.tree.MutationStatement;
import org.hibernate.sql.exec.spi.ExecutionContext;
import org.hibernate.sql.exec.spi.JdbcOperationQueryMutation;
import org.hibernate.sql.exec.spi.JdbcParameterBindings;

/** Executes a bulk statement on a single table as Hibernate does, and has it answer with the rows that it has changed. */
final class ReturningPlan {

    private final PendingDeltas pending;
    private final BulkRows rows;
    private final Consumer<Group> groups;

    private ReturningPlan(PendingDeltas pending, BulkRows rows, Consumer<Group> groups) {
        this.pending = pending;
        this.rows = rows;
        this.groups = groups;
    }

    /** Answers with the rows as they were. */
    static NonSelectQueryPlan ofDelete(
            BulkMutation mutation, PendingDeltas pending, BulkRows rows, Consumer<Group> groups) {
        ReturningPlan plan = new ReturningPlan(pending, rows, groups);
        var delete = (SqmDeleteStatement<?>) mutation.statement();
        return new SimpleDeleteQueryPlan(mutation.entity(), delete, mutation.parameters()) {

            @Override
            public int executeUpdate(DomainQueryExecutionContext context) {
                Interpretation own = getInterpretation(context); // the caller has scheduled the clean-up of caches
                return execute(own.interpretation(), own.jdbcParameterBindings(), plan.adapt(context));
            }

            @Override
            protected int execute(
                    CacheableSqmInterpretation<MutationStatement, JdbcOperationQueryMutation> own,
                    JdbcParameterBindings values,
                    ExecutionContext context) {
                for (JdbcOperationQueryMutation inCollection : getCollectionTableDeletes()) {
                    context.getSession()
                            .getJdbcServices()
                            .getJdbcMutationExecutor()
                            .execute(
                                    inCollection,
                                    values,
                                    sql -> context.getSession()
                                            .getJdbcCoordinator()
                                            .getStatementPreparer()
                                            .prepareStatement(sql),
                                    (changed, statement) -> {},
                                    context);
                }
                return plan.run(own, values, context);
            }
        };
    }

    /** Answers with the rows as they are then. */
    static NonSelectQueryPlan ofUpdate(
            BulkMutation mutation, PendingDeltas pending, BulkRows rows, Consumer<Group> groups) {
        ReturningPlan plan = new ReturningPlan(pending, rows, groups);
        return new SimpleNonSelectQueryPlan(mutation.statement(), mutation.parameters()) {

            @Override
            public int executeUpdate(DomainQueryExecutionContext context) {
                Interpretation own = getInterpretation(context);
                return execute(own.interpretation(), own.jdbcParameterBindings(), plan.adapt(context));
            }

            @Override
            protected int execute(
                    CacheableSqmInterpretation<MutationStatement, JdbcOperationQueryMutation> own,
                    JdbcParameterBindings values,
                    ExecutionContext context) {
                return plan.run(own, values, context);
            }
        };
    }

    private ExecutionContext adapt(DomainQueryExecutionContext context) {
        return SqmJdbcExecutionContextAdapter.omittingLockingAndPaging(context);
    }

    private int run(
            CacheableSqmInterpretation<MutationStatement, JdbcOperationQueryMutation> own,
            JdbcParameterBindings values,
            ExecutionContext context) {
        var session = context.getSession();
        pending.prepare(own.jdbcOperation().getAffectedTableNames(), session);
        var target = ((AbstractUpdateOrDeleteStatement) own.statement()).getTargetTable();
        long[] changed = {0};
        ChangedRows.returnedBy(BoundSql.of(own.jdbcOperation(), values), target)
                .forEach(BulkSelect.ofAll(rows.hql(), session), context, row -> {
                    Group group = rows.group(row);
                    changed[0] += group.rows();
                    groups.accept(group);
                });
        return Math.toIntExact(changed[0]);
    }
}
