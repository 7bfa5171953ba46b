package io.countercache.hibernate.internal.bulk.hook;

import io.countercache.hibernate.internal.bulk.BulkInserts;
import io.countercache.hibernate.internal.bulk.BulkInserts.Target;
import io.countercache.hibernate.internal.bulk.BulkStatements;
import io.countercache.hibernate.internal.bulk.ReturningSql;
import io.countercache.hibernate.internal.model.CountedCollections.CountedCollection;
import io.countercache.hibernate.internal.sql.BoundSql;
import io.countercache.hibernate.internal.support.FactoryScope;
import java.sql.PreparedStatement;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.hibernate.StatelessSession;
import org.hibernate.dialect.Dialect;
import org.hibernate.dialect.H2Dialect;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.sql.exec.internal.JdbcOperationQueryDelete;
import org.hibernate.sql.exec.internal.JdbcOperationQueryMutationNative;
import org.hibernate.sql.exec.internal.JdbcOperationQueryUpdate;
import org.hibernate.sql.exec.internal.StandardJdbcMutationExecutor;
import org.hibernate.sql.exec.spi.ExecutionContext;
import org.hibernate.sql.exec.spi.JdbcMutationExecutor;
import org.hibernate.sql.exec.spi.JdbcOperationQueryInsert;
import org.hibernate.sql.exec.spi.JdbcOperationQueryMutation;
import org.hibernate.sql.exec.spi.JdbcParameterBindings;
import org.jspecify.annotations.Nullable;

/** Executes what changes rows: counts a bulk INSERT, warns of a native statement, and leaves all else to Hibernate. */
final class ExecutorHook implements JdbcMutationExecutor {

    static final ExecutorHook INSTANCE = new ExecutorHook();

    private static final Pattern LITERALS = Pattern.compile("'[^']*'");

    private ExecutorHook() {}

    @Override
    public int execute(
            JdbcOperationQueryMutation mutation,
            JdbcParameterBindings values,
            Function<String, PreparedStatement> statements,
            BiConsumer<Integer, PreparedStatement> check,
            ExecutionContext context) {
        BulkStatements bulk = bulk(context);
        if (bulk != null && mutation instanceof JdbcOperationQueryInsert insert) {
            Target target = bulk.inserts().target(mutation.getSqlString());
            if (target != null && !bulk.inserts().isIgnored(context)) {
                return insert(insert, target, bulk.inserts(), values, context);
            }
        }
        if (bulk != null && mutation instanceof JdbcOperationQueryDelete) {
            CountedCollection collection = bulk.collections().deletedBy(mutation.getSqlString());
            if (collection != null && !bulk.policy().isIgnored(context.getSession(), context.getQueryOptions())) {
                return bulk.collections().execute(collection, BoundSql.of(mutation, values), context);
            }
        }
        if (bulk != null && mutation instanceof JdbcOperationQueryUpdate) {
            bulk.uncounted().warnOfSet(mutation.getSqlString());
        }
        if (bulk != null && mutation instanceof JdbcOperationQueryMutationNative) {
            bulk.uncounted().warnOfNative(mutation.getSqlString());
        }
        if (context.getSession() instanceof StatelessSession) {
            StatelessQueryHook.prepare(mutation, context);
        }
        return StandardJdbcMutationExecutor.INSTANCE.execute(mutation, values, statements, check, context);
    }

    private static int insert(
            JdbcOperationQueryInsert insert,
            Target target,
            BulkInserts inserts,
            JdbcParameterBindings values,
            ExecutionContext context) {
        SharedSessionContractImplementor session = context.getSession();
        Dialect dialect = session.getJdbcServices().getDialect();
        inserts.check(target, insert.getSqlString(), mayConflict(insert), dialect);
        BoundSql bound = BoundSql.of(insert, values);
        return inserts.execute(
                target,
                dialect instanceof H2Dialect
                        ? ReturningSql.finalTable(bound, target.table())
                        : ReturningSql.returnedBy(bound, target.table()),
                insert.getAffectedTableNames(),
                context);
    }

    private static boolean mayConflict(JdbcOperationQueryInsert insert) {
        return insert.getSqlString().startsWith("merge ")
                || insert.getUniqueConstraintNameThatMayFail() != null
                || LITERALS.matcher(insert.getSqlString()).replaceAll("''").contains(" on conflict");
    }

    private static @Nullable BulkStatements bulk(ExecutionContext context) {
        return FactoryScope.of(context.getSession().getFactory()).get(BulkStatements.class);
    }
}
