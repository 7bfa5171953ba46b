package io.countercache.hibernate.internal.sql;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.hibernate.sql.exec.spi.ExecutionContext;
import org.hibernate.sql.exec.spi.JdbcOperation;
import org.hibernate.sql.exec.spi.JdbcParameterBinder;
import org.hibernate.sql.exec.spi.JdbcParameterBindings;

/** An SQL text with the values of its parameters. */
public record BoundSql(String text, List<Parameter> parameters) {

    /** A parameter, and the values of all parameters of the statement that it comes from. */
    private record Parameter(JdbcParameterBinder binder, JdbcParameterBindings values) {}

    /**
     * How many rows the driver fetches at once. A bulk statement may return any number, and by default the driver of PostgreSQL
     * holds all of them in memory. The rows here are short, so 1,000 need little memory, and a round trip for each 1,000 takes
     * little time.
     */
    private static final int FETCHED = 1000;

    public static BoundSql of(JdbcOperation operation, JdbcParameterBindings values) {
        return of(operation.getSqlString(), operation.getParameterBinders(), values);
    }

    public static BoundSql of(String text, List<JdbcParameterBinder> parameters, JdbcParameterBindings values) {
        return new BoundSql(
                text,
                parameters.stream()
                        .map(parameter -> new Parameter(parameter, values))
                        .toList());
    }

    /** The same parameters with another text, which has them in the same order. */
    public BoundSql as(String other) {
        return new BoundSql(other, parameters);
    }

    /** The same text with the parameters of another one before its own, to become a part of a text that has both. */
    public BoundSql after(BoundSql first) {
        List<Parameter> both = new ArrayList<>(first.parameters);
        both.addAll(parameters);
        return new BoundSql(text, both);
    }

    public PreparedStatement prepareAndBind(ExecutionContext context) throws SQLException {
        var session = context.getSession();
        PreparedStatement statement = prepare(
                context,
                session.getJdbcServices()
                        .getDialect()
                        .addSqlHintOrComment(
                                text,
                                context.getQueryOptions(),
                                session.getFactory().getSessionFactoryOptions().isCommentsEnabled()));
        int position = 1;
        for (Parameter parameter : parameters) {
            parameter.binder.bindParameterValue(statement, position++, parameter.values, context);
        }
        return statement;
    }

    public static PreparedStatement prepare(ExecutionContext context, String sql) throws SQLException {
        PreparedStatement statement =
                context.getSession().getJdbcCoordinator().getStatementPreparer().prepareStatement(sql);
        statement.setFetchSize(FETCHED);
        return statement;
    }
}
