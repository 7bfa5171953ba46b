package io.countercache.hibernate.internal.write;

import static java.util.Objects.requireNonNull;

import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.orm.Slots;
import io.countercache.hibernate.internal.sql.Columns;
import io.countercache.hibernate.internal.sql.Database;
import io.countercache.hibernate.internal.sql.Databases;
import io.countercache.hibernate.internal.sql.LockOrder;
import io.countercache.hibernate.internal.sql.RowLocks;
import io.countercache.hibernate.internal.sql.SlotSql;
import io.countercache.hibernate.internal.sql.Statements;
import io.countercache.hibernate.internal.support.Chunks;
import java.math.BigDecimal;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.SortedMap;
import java.util.TreeMap;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/**
 * Moves the amounts of slots into the column that they belong to, so that reads have fewer rows to sum. The value of a row stays the
 * same at every moment: the slots go and the column gets their sum in one transaction.
 *
 * <p>The row is locked first, as by everybody who writes the column, and then those slots that nobody else has locked. Whoever adds meanwhile adds to another
 * slot, or waits for the commit and inserts the slot anew.
 *
 * @param entity the entity of the rows
 * @param type the type of the counter
 */
public record SlotSquash(EntityPersister entity, Slots slots, Class<?> type, SharedSessionContractImplementor session) {

    /**
     * What is squashed without waiting.
     *
     * @param slots how many slots are gone
     * @param left the rows that others have locked
     */
    public record Unlocked(int slots, List<Object> left) {}

    /** The amount of one slot of a row. */
    private record Filled(Object id, int slot, BigDecimal amount) {}

    /**
     * Squashes the slots of some rows, waiting for whoever has locked these rows. It does not wait for whoever writes to a slot, where
     * the database can leave that one: that transaction may be going to write the row, too.
     *
     * @return how many slots are gone
     */
    public int squash(Collection<?> ids) {
        return squashLocked(RowLocks.lock(ids, entity, slots.rows(), session), unlocked());
    }

    private String unlocked() {
        Database database = Databases.of(session);
        String unlocked = database.skipLocked();
        return unlocked == null ? database.forUpdate() : unlocked;
    }

    /**
     * Has the columns of some rows hold the whole values, which stay the same, until the transaction ends. Slots are not locked, for
     * the same reason: what they have is taken off by one more slot. Where whoever adds to a slot locks the row, nobody has locked one.
     */
    public void gather(Collection<?> ids) {
        NavigableSet<Object> locked = RowLocks.lock(ids, entity, slots.rows(), session);
        Database database = Databases.of(session);
        if (!database.canAddToSlots() || database.locksReferredRows()) {
            squashLocked(locked, database.forUpdate());
            return;
        }
        SortedMap<Object, BigDecimal> sums = sums(read(locked, ""));
        sums.values().removeIf(sum -> sum.signum() == 0);
        addToColumns(sums);
        sums.replaceAll((id, sum) -> sum.negate());
        add(database.addToSlot(slots.balance()), sums);
    }

    /** The sums of each row, in lock order. */
    private SortedMap<Object, BigDecimal> sums(List<Filled> filled) {
        var sums = new TreeMap<Object, BigDecimal>(LockOrder.of(entity, session));
        filled.forEach(each -> sums.merge(each.id(), each.amount(), BigDecimal::add));
        return sums;
    }

    /**
     * Squashes what nobody else has locked: nothing where the database always waits.
     */
    public Unlocked squashUnlocked(Collection<?> ids) {
        if (Databases.of(session).skipLocked() == null) {
            return new Unlocked(0, List.copyOf(ids));
        }
        NavigableSet<Object> locked = RowLocks.lockUnlocked(ids, entity, slots.rows(), session);
        List<Object> left = ids.stream()
                .<Object>map(id -> id)
                .filter(id -> !locked.contains(id))
                .toList();
        return new Unlocked(squashLocked(locked, unlocked()), left);
    }

    /** The same by one statement where the database has one, so that nobody waits for the messages between several. */
    void squashAtOnce(Collection<?> ids) {
        Chunks.of(ids).forEach(this::squashChunk);
    }

