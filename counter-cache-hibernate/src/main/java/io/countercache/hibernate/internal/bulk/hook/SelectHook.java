package io.countercache.hibernate.internal.bulk.hook;

import io.countercache.hibernate.internal.bulk.BulkStatements;
import io.countercache.hibernate.internal.bulk.UncountedStatements;
import io.countercache.hibernate.internal.support.FactoryScope;
import io.countercache.hibernate.internal.transaction.LaterLocks;
import io.countercache.hibernate.internal.transaction.ReadBeforeWrite;
import java.util.List;
import org.hibernate.StatelessSession;
import org.hibernate.sql.exec.internal.BaseExecutionContext;
import org.hibernate.sql.exec.internal.JdbcSelectExecutorStandardImpl;
import org.hibernate.sql.exec.internal.JdbcSelectWithActions;
import org.hibernate.sql.exec.spi.ExecutionContext;
import org.hibernate.sql.exec.spi.JdbcOperation;
import org.hibernate.sql.exec.spi.JdbcParameterBindings;
import org.hibernate.sql.exec.spi.JdbcSelect;
import org.hibernate.sql.exec.spi.JdbcSelectExecutor;
import org.hibernate.sql.results.spi.ResultsConsumer;
import org.hibernate.sql.results.spi.RowTransformer;

/**
 * Writes the pending deltas of a stateless session before a query of the session that reads their tables, and has
 * {@link UncountedStatements} look at queries that change or lock rows, and {@link LaterLocks} at rows that are locked after they are loaded.
 */
final class SelectHook extends JdbcSelectExecutorStandardImpl {

    static final JdbcSelectExecutor INSTANCE = new SelectHook();

    private SelectHook() {}

    @Override
    public <T, R> T executeQuery(
            JdbcSelect select,
            JdbcParameterBindings values,
            ExecutionContext context,
            RowTransformer<R> transformer,
            Class<R> type,
            int expected,
            StatementCreator statements,
            ResultsConsumer<T, R> results) {
        String sql = select.getSqlString();
        boolean mayLock = sql != null && UncountedStatements.mayChangeOrLock(sql);
        if (mayLock) {
            BulkStatements bulk = ExecutorHook.bulk(context);
            if (bulk != null) {
                bulk.uncounted().beforeSelect(sql);
            }
        }
        boolean isStateless = context.getSession() instanceof StatelessSession;
        if (isStateless) {
            prepare(select, context);
        }
        boolean locksLater = select instanceof JdbcSelectWithActions;
        // a stateless session has no events of what it loads
        LaterLocks later = locksLater || (mayLock && isStateless)
                ? FactoryScope.of(context.getSession().getFactory()).get(LaterLocks.class)
                : null;
        if (later != null && locksLater) {
            return later.execute(
                    () -> super.executeQuery(select, values, context, transformer, type, expected, statements, results),
                    context.getSession());
        }
        T result = super.executeQuery(select, values, context, transformer, type, expected, statements, results);
        if (mayLock && context.getClass() == BaseExecutionContext.class && result instanceof List<?> rows) {
            locksLoadedRows(rows, context);
        } else if (later != null) {
            later.show(id -> true, context.getSession());
        }
        return result;
    }

    /** The first column is the id; where there is none but that, nothing is read. */
    private static void locksLoadedRows(List<?> rows, ExecutionContext context) {
        for (Object row : rows) {
            if (row instanceof Object[] columns && columns.length > 1) {
                LaterLocks.locked(columns[0], context.getSession());
            }
        }
    }

    static void prepare(JdbcOperation operation, ExecutionContext context) {
        ReadBeforeWrite reads =
                FactoryScope.of(context.getSession().getFactory()).get(ReadBeforeWrite.class);
        if (reads != null) {
            reads.prepare(operation.getAffectedTableNames(), context.getSession());
        }
    }
}
