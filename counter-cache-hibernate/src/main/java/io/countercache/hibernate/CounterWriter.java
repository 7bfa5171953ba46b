package io.countercache.hibernate;

import io.countercache.CounterDefinition;
import io.countercache.CounterDeltas;
import io.countercache.CounterDeltas.RowDeltas;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.hibernate.dialect.PostgreSQLDialect;
import org.hibernate.engine.jdbc.spi.JdbcCoordinator;
import org.hibernate.engine.spi.SessionImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;

/**
 * Writes deltas through Hibernate's JDBC coordinator, so that its logging, statement inspection and listeners see the
 * statements: in lock order, one UPDATE per row, neighbours of the same text in one JDBC batch.
 */
final class CounterWriter {

    /** How many rows are sent in one JDBC batch. Keeps what the driver holds in memory small. */
    private static final int BATCH_SIZE = 500;

    private final CounterModel model;
    private final CounterSql sql;
    private final ManagedParents parents;
    private final TouchedCaches caches = new TouchedCaches();

    CounterWriter(CounterModel model, CounterSql sql, ManagedParents parents) {
        this.model = model;
        this.sql = sql;
        this.parents = parents;
    }

    /** Writes all deltas and leaves none. */
    void write(CounterDeltas deltas, SharedSessionContractImplementor session) {
        if (deltas.isEmpty()) {
            return;
        }
        List<RowDeltas> rows = deltas.drain(sql.lockOrder(session));
        int from = 0;
        while (from < rows.size()) {
            Set<CounterDefinition> counters = rows.get(from).amounts().keySet();
            int to = from + 1;
            while (to < rows.size()
                    && to - from < BATCH_SIZE
                    && rows.get(to).amounts().keySet().equals(counters)) {
                to++;
            }
            writeBatch(counters, rows.subList(from, to), session);
            from = to;
        }
    }

    private void writeBatch(
            Set<CounterDefinition> counters, List<RowDeltas> rows, SharedSessionContractImplementor session) {
        EntityPersister parent = model.parent(counters, session);
        List<Object> ids = rows.stream().map(row -> row.row().id()).toList();
        caches.around(parent, ids, session, () -> {
            if (rows.size() == 1 && canReturn(session) && parents.manages(parent, ids.get(0), session)) {
                send(sql.updateReturning(counters, parent), counters, parent, session, (statement, text) -> {
                    bind(rows.get(0), parent, statement, session);
                    show(counters, ids.get(0), statement, text, session);
                });
            } else {
                send(sql.update(counters, parent), counters, parent, session, (statement, text) -> {
                    for (RowDeltas row : rows) {
                        bind(row, parent, statement, session);
                        statement.addBatch();
                    }
                    execute(statement, session);
                });
            }
        });
    }

    /** What the database holds, others' changes included, for the price of the UPDATE. */
    private void show(
            Set<CounterDefinition> counters,
            Object id,
            PreparedStatement statement,
            String text,
            SharedSessionContractImplementor session)
            throws SQLException {
        ResultSet values = session.getJdbcCoordinator().getResultSetReturn().extract(statement, text);
        if (values.next()) {
            int column = 1;
            for (CounterDefinition counter : counters) {
                parents.show(counter, id, values.getBigDecimal(column++), session);
            }
        }
    }

    private static boolean canReturn(SharedSessionContractImplementor session) {
        return session.getJdbcServices().getDialect() instanceof PostgreSQLDialect;
    }

    private interface Sending {
        void send(PreparedStatement statement, String text) throws SQLException;
    }

    private static void send(
            String text,
            Set<CounterDefinition> counters,
            EntityPersister parent,
            SharedSessionContractImplementor session,
            Sending sending) {
        JdbcCoordinator jdbc = session.getJdbcCoordinator();
        // sends the JDBC batches that are open first, so that the children are there before they are counted
        PreparedStatement statement = jdbc.getStatementPreparer().prepareStatement(text);
        try {
            sending.send(statement, text);
        } catch (SQLException e) {
            failTransaction(session);
            var failure = session.getJdbcServices()
                    .getSqlExceptionHelper()
                    .convert(e, "could not move %s of %s".formatted(names(counters), parent.getImportedName()), text);
            // as a flush would: who tries again after a conflict over an entity has to recognise this one
            throw session instanceof SessionImplementor stateful
                    ? stateful.getExceptionConverter().convert(failure)
                    : failure;
        } finally {
            jdbc.getLogicalConnection().getResourceRegistry().release(statement);
            jdbc.afterStatementExecution();
        }
    }

    /** What was drained is not written: a caller that catches the exception and commits would make counters drift. */
    private static void failTransaction(SharedSessionContractImplementor session) {
        if (session.isTransactionInProgress()) {
            session.getTransactionCoordinator().getTransactionDriverControl().markRollbackOnly();
        }
    }

    private static void bind(
            RowDeltas row,
            EntityPersister parent,
            PreparedStatement statement,
            SharedSessionContractImplementor session)
            throws SQLException {
        int position = 1;
        for (Long amount : row.amounts().values()) {
            statement.setLong(position++, amount);
        }
        CounterSql.bindId(row.row().id(), parent, statement, position, session);
    }

    private static void execute(PreparedStatement statement, SharedSessionContractImplementor session)
            throws SQLException {
        var listeners = session.getEventListenerManager();
        listeners.jdbcExecuteBatchStart();
        try {
            statement.executeBatch();
        } finally {
            listeners.jdbcExecuteBatchEnd();
        }
    }

    private static String names(Set<CounterDefinition> counters) {
        return counters.stream().map(CounterDefinition::counter).collect(Collectors.joining(", "));
    }
}
