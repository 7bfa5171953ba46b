package io.countercache.hibernate.internal.bulk;

import io.countercache.hibernate.internal.bulk.RowGroups.Group;
import io.countercache.hibernate.internal.sql.BoundSql;
import io.countercache.hibernate.internal.transaction.PendingDeltas;
import org.hibernate.query.spi.DomainQueryExecutionContext;
import org.hibernate.query.spi.NonSelectQueryPlan;
import org.hibernate.query.sqm.internal.CacheableSqmInterpretation;
import org.hibernate.query.sqm.internal.SimpleDeleteQueryPlan;
import org.hibernate.query.sqm.internal.SimpleNonSelectQueryPlan;
import org.hibernate.query.sqm.internal.SqmJdbcExecutionContextAdapter;
import org.hibernate.query.sqm.tree.delete.SqmDeleteStatement;
import org.hibernate.sql.ast.tree.AbstractUpdateOrDeleteStatement;
import org.hibernate.sql.ast.tree.MutationStatement;
import org.hibernate.sql.ast.tree.delete.DeleteStatement;
import org.hibernate.sql.exec.spi.ExecutionContext;
import org.hibernate.sql.exec.spi.JdbcOperationQueryMutation;
import org.hibernate.sql.exec.spi.JdbcParameterBindings;

/** Executes a bulk statement on a single table as Hibernate does, and has it answer with the rows that it has changed. */
final class ReturningExecution {

    private final PendingDeltas pending;
    private final RowGroups rows;
    private final BulkDeltas deltas;

    private ReturningExecution(PendingDeltas pending, RowGroups rows, BulkDeltas deltas) {
        this.pending = pending;
        this.rows = rows;
        this.deltas = deltas;
    }

    /** Answers with the rows as they were. */
    static NonSelectQueryPlan ofDelete(
            BulkMutation mutation, PendingDeltas pending, RowGroups rows, BulkDeltas deltas) {
        ReturningExecution plan = new ReturningExecution(pending, rows, deltas);
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

    /** Answers with the rows as they were and as they are then. */
    static NonSelectQueryPlan ofUpdate(
            BulkMutation mutation, PendingDeltas pending, RowGroups rows, BulkDeltas deltas) {
        ReturningExecution plan = new ReturningExecution(pending, rows, deltas);
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
        BoundSql sql = BoundSql.of(own.jdbcOperation(), values);
        boolean isDelete = own.statement() instanceof DeleteStatement;
        ReturningSql changed = isDelete ? ReturningSql.deletedBy(sql, target) : ReturningSql.updatedBy(sql, target);
        changed.forEach(OwnSelect.ofAll(rows.hql(), session), context, row -> {
            Group group = rows.group(row);
            if (isDelete || group.rows() < 0) {
                deltas.before(rows.counted(), group.positive());
            } else {
                deltas.after(rows.counted(), group);
            }
        });
        return Math.toIntExact(deltas.taken());
    }
}
