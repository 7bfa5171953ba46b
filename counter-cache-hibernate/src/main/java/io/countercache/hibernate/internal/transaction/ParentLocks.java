package io.countercache.hibernate.internal.transaction;

import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.model.ParentRow;
import io.countercache.hibernate.internal.model.Snapshot;
import io.countercache.hibernate.internal.model.WatchedAttribute;
import io.countercache.hibernate.internal.model.WatchedEntity;
import io.countercache.hibernate.internal.orm.PerSession;
import io.countercache.hibernate.internal.sql.RowLocks;
import io.countercache.hibernate.internal.write.CounterSql;
import io.countercache.hibernate.internal.write.ManagedParents;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.hibernate.action.internal.DelayedPostInsertIdentifier;
import org.hibernate.engine.spi.EntityEntry;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/**
 * Locks parents before the statements that write their children, where an INSERT of a child locks its parent against an UPDATE by
 * another transaction. Without it, two transactions that have each inserted a child of one parent would wait for each other when
 * they write its counter.
 *
 * <p>A flush says first what it is going to write, so that all of its parents are locked before the first statement, in the order in
 * which all transactions lock rows.
 */
public final class ParentLocks {

    private final boolean areNeeded;
    private final CounterModel model;
    private final CounterSql sql;
    private final PendingDeltas pending;
    /** The rows that the statements of a session are going to need. */
    private final PerSession<Map<ParentRow, EntityPersister>> expected = new PerSession<>();

    /** @param areNeeded whether the database takes such locks */
    public ParentLocks(boolean areNeeded, CounterModel model, CounterSql sql, PendingDeltas pending) {
        this.areNeeded = areNeeded;
        this.model = model;
        this.sql = sql;
        this.pending = pending;
    }

    public boolean areNeeded() {
        return areNeeded;
    }

    /**
     * Announces the change of a row of a child, or of a row on a path.
     *
     * @param before what the row is, as far as the session knows; null for an inserted one
     * @param after what it will be; null for a deleted one
     */
    public void expect(
            WatchedEntity watched,
            @Nullable Object id,
            @Nullable Snapshot before,
            @Nullable Snapshot after,
            SharedSessionContractImplementor session) {
        for (WatchedEntity.CountedBy by : watched.counters()) {
            expect(by.counter(), parent(before, by.association()), session);
            expect(by.counter(), parent(after, by.association()), session);
        }
        if (before != null && !watched.passages().isEmpty()) {
            // the row comes before the rows that it leads to
            expect(watched.entity().getIdentifierTableName(), watched.entity(), id, session);
        }
        for (WatchedEntity.PassedBy by : watched.passages()) {
            EntityPersister next = by.step().target();
            expect(next.getIdentifierTableName(), next, parent(before, by.association()), session);
            expect(next.getIdentifierTableName(), next, parent(after, by.association()), session);
        }
    }

    private static @Nullable Object parent(@Nullable Snapshot snapshot, WatchedAttribute association) {
        Object parent = snapshot == null ? null : snapshot.get(association);
        return parent == WatchedAttribute.UNKNOWN ? null : parent;
    }

    /** Announces a move of a counter by a row that leads to this one. */
    public void expect(CounterDefinition counter, @Nullable Object first, SharedSessionContractImplementor session) {
        if (counter.path().isEmpty()) {
            expect(counter.table(), model.parent(counter), first, session);
        } else {
            EntityPersister next = model.paths().steps(counter).get(0).entity();
            expect(next.getIdentifierTableName(), next, first, session);
        }
    }

    private void expect(
            String table, EntityPersister entity, @Nullable Object id, SharedSessionContractImplementor session) {
        if (id == null || id instanceof DelayedPostInsertIdentifier) {
            return;
        }
        EntityEntry entry = ManagedParents.entry(entity, id, session);
        if (entry == null || entry.isExistsInDatabase()) { // else the session inserts it, and no other one sees it
            expected.get(session, HashMap::new).put(new ParentRow(table, id), entity);
        }
    }

    /** Locks what was announced, before a statement. What the transaction has locked already it does not lock again. */
    public void lock(SharedSessionContractImplementor session) {
        Map<ParentRow, EntityPersister> rows = areNeeded ? expected.remove(session) : null;
        if (rows == null || !session.isTransactionInProgress()) {
            return;
        }
        Set<ParentRow> locked = pending.locked(session);
        Map<String, Map<Object, EntityPersister>> byTable = new TreeMap<>(sql.tableOrder());
        rows.forEach((row, entity) -> {
            if (locked.add(row)) {
                byTable.computeIfAbsent(row.table(), any -> new HashMap<>()).put(row.id(), entity);
            }
        });
        byTable.forEach((table, open) ->
                RowLocks.lock(open.keySet(), open.values().iterator().next(), table, session));
    }

    /** Forgets what was announced: a flush begins or ends. */
    public void forget(SharedSessionContractImplementor session) {
        expected.remove(session);
    }
}
