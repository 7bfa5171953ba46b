package io.countercache.hibernate.internal.sql;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import org.hibernate.sql.exec.spi.ExecutionContext;
import org.hibernate.sql.exec.spi.JdbcOperation;
import org.hibernate.sql.exec.spi.JdbcParameterBinder;
import org.hibernate.sql.exec.spi.JdbcParameterBindings;

/** An SQL text with the values of its parameters. */
public record BoundSql(String text, List<JdbcParameterBinder> parameters, JdbcParameterBindings values) {

    /**
     * How many rows the driver fetches at once. A bulk statement may return any number, and by default the driver of PostgreSQL
     * holds all of them in memory. The rows here are short, so 1,000 need little memory, and a round trip for each 1,000 takes
     * little time.
     */
    private static final int FETCHED = 1000;

    public static BoundSql of(JdbcOperation operation, JdbcParameterBindings values) {
        return new BoundSql(operation.getSqlString(), operation.getParameterBinders(), values);
    }

    /** The same parameters with another text, which has them in the same order. */
    public BoundSql as(String other) {
        return new BoundSql(other, parameters, values);
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
        for (JdbcParameterBinder parameter : parameters) {
            parameter.bindParameterValue(statement, position++, values, context);
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
