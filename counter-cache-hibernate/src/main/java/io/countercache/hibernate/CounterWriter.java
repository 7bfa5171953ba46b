package io.countercache.hibernate;

import io.countercache.CounterDefinition;
import io.countercache.CounterDeltas;
import io.countercache.CounterDeltas.RowDeltas;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.hibernate.engine.jdbc.spi.JdbcCoordinator;
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

    CounterWriter(CounterModel model, CounterSql sql) {
        this.model = model;
        this.sql = sql;
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
        EntityPersister parent = model.parent(counters.iterator().next(), session);
        String update = sql.update(counters, parent);
        JdbcCoordinator jdbc = session.getJdbcCoordinator();
        // sends the JDBC batches that are open first, so that the children are there before they are counted
        PreparedStatement statement = jdbc.getStatementPreparer().prepareStatement(update);
        try {
            for (RowDeltas row : rows) {
                int position = 1;
                for (Long amount : row.amounts().values()) {
                    statement.setLong(position++, amount);
                }
                CounterSql.bindId(row.row().id(), parent, statement, position, session);
                statement.addBatch();
            }
            execute(statement, session);
        } catch (SQLException e) {
            jdbc.afterFailedStatementExecution(e);
            throw session.getJdbcServices()
                    .getSqlExceptionHelper()
                    .convert(e, "could not move %s of %s".formatted(names(counters), parent.getImportedName()), update);
        } finally {
            jdbc.getLogicalConnection().getResourceRegistry().release(statement);
            jdbc.afterStatementExecution();
        }
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
