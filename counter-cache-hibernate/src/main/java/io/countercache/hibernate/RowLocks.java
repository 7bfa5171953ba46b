package io.countercache.hibernate;

import java.math.BigDecimal;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.hibernate.JDBCException;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;

/**
 * Locks rows in lock order until the transaction ends: those of the table that has the counters. A query of Hibernate's
 * would lock another table of the entity, or none where it joins several.
 */
final class RowLocks {

    /** How many rows one SELECT locks. */
    private static final int CHUNK = 500;

    private final SharedSessionContractImplementor session;
    private final EntityPersister entity;
    private final String table;
    private final List<String> counters;

    /** @param counters the columns to be read under the lock */
    RowLocks(SharedSessionContractImplementor session, EntityPersister entity, String table, List<String> counters) {
        this.session = session;
        this.entity = entity;
        this.table = table;
        this.counters = counters;
    }

    /** Locks the rows that are there; their counters, null as 0, by id. */
    NavigableMap<Object, List<BigDecimal>> lock(Iterable<?> ids) {
        var inOrder = new TreeSet<>(CounterSql.lockOrder(entity, session));
        ids.forEach(inOrder::add);
        var locked = new TreeMap<Object, List<BigDecimal>>(CounterSql.lockOrder(entity, session));
        EntityRows.tables(entity, table).forEach((each, concrete) -> lock(each, concrete, inOrder, locked));
        return locked;
    }

    private void lock(
            String table, EntityPersister entity, Set<Object> inOrder, NavigableMap<Object, List<BigDecimal>> locked) {
        // the database sorts numbers as we do; anything else it may sort by its own rules, and so is locked row by row
        int size = inOrder.stream().allMatch(Number.class::isInstance) ? CHUNK : 1;
        List<Object> all = List.copyOf(inOrder);
        for (int from = 0; from < all.size(); from += size) {
            List<Object> chunk = all.subList(from, Math.min(from + size, all.size()));
            String sql = CounterSql.selectForUpdate(
                    table,
                    entity,
                    counters,
                    chunk.size(),
                    session.getJdbcServices().getDialect());
            try {
                Statements.send(sql, () -> "lock " + entity.getImportedName(), session, statement -> {
                    int position = 1;
                    for (Object id : chunk) {
                        position = CounterSql.bindId(id, entity, statement, position, session);
                    }
                    return read(chunk, statement, sql, locked);
                });
            } catch (JDBCException e) {
                throw Statements.failed(e, session);
            }
        }
    }

    private int read(
            List<Object> chunk, PreparedStatement statement, String sql, NavigableMap<Object, List<BigDecimal>> locked)
            throws SQLException {
        ResultSet rows = session.getJdbcCoordinator().getResultSetReturn().extract(statement, sql);
        while (rows.next()) {
            Object id =
                    chunk.size() == 1 ? chunk.get(0) : CounterSql.readId(entity, rows, counters.size() + 1, session);
            locked.put(id, CounterSql.readNumbers(rows, counters.size()));
        }
        return locked.size();
    }
}
