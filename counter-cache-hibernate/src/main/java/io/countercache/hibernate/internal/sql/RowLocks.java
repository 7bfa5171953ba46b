package io.countercache.hibernate.internal.sql;

import static java.util.Objects.requireNonNull;

import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.orm.EntityTables;
import io.countercache.hibernate.internal.support.Chunks;
import java.math.BigDecimal;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.metamodel.mapping.BasicEntityIdentifierMapping;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/**
 * Locks rows of a table until the transaction ends.
 *
 * <p>Rows are locked first, and what follows from them is read in a later statement. A statement that has to wait for a lock
 * still sees everything else as it was when the statement began: a count in it would be old. Only a later statement sees
 * what the transaction that held the lock before has committed. Columns of the locked rows themselves are an exception:
 * the database reads these after it has waited, so the locking statement may return them.
 *
 * <p>All transactions lock rows in the same order ({@link LockOrder}), so that no two of them wait for each other. The lock
 * leaves transactions alone that insert children (see {@link Database#forUpdate}); only rows that will be deleted are locked
 * against new children, too.
 *
 * <p>A locking query of Hibernate would lock another table of the entity, or no table if it joins several.
 */
public final class RowLocks {

    private final SharedSessionContractImplementor session;
    private final EntityPersister entity;
    private final String table;
    private final List<String> columns;
    /** Whether it does not matter in which order rows are locked. */
    private final boolean inAnyOrder;
    /** The end of the statement; null for the usual one. */
    private final @Nullable String suffix;
    /** Whether an open JDBC batch is not sent before. */
    private final boolean leavesBatch;

    public interface RowReader<R> {
        R read(ResultSet row) throws SQLException;
    }

    private RowLocks(
            SharedSessionContractImplementor session,
            EntityPersister entity,
            String table,
            List<String> columns,
            boolean inAnyOrder,
            @Nullable String suffix,
            boolean leavesBatch) {
        this.session = session;
        this.entity = entity;
        this.table = table;
        this.columns = columns;
        this.inAnyOrder = inAnyOrder;
        this.suffix = suffix;
        this.leavesBatch = leavesBatch;
    }

    /** Locks those rows that exist, and reads columns of them; returns what was read, by id. */
    public static <R> NavigableMap<Object, R> lock(
            Collection<?> ids,
            EntityPersister entity,
            String table,
            List<String> columns,
            RowReader<R> reader,
            SharedSessionContractImplementor session) {
        return new RowLocks(session, entity, table, columns, false, null, false).lock(ids, reader);
    }

    /** Locks those rows that exist; returns the values of their counters, 0 for null, by id. */
    public static NavigableMap<Object, List<BigDecimal>> lock(
            Collection<?> ids,
            EntityPersister entity,
            String table,
            List<String> counters,
            SharedSessionContractImplementor session) {
        List<String> columns = counters.stream().map(Columns::orZero).toList();
        return lock(ids, entity, table, columns, row -> Columns.readNumbers(row, counters.size()), session);
    }

    /** Locks those rows that exist; returns their ids in lock order. */
    public static NavigableSet<Object> lock(
            Collection<?> ids, EntityPersister entity, String table, SharedSessionContractImplementor session) {
        return new RowLocks(session, entity, table, List.of(), false, null, false)
                .lock(ids, row -> true)
                .navigableKeySet();
    }

    /**
     * Locks those rows that exist by UPDATEs that leave them as they are, where a SELECT would wait for transactions that have inserted
     * rows which refer to them, and be overtaken by new ones ({@link Database#locksAgainstReferrers}).
     *
     * @param column any column that is no key
     */
    public static void lockByUpdate(
            Collection<?> ids,
            EntityPersister entity,
            String table,
            String column,
            SharedSessionContractImplementor session) {
        var inOrder = new TreeSet<Object>(LockOrder.of(entity, session));
        inOrder.addAll(ids);
        EntityTables.tables(entity, table).forEach((each, concrete) -> {
            String sql = Columns.updateAsItIs(each, column, concrete);
            for (List<Object> chunk : Chunks.of(inOrder, LockOrder.rowsAtOnce(session))) {
                Statements.send(sql, () -> "lock " + Entities.name(entity), session, statement -> {
                    for (Object id : chunk) {
                        Columns.bindId(id, concrete, statement, 1, session);
                        statement.addBatch();
                    }
                    return Statements.executeBatch(statement, session).length;
                });
            }
        });
    }

    /** Locks rows that an open JDBC batch of Hibernate is about to change: that is not sent before. */
    public static NavigableSet<Object> lockForBatch(
            Collection<?> ids, EntityPersister entity, String table, SharedSessionContractImplementor session) {
        return new RowLocks(session, entity, table, List.of(), false, null, true)
                .lock(ids, row -> true)
                .navigableKeySet();
    }

