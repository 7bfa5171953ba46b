package io.countercache.hibernate.internal.bulk.hook;

import org.hibernate.query.spi.DomainQueryExecutionContext;
import org.hibernate.query.spi.QueryOptions;
import org.hibernate.query.sqm.mutation.spi.MultiTableHandler;
import org.hibernate.query.sqm.mutation.spi.MultiTableHandlerBuildResult;
import org.hibernate.sql.exec.spi.JdbcParameterBindings;

/**
 * One execution of a bulk statement. Hibernate builds a handler for each execution, which binds its parameters in advance; this
 * one binds none, because the plan that it executes does.
 */
@FunctionalInterface
interface SingleExecution extends MultiTableHandler {

    int execute(DomainQueryExecutionContext context);

    static MultiTableHandlerBuildResult by(SingleExecution execution) {
        return new MultiTableHandlerBuildResult(execution, JdbcParameterBindings.NO_BINDINGS);
    }

    @Override
    default JdbcParameterBindings createJdbcParameterBindings(DomainQueryExecutionContext context) {
        return JdbcParameterBindings.NO_BINDINGS;
    }

    @Override
    default boolean dependsOnParameterBindings() {
        return false;
    }

    @Override
    default boolean isCompatibleWith(JdbcParameterBindings values, QueryOptions options) {
        return true;
    }

    @Override
    default int execute(JdbcParameterBindings values, DomainQueryExecutionContext context) {
        return execute(context);
    }
}
