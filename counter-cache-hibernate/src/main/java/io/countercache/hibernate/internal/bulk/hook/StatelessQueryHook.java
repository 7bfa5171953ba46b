package io.countercache.hibernate.internal.bulk.hook;

import io.countercache.hibernate.internal.bulk.BulkStatements;
import io.countercache.hibernate.internal.bulk.UncountedStatements;
import io.countercache.hibernate.internal.support.FactoryScope;
import io.countercache.hibernate.internal.transaction.ReadBeforeWrite;
import org.hibernate.StatelessSession;
import org.hibernate.sql.exec.internal.JdbcSelectExecutorStandardImpl;
import org.hibernate.sql.exec.spi.ExecutionContext;
import org.hibernate.sql.exec.spi.JdbcOperation;
import org.hibernate.sql.exec.spi.JdbcParameterBindings;
import org.hibernate.sql.exec.spi.JdbcSelect;
import org.hibernate.sql.exec.spi.JdbcSelectExecutor;
import org.hibernate.sql.results.spi.ResultsConsumer;
import org.hibernate.sql.results.spi.RowTransformer;

/**
 * Writes the pending deltas of a stateless session before a query of the session that reads their tables, and has
 * {@link UncountedStatements} look at queries that change or lock rows.
 */
final class StatelessQueryHook extends JdbcSelectExecutorStandardImpl {

    static final JdbcSelectExecutor INSTANCE = new StatelessQueryHook();

    private StatelessQueryHook() {}

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
        if (sql != null && UncountedStatements.mayChangeOrLock(sql)) {
            BulkStatements bulk = ExecutorHook.bulk(context);
            if (bulk != null) {
                bulk.uncounted().beforeSelect(sql);
            }
        }
        if (context.getSession() instanceof StatelessSession) {
            prepare(select, context);
        }
        return super.executeQuery(select, values, context, transformer, type, expected, statements, results);
    }

    static void prepare(JdbcOperation operation, ExecutionContext context) {
        ReadBeforeWrite reads =
                FactoryScope.of(context.getSession().getFactory()).get(ReadBeforeWrite.class);
        if (reads != null) {
            reads.prepare(operation.getAffectedTableNames(), context.getSession());
        }
    }
}