    private void squashChunk(List<?> ids) {
        String sql = Databases.of(session).squash(slots, ids.size());
        if (sql == null) {
            squashUnlocked(ids);
            return;
        }
        Statements.send(sql, this::attempt, session, statement -> {
            int position = 1;
            for (int part = 0; part < SlotSql.PARTS; part++) {
                position = Columns.bindIds(ids, entity, statement, position, session);
            }
            return Statements.executeUpdate(statement, session);
        });
    }

    /**
     * Squashes slots of rows that are locked.
     *
     * @param lock the end of a SELECT that locks slots
     */
    private int squashLocked(NavigableSet<Object> locked, String lock) {
        List<Filled> filled = read(locked, lock);
        if (!filled.isEmpty()) {
            delete(filled);
            addToColumns(sums(filled));
        }
        return filled.size();
    }

    /** Reads slots, row by row if it may have to wait: a query that waits for one row may have locked another one beside it. */
    private List<Filled> read(NavigableSet<Object> ids, String lock) {
        List<Filled> filled = new ArrayList<>();
        Database database = Databases.of(session);
        boolean isSimple = Entities.hasSimpleId(entity);
        boolean mayWait = lock.equals(database.forUpdate());
        for (List<Object> chunk : Chunks.of(ids, isSimple && !mayWait ? LockOrder.rowsAtOnce(session) : 1)) {
            String sql = SlotSql.select(slots, database.byPrimaryKey(slots.table()), chunk.size(), lock);
            Statements.send(sql, this::attempt, session, statement -> {
                Columns.bindIds(chunk, entity, statement, 1, session);
                ResultSet rows =
                        session.getJdbcCoordinator().getResultSetReturn().extract(statement, sql);
                while (rows.next()) {
                    Object id = isSimple ? requireNonNull(Columns.readId(entity, rows, 3, session)) : chunk.get(0);
                    filled.add(new Filled(id, rows.getInt(1), rows.getBigDecimal(2)));
                }
                return filled;
            });
        }
        return filled;
    }

    private void delete(List<Filled> filled) {
        send(SlotSql.delete(slots), statement -> {
            for (Filled each : filled) {
                int position = Columns.bindId(each.id(), entity, statement, 1, session);
                statement.setInt(position, each.slot());
                statement.addBatch();
            }
        });
    }

    private void addToColumns(Map<Object, BigDecimal> sums) {
        add(CounterSql.update(slots.rows(), entity, List.of(slots.column()), List.of(), List.of()), sums);
    }

    /** @param sql its parameters are the amount and the id */
    private void add(String sql, Map<Object, BigDecimal> amounts) {
        if (!amounts.isEmpty()) {
            send(sql, statement -> {
                for (var amount : amounts.entrySet()) {
                    Columns.bind(amount.getValue(), type, statement, 1);
                    Columns.bindId(requireNonNull(amount.getKey()), entity, statement, 2, session);
                    statement.addBatch();
                }
            });
        }
    }

    private interface Binding {
        void bind(PreparedStatement statement) throws SQLException;
    }

    private void send(String sql, Binding batch) {
        Statements.send(sql, this::attempt, session, statement -> {
            batch.bind(statement);
            return Statements.executeBatch(statement, session);
        });
    }

    private String attempt() {
        return "squash the slots of %s of %s".formatted(slots.column(), Entities.name(entity));
    }

    /**
     * The ids of rows that have slots, in the order of the database. For an entity with an id of one column.
     *
     * @param after the id before the first; null for the first of all
     */
    public List<Object> filled(@Nullable Object after, int most) {
        String sql = SlotSql.filled(slots, after != null, most);
        return Statements.query(sql, this::attempt, session, statement -> {
            if (after != null) {
                Columns.bindId(after, entity, statement, 1, session);
            }
            ResultSet rows = session.getJdbcCoordinator().getResultSetReturn().extract(statement, sql);
            List<Object> ids = new ArrayList<>();
            while (rows.next()) {
                ids.add(requireNonNull(Columns.readId(entity, rows, 1, session)));
            }
            return ids;
        });
    }
}
