package io.countercache.hibernate.internal.bulk.hook;

import io.countercache.hibernate.internal.bulk.BulkMutation;
import io.countercache.hibernate.internal.bulk.RefusedStatements;
import io.countercache.hibernate.internal.bulk.UncountedStatements;
import io.countercache.hibernate.internal.orm.HibernateFields;
import io.countercache.hibernate.internal.support.FactoryScope;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.PreparedStatement;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.query.spi.DomainQueryExecutionContext;
import org.hibernate.query.sqm.internal.DomainParameterXref;
import org.hibernate.query.sqm.mutation.spi.SqmMultiTableInsertStrategy;
import org.hibernate.query.sqm.mutation.spi.SqmMultiTableMutationStrategy;
import org.hibernate.query.sqm.tree.SqmDeleteOrUpdateStatement;
import org.hibernate.query.sqm.tree.insert.SqmInsertStatement;
import org.hibernate.sql.exec.internal.StandardJdbcMutationExecutor;
import org.hibernate.sql.exec.spi.ExecutionContext;
import org.hibernate.sql.exec.spi.JdbcMutationExecutor;
import org.hibernate.sql.exec.spi.JdbcOperation;
import org.hibernate.sql.exec.spi.JdbcOperationQueryMutation;
import org.hibernate.sql.exec.spi.JdbcParameterBindings;
import org.hibernate.sql.exec.spi.JdbcSelectExecutor;

/** What there is in place of all other hooks before Hibernate 7.2: bulk statements that move counters are refused. */
public final class RefusingHook implements JdbcMutationExecutor {

    static final RefusingHook INSTANCE = new RefusingHook();

    private RefusingHook() {}

    public static void install(RefusedStatements refused, SessionFactoryImplementor factory) {
        factory.getMappingMetamodel().forEachEntityDescriptor(entity -> {
            if (refused.concerns(entity)) {
                installStrategies(refused, entity);
            }
        });
        FactoryScope.of(factory).put(RefusedStatements.class, refused);
        if (refused.uncounted().refusesSelects()
                && factory.getJdbcServices() instanceof HookedJdbcServices.Refusing services) {
            services.selectBy(checking(refused.uncounted(), services.getJdbcSelectExecutor()));
        }
    }

    /** What executes a query has other parameters in each version, but its statement is the first one. */
    private static JdbcSelectExecutor checking(UncountedStatements uncounted, JdbcSelectExecutor executor) {
        return proxy(JdbcSelectExecutor.class, executor, arguments -> {
            if (arguments.length > 1
                    && arguments[0] instanceof JdbcOperation select
                    && UncountedStatements.mayChangeOrLock(select.getSqlString())) {
                uncounted.beforeSelect(select.getSqlString());
            }
        });
    }

    /** An entity in a single table has none: its statements come here as SQL. */
    private static void installStrategies(RefusedStatements refused, EntityPersister entity) {
        SqmMultiTableMutationStrategy mutations = entity.getSqmMultiTableMutationStrategy();
        if (mutations != null) {
            HibernateFields.setMutationStrategy(
                    entity, checking(SqmMultiTableMutationStrategy.class, mutations, entity, refused));
        }
        SqmMultiTableInsertStrategy inserts = entity.getSqmMultiTableInsertStrategy();
        if (inserts != null) {
            HibernateFields.setInsertStrategy(
                    entity, checking(SqmMultiTableInsertStrategy.class, inserts, entity, refused));
        }
    }

    /** The methods of a strategy are others in each version, but all that execute a statement have the same parameters. */
    private static <T> T checking(Class<T> type, T strategy, EntityPersister entity, RefusedStatements refused) {
        return proxy(type, strategy, arguments -> {
            if (arguments.length == 3) {
                check(arguments[0], arguments[1], arguments[2], entity, refused);
            }
        });
    }

    private static <T> T proxy(Class<T> type, T target, Consumer<Object[]> before) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    if (arguments != null) {
                        before.accept(arguments);
                    }
                    try {
                        return method.invoke(target, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }

    private static void check(
            Object statement, Object parameters, Object context, EntityPersister entity, RefusedStatements refused) {
        if (statement instanceof SqmDeleteOrUpdateStatement<?> mutation) {
            refused.check(new BulkMutation(
                    entity, null, mutation, (DomainParameterXref) parameters, (DomainQueryExecutionContext) context));
        } else if (statement instanceof SqmInsertStatement<?> insert) {
            DomainQueryExecutionContext execution = (DomainQueryExecutionContext) context;
            refused.check(insert, execution.getQueryOptions(), execution.getSession());
        }
    }

    @Override
    public int execute(
            JdbcOperationQueryMutation mutation,
            JdbcParameterBindings values,
            Function<String, PreparedStatement> statements,
            BiConsumer<Integer, PreparedStatement> check,
            ExecutionContext context) {
        RefusedStatements refused =
                FactoryScope.of(context.getSession().getFactory()).get(RefusedStatements.class);
        if (refused != null) {
            String sql = mutation.getSqlString();
            if (isNative(mutation)) {
                refused.uncounted().beforeNative(sql, context.getSession());
            } else {
                refused.uncounted().before(sql);
                refused.check(sql, context.getQueryOptions(), context.getSession());
            }
        }
        return StandardJdbcMutationExecutor.INSTANCE.execute(mutation, values, statements, check, context);
    }

    /** By its name, for the class is in another package than in later versions. */
    private static boolean isNative(JdbcOperationQueryMutation mutation) {
        return mutation.getClass().getSimpleName().contains("Native");
    }
}
