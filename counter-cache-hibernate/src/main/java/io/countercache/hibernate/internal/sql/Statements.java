package io.countercache.hibernate.internal.sql;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.function.Supplier;
import org.hibernate.JDBCException;
import org.hibernate.engine.jdbc.spi.JdbcCoordinator;
import org.hibernate.engine.jdbc.spi.StatementPreparer;
import org.hibernate.engine.spi.SessionImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.resource.jdbc.spi.JdbcSessionOwner;

/** Sends the library's own SQL through Hibernate, whose logging, statement inspectors and listeners see it. */
public final class Statements {

    private Statements() {}

    /** Binds and executes a statement. */
    public interface Sending<R> {
        R send(PreparedStatement statement) throws SQLException;
    }

    /**
     * Prepares a statement and hands it over. What Hibernate has in an open JDBC batch is sent before. If the statement
     * fails, the transaction can only be rolled back: what it was to write is missing, and with a commit counters would drift.
     *
     * @param attempt what the statement does, for the message of its failure: "could not .."
     */
    public static <R> R send(
            String sql, Supplier<String> attempt, SharedSessionContractImplementor session, Sending<R> sending) {
        try {
            return attempt(sql, attempt, session, sending);
        } catch (JDBCException e) {
            throw failed(e, session);
        }
    }

    /**
     * The same for callers that have an answer to some failures. They pass the others to {@link #failed}.
     *
     * @throws JDBCException the reason for the failure, not yet in terms of JPA
     */
    public static <R> R attempt(
            String sql, Supplier<String> attempt, SharedSessionContractImplementor session, Sending<R> sending) {
        return attempt(preparer(session).prepareStatement(sql), sql, attempt, session, sending);
    }

    /** Sends a SELECT to which it does not matter what Hibernate has in an open JDBC batch. That is not sent before. */
    public static <R> R query(
            String sql, Supplier<String> attempt, SharedSessionContractImplementor session, Sending<R> sending) {
        try {
            return attemptQuery(sql, attempt, session, sending);
        } catch (JDBCException e) {
            throw failed(e, session);
        }
    }

    /** The same as {@link #query}, with failures as of {@link #attempt}. */
    public static <R> R attemptQuery(
            String sql, Supplier<String> attempt, SharedSessionContractImplementor session, Sending<R> sending) {
        return attempt(preparer(session).prepareQueryStatement(sql, false, null), sql, attempt, session, sending);
    }

    private static StatementPreparer preparer(SharedSessionContractImplementor session) {
        return session.getJdbcCoordinator().getStatementPreparer();
    }

    private static <R> R attempt(
            PreparedStatement statement,
            String sql,
            Supplier<String> attempt,
            SharedSessionContractImplementor session,
            Sending<R> sending) {
        JdbcCoordinator jdbc = session.getJdbcCoordinator();
        try {
            return sending.send(statement);
        } catch (SQLException e) {
            throw session.getJdbcServices().getSqlExceptionHelper().convert(e, "could not " + attempt.get(), sql);
        } finally {
            jdbc.getLogicalConnection().getResourceRegistry().release(statement);
            jdbc.afterStatementExecution();
        }
    }

    /**
     * Marks the transaction for rollback, and returns the exception to throw for a failed statement: the same type that a
     * flush would throw, so that code which retries after a conflict between entities recognises this one, too.
     */
    public static RuntimeException failed(JDBCException failure, SharedSessionContractImplementor session) {
        markRollbackOnly(session);
        return session instanceof SessionImplementor stateful
                ? stateful.getExceptionConverter().convert(failure)
                : failure;
    }

    /**
     * The session that has opened the connection: of sessions that share it, this one lives longest, and has the JDBC batches.
     */
    public static SharedSessionContractImplementor owner(SharedSessionContractImplementor session) {
        JdbcSessionOwner owner = session.getJdbcCoordinator().getJdbcSessionOwner();
        return owner != session && owner instanceof SharedSessionContractImplementor other ? other : session;
    }

    public static void markRollbackOnly(SharedSessionContractImplementor session) {
        if (session.isTransactionInProgress()) {
            session.getTransactionCoordinator().getTransactionDriverControl().markRollbackOnly();
        }
    }

    /** Executes a statement; returns how many rows it has changed. {@link #send} converts its failure. */
    public static int executeUpdate(PreparedStatement statement, SharedSessionContractImplementor session)
            throws SQLException {
        var listeners = session.getEventListenerManager();
        listeners.jdbcExecuteStatementStart();
        try {
            return statement.executeUpdate();
        } finally {
            listeners.jdbcExecuteStatementEnd();
        }
    }

    /** Executes a text of several statements; returns how many rows the first has changed. What the others return comes after that. */
    public static int execute(PreparedStatement statement, SharedSessionContractImplementor session)
            throws SQLException {
        var listeners = session.getEventListenerManager();
        listeners.jdbcExecuteStatementStart();
        try {
            statement.execute();
            return statement.getUpdateCount();
        } finally {
            listeners.jdbcExecuteStatementEnd();
        }
    }

    /** Executes the batch of a statement; returns how many rows each part has changed. */
    public static int[] executeBatch(PreparedStatement statement, SharedSessionContractImplementor session)
            throws SQLException {
        var listeners = session.getEventListenerManager();
        listeners.jdbcExecuteBatchStart();
        try {
            return statement.executeBatch();
        } finally {
            listeners.jdbcExecuteBatchEnd();
        }
    }
}
