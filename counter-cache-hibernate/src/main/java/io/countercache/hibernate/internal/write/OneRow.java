package io.countercache.hibernate.internal.write;

import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.sql.CommitMessage;
import io.countercache.hibernate.internal.sql.Databases;
import io.countercache.hibernate.internal.sql.Statements;
import io.countercache.hibernate.internal.sql.TouchedAttribute;
import io.countercache.hibernate.internal.write.CounterDeltas.RowDeltas;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.hibernate.engine.spi.SharedSessionContractImplementor;

/**
 * What writes the counters of one row. If the session manages an instance of it, that one shows the new values then, with what
 * other transactions have added.
 *
 * @param touched for each touched attribute, now
 */
record OneRow(
        CounterUpdate update,
        RowDeltas row,
        Map<TouchedAttribute, Object> touched,
        SharedSessionContractImplementor session) {

    /**
     * Returns whether there is such a row.
     *
     * @param commits whether the COMMIT is sent along
     * @param attempt what it does, for the message of its failure
     */
    boolean send(boolean commits, Supplier<String> attempt) {
        if (!Databases.of(session).canReturnUpdated()
                || !ManagedParents.manages(update.parent(), row.row().id(), session)) {
            return send(text(), commits, attempt);
        }
        if (update.returning() != null) {
            return sendReturning(update.returning(), commits, attempt);
        }
        String value = String.valueOf(update.value());
        return commits ? sendAndReadAndCommit(value, attempt) : send(text(), false, attempt) && read(value, attempt);
    }

    private String text() {
        return update.text(List.of(row));
    }

    private static String message(String statement, boolean commits) {
        return commits ? CommitMessage.of(statement, 1) : statement;
    }

    private boolean send(String sql, boolean commits, Supplier<String> attempt) {
        return Statements.attempt(message(sql, commits), attempt, session, statement -> {
            update.bind(row, touched, statement, 1, session);
            return Statements.executeUpdate(statement, session) > 0;
        });
    }

    private boolean sendReturning(String sql, boolean commits, Supplier<String> attempt) {
        String text = message(sql, commits);
        return Statements.attempt(text, attempt, session, statement -> {
            update.bind(row, touched, statement, 1, session);
            return show(session.getJdbcCoordinator().getResultSetReturn().execute(statement, text));
        });
    }

    /**
     * Reads the value of a counter with slots, after one was written. Not by RETURNING: that sees the other slots and the column as they
     * were when the statement began. If it has waited for its slot, a squash may have moved amounts between them meanwhile.
     */
    private boolean read(String value, Supplier<String> attempt) {
        return Statements.attemptQuery(value, attempt, session, statement -> {
            update.bindId(row, statement, 1, session);
            return show(session.getJdbcCoordinator().getResultSetReturn().extract(statement, value));
        });
    }

    /** The same in one message with the COMMIT, which comes last. */
    private boolean sendAndReadAndCommit(String value, Supplier<String> attempt) {
        String text = CommitMessage.of(text() + "; " + value, 1);
        return Statements.attempt(text, attempt, session, statement -> {
            int position = update.bind(row, touched, statement, 1, session);
            update.bindId(row, statement, position, session);
            boolean isHit = Statements.execute(statement, session) > 0;
            return isHit && statement.getMoreResults() && show(statement.getResultSet());
        });
    }

    /** Has the managed instance show the values; false if there is no row. */
    private boolean show(ResultSet values) throws SQLException {
        if (!values.next()) {
            return false;
        }
        int column = 1;
        for (CounterDefinition counter : update.counters()) {
            ManagedParents.show(
                    update.parent(), row.row().id(), counter.counter(), values.getBigDecimal(column++), session);
        }
        return true;
    }
}
