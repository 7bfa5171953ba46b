package io.countercache.hibernate.internal.bulk;

import io.countercache.hibernate.internal.model.Moves;
import io.countercache.hibernate.internal.model.RowChange;
import io.countercache.hibernate.internal.observe.Activity;
import io.countercache.hibernate.internal.observe.Figure;
import io.countercache.hibernate.internal.sql.BoundSql;
import io.countercache.hibernate.internal.sql.Database;
import io.countercache.hibernate.internal.transaction.ReadBeforeWrite;
import java.util.List;
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

/**
 * Counts a bulk DELETE or UPDATE of a single table by the rows that the statement itself returns: the fast way, where the
 * database has it. {@link LockingExecution} is the other way.
 */
final class ReturningExecution {

    /**
     * The most parameters that a condition may have. It is twice in the SQL, in which the protocol of PostgreSQL allows 65,535
     * parameters; new values have the rest of them.
     */
    private static final int MOST_PARAMETERS = 30_000;

    private final ReadBeforeWrite reads;
    private final Database database;
    private final Activity activity;

    ReturningExecution(ReadBeforeWrite reads, Database database, Activity activity) {
        this.reads = reads;
        this.database = database;
        this.activity = activity;
    }

    /**
     * Whether the statement can return the rows that it changes.
     *
     * @param affected the query that locks these rows
     */
    boolean isPossible(BulkMutation mutation, OwnSelect affected) {
        return mutation.hibernates() == null
                && database.canQueryBulk()
                && affected.parameterCount() <= MOST_PARAMETERS
                && mutation.entity().getSoftDeleteMapping() == null
                && !mutation.entity().hasWhereRestrictions();
    }

    /** Executes the statement; returns how many rows it has changed. */
    int execute(BulkMutation mutation, OwnSelect affected, RowGroups rows, Moves moves) {
        int changed = plan(
                        mutation,
                        (own, values) -> count(changed(mutation, affected, own, values), mutation, rows, moves))
                .executeUpdate(mutation.context());
        activity.add(Figure.BULK_ROWS, changed); // the statement itself has locked them first
        return changed;
    }

    /** Executes the statement that Hibernate has made. */
    private interface Execution {
        int execute(
                CacheableSqmInterpretation<MutationStatement, JdbcOperationQueryMutation> own,
                JdbcParameterBindings values);
    }

    /** Hibernate's plan for the statement, for its SQL: it has one class for each kind, both with protected methods only. */
    private static NonSelectQueryPlan plan(BulkMutation mutation, Execution execution) {
        if (mutation.statement() instanceof SqmDeleteStatement<?> delete) {
            return new SimpleDeleteQueryPlan(mutation.entity(), delete, mutation.parameters()) {
                @Override
                public int executeUpdate(DomainQueryExecutionContext context) {
                    Interpretation own = getInterpretation(context);
                    executeAsIs(getCollectionTableDeletes(), own.jdbcParameterBindings(), adapted(context));
                    return execution.execute(own.interpretation(), own.jdbcParameterBindings());
                }
            };
        }
        return new SimpleNonSelectQueryPlan(mutation.statement(), mutation.parameters()) {
            @Override
            public int executeUpdate(DomainQueryExecutionContext context) {
                Interpretation own = getInterpretation(context);
                return execution.execute(own.interpretation(), own.jdbcParameterBindings());
            }
        };
    }

    private static ExecutionContext adapted(DomainQueryExecutionContext context) {
        return SqmJdbcExecutionContextAdapter.omittingLockingAndPaging(context);
    }

    /** Deletes the rows of collections, as Hibernate's plan for a DELETE does first. */
    private static void executeAsIs(
            List<JdbcOperationQueryMutation> deletes, JdbcParameterBindings values, ExecutionContext context) {
        var session = context.getSession();
        for (JdbcOperationQueryMutation delete : deletes) {
            session.getJdbcServices()
                    .getJdbcMutationExecutor()
                    .execute(
                            delete,
                            values,
                            sql -> session.getJdbcCoordinator()
                                    .getStatementPreparer()
                                    .prepareStatement(sql),
                            (changed, statement) -> {},
                            context);
        }
    }

    private ReturningSql changed(
            BulkMutation mutation,
            OwnSelect affected,
            CacheableSqmInterpretation<MutationStatement, JdbcOperationQueryMutation> own,
            JdbcParameterBindings values) {
        reads.prepare(own.jdbcOperation().getAffectedTableNames(), mutation.session());
        LockedRows rows = LockedRows.of(
                affected.bound(),
                ((AbstractUpdateOrDeleteStatement) own.statement()).getTargetTable(),
                mutation.entity());
        BoundSql sql = BoundSql.of(own.jdbcOperation(), values);
        return mutation.isDelete() ? ReturningSql.deletedBy(sql, rows, database) : ReturningSql.updatedBy(sql, rows);
    }

    private static int count(ReturningSql changed, BulkMutation mutation, RowGroups rows, Moves moves) {
        long[] before = {0};
        changed.forEach(OwnSelect.ofAll(rows.hql(), mutation.session()), adapted(mutation.context()), group -> {
            RowChange change = mutation.isDelete()
                    ? rows.deleted(group)
                    : RowGroups.rows(group) < 0 ? rows.before(group) : rows.after(group);
            change.moves(moves);
            before[0] += change.before() == null ? 0 : change.rows();
        });
        return Math.toIntExact(before[0]);
    }
}