    /** Locks those rows that exist as an INSERT that refers to them does ({@link Database#locksReferredRows}). */
    public static void lockReferred(
            Collection<?> ids, EntityPersister entity, String table, SharedSessionContractImplementor session) {
        String suffix = Databases.of(session).forReference();
        new RowLocks(session, entity, table, List.of(), false, suffix, false).lock(ids, row -> true);
    }

    /** Locks those rows that exist and that nobody else has locked; returns their ids in lock order. */
    public static NavigableSet<Object> lockUnlocked(
            Collection<?> ids, EntityPersister entity, String table, SharedSessionContractImplementor session) {
        String suffix = Databases.of(session).skipLocked();
        return new RowLocks(session, entity, table, List.of(), true, suffix, false)
                .lock(ids, row -> true)
                .navigableKeySet();
    }

    /** Locks those rows that exist and will be deleted, also against new rows that refer to them; returns their ids. */
    public static NavigableSet<Object> lockForDelete(
            Collection<?> ids, EntityPersister entity, String table, SharedSessionContractImplementor session) {
        String suffix = Databases.of(session).forDelete();
        return new RowLocks(session, entity, table, List.of(), true, suffix, false)
                .lock(ids, row -> true)
                .navigableKeySet();
    }

    private <R> NavigableMap<Object, R> lock(Collection<?> ids, RowReader<R> reader) {
        var inOrder = new TreeSet<>(LockOrder.of(entity, session));
        inOrder.addAll(ids);
        var locked = new TreeMap<Object, R>(LockOrder.of(entity, session));
        EntityTables.tables(entity, table).forEach((each, concrete) -> lock(each, concrete, inOrder, reader, locked));
        return locked;
    }

    private <R> void lock(
            String table,
            EntityPersister entity,
            Set<Object> inOrder,
            RowReader<R> reader,
            NavigableMap<Object, R> locked) {
        // one statement locks many rows only if the database sorts ids as LockOrder does: those that are no numbers
        // it may sort by its own rules. The order does not matter if rows will be deleted, for the database does that
        // in its own order anyway, or if nobody is waited for
        boolean isInOrder = (inAnyOrder && Columns.hasSimpleKey(table, entity))
                || (inOrder.stream().allMatch(Number.class::isInstance)
                        && entity.getIdentifierMapping() instanceof BasicEntityIdentifierMapping id
                        && id.getJdbcMapping().getJdbcType().isNumber());
        Database database = Databases.of(session);
        int size = isInOrder ? LockOrder.rowsAtOnce(session) : 1;
        for (List<Object> chunk : Chunks.of(inOrder, size)) {
            String lock = suffix != null ? suffix : database.forUpdate();
            String sql = selectForUpdate(table, database.locked(table), entity, columns, chunk.size(), lock);
            Statements.Sending<Integer> sending = statement -> {
                Columns.bindIds(chunk, entity, statement, 1, session);
                return read(chunk, statement, sql, reader, locked);
            };
            Supplier<String> attempt = () -> "lock " + Entities.name(entity);
            if (leavesBatch) {
                Statements.query(sql, attempt, session, sending);
            } else {
                Statements.send(sql, attempt, session, sending);
            }
        }
    }

    private <R> int read(
            List<Object> chunk,
            PreparedStatement statement,
            String sql,
            RowReader<R> reader,
            NavigableMap<Object, R> locked)
            throws SQLException {
        ResultSet rows = session.getJdbcCoordinator().getResultSetReturn().extract(statement, sql);
        while (rows.next()) {
            Object id = chunk.size() == 1
                    ? chunk.get(0)
                    : requireNonNull(Columns.readId(entity, rows, columns.size() + 1, session));
            locked.put(id, reader.read(rows));
        }
        return locked.size();
    }

    /**
     * The statement that locks rows in the order of their ids, and returns the columns to read and then the id.
     *
     * @param from the table, with the hint that locks it if there is one
     * @param lock the end of the statement
     */
    static String selectForUpdate(
            String table, String from, EntityPersister entity, List<String> read, int rows, String lock) {
        List<String> key = Columns.keyColumns(table, entity);
        List<String> columns = new ArrayList<>(read);
        columns.addAll(key);
        String where = rows == 1
                ? Columns.row(table, entity)
                : key.get(0) + " in (" + String.join(", ", Collections.nCopies(rows, "?")) + ") order by " + key.get(0);
        return "select " + String.join(", ", columns) + " from " + from + " where " + where + lock;
    }
}
