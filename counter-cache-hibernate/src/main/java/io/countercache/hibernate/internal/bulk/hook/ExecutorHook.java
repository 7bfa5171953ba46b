package io.countercache.hibernate.internal.bulk.hook;

import io.countercache.hibernate.internal.bulk.BulkInserts.Target;
import io.countercache.hibernate.internal.bulk.BulkStatements;
import io.countercache.hibernate.internal.model.CountedCollections.CountedCollection;
import io.countercache.hibernate.internal.sql.BoundSql;
import io.countercache.hibernate.internal.support.FactoryScope;
import java.sql.PreparedStatement;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.hibernate.StatelessSession;
import org.hibernate.sql.exec.internal.JdbcOperationQueryDelete;
import org.hibernate.sql.exec.internal.JdbcOperationQueryMutationNative;
import org.hibernate.sql.exec.internal.StandardJdbcMutationExecutor;
import org.hibernate.sql.exec.spi.ExecutionContext;
import org.hibernate.sql.exec.spi.JdbcMutationExecutor;
import org.hibernate.sql.exec.spi.JdbcOperationQueryInsert;
import org.hibernate.sql.exec.spi.JdbcOperationQueryMutation;
import org.hibernate.sql.exec.spi.JdbcParameterBindings;
import org.jspecify.annotations.Nullable;

/**
 * Executes the statements of queries: counts bulk INSERTs and DELETEs of rows of collections, logs warnings of statements that
 * are not counted, and leaves everything else to Hibernate.
 */
final class ExecutorHook implements JdbcMutationExecutor {

    static final ExecutorHook INSTANCE = new ExecutorHook();

    private ExecutorHook() {}

    @Override
    public int execute(
            JdbcOperationQueryMutation mutation,
            JdbcParameterBindings values,
            Function<String, PreparedStatement> statements,
            BiConsumer<Integer, PreparedStatement> check,
            ExecutionContext context) {
        BulkStatements bulk = bulk(context);
        if (bulk != null && mutation instanceof JdbcOperationQueryMutationNative) {
            bulk.uncounted().beforeNative(mutation.getSqlString(), context.getSession());
        } else if (bulk != null) {
            bulk.uncounted().before(mutation.getSqlString());
        }
        if (bulk != null
                && mutation instanceof JdbcOperationQueryInsert
                && bulk.inserts().isIgnored(context)) {
            bulk.inserts().ignored(mutation.getSqlString());
        } else if (bulk != null && mutation instanceof JdbcOperationQueryInsert insert) {
            bulk.inserts().checkElements(mutation.getSqlString());
            Target target = bulk.inserts().target(mutation.getSqlString());
            if (target != null) {
                return bulk.inserts().execute(target, insert, values, context);
            }
        }
        if (bulk != null && mutation instanceof JdbcOperationQueryDelete) {
            CountedCollection collection = bulk.collections().deletedBy(mutation.getSqlString());
            if (collection != null && !bulk.policy().isIgnored(context.getSession(), context.getQueryOptions())) {
                return bulk.collections().execute(collection, BoundSql.of(mutation, values), context);
            }
        }
        if (context.getSession() instanceof StatelessSession) {
            SelectHook.prepare(mutation, context);
        }
        return StandardJdbcMutationExecutor.INSTANCE.execute(mutation, values, statements, check, context);
    }

    static @Nullable BulkStatements bulk(ExecutionContext context) {
        return FactoryScope.of(context.getSession().getFactory()).get(BulkStatements.class);
    }
}
