package io.countercache.hibernate.internal.transaction;

import static java.util.Objects.requireNonNull;

import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.model.CounterPaths.PathStep;
import io.countercache.hibernate.internal.model.ParentRow;
import io.countercache.hibernate.internal.model.Snapshot;
import io.countercache.hibernate.internal.model.TableOrder;
import io.countercache.hibernate.internal.model.WatchedAttribute;
import io.countercache.hibernate.internal.model.WatchedEntity;
import io.countercache.hibernate.internal.orm.PerSession;
import io.countercache.hibernate.internal.path.PathReads;
import io.countercache.hibernate.internal.sql.RowLocks;
import io.countercache.hibernate.internal.write.CounterSql;
import io.countercache.hibernate.internal.write.ManagedParents;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.hibernate.action.internal.DelayedPostInsertIdentifier;
import org.hibernate.engine.spi.EntityEntry;
import org.hibernate.engine.spi.SessionImplementor;
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
    private final PathReads paths;
    private final OfFlush ofFlush;
    /** What the statements of a session are going to need. */
    private final PerSession<Expected> expected = new PerSession<>();
    /** Whether the flush of a session has announced all. */
    private final PerSession<Boolean> areAnnounced = new PerSession<>();

    /** What a flush has decided to write when it has looked at all entities, and before it sends the first statement. */
    public interface OfFlush {
        void announce(SessionImplementor session, ParentLocks locks);
    }

    /**
     * What statements are going to need.
     *
     * @param rows the rows that they refer to, or change
     * @param written those of them that are written themselves
     * @param steps the rows from which paths lead to counters further up
     */
    private record Expected(
            Map<ParentRow, EntityPersister> rows, Set<ParentRow> written, Map<PathStep, Set<Object>> steps) {

        static Expected nothing() {
            return new Expected(new HashMap<>(), new HashSet<>(), new HashMap<>());
        }

        /** For each row, whether others may refer to it meanwhile. */
        Map<ParentRow, Boolean> shared() {
            return rows.keySet().stream().collect(Collectors.toMap(row -> row, row -> !written.contains(row)));
        }
    }

    /**
     * @param areNeeded whether the database takes such locks
     * @param ofFlush what is called just before the first statement of a flush
     */
    public ParentLocks(
            boolean areNeeded,
            CounterModel model,
            CounterSql sql,
            PathReads paths,
            PendingDeltas pending,
            OfFlush ofFlush) {
        this.areNeeded = areNeeded;
        this.model = model;
        this.sql = sql;
        this.paths = paths;
        this.pending = pending;
        this.ofFlush = ofFlush;
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
            expectNext(by.step(), parent(before, by.association()), session);
            expectNext(by.step(), parent(after, by.association()), session);
        }
    }

    private static @Nullable Object parent(@Nullable Snapshot snapshot, WatchedAttribute association) {
        Object parent = snapshot == null ? null : snapshot.get(association);
        return parent == WatchedAttribute.UNKNOWN ? null : parent;
    }

    /** Announces a move of a counter by a row that leads to this one. */
    public void expect(CounterDefinition counter, @Nullable Object first, SharedSessionContractImplementor session) {
        if (counter.path().isEmpty()) {
            expect(counter.table(), model.parent(counter), first, !sql.goesToSlots(counter), session);
        } else {
            expect(model.paths().steps(counter).get(0), first, session);
        }
    }

    /** Announces the row that a step leads to. */
    private void expectNext(PathStep step, @Nullable Object next, SharedSessionContractImplementor session) {
        PathStep following = model.paths().after(step);
        if (following == null) {
            expect(step.target().getIdentifierTableName(), step.target(), next, session);
        } else {
            expect(following, next, session);
        }
    }

    private void expect(PathStep step, @Nullable Object id, SharedSessionContractImplementor session) {
        if (expect(step.entity().getIdentifierTableName(), step.entity(), id, session)) {
            expected.get(session, Expected::nothing)
                    .steps()
                    .computeIfAbsent(step, any -> new HashSet<>())
                    .add(requireNonNull(id));
        }
    }

    /** Announces the UPDATE of a row: if a child of it is written, too, the row is not to be locked twice, and weaker first. */
    public void expectUpdate(ParentRow row, SharedSessionContractImplementor session) {
        expected.get(session, Expected::nothing).written().add(row);
    }

    private boolean expect(
            String table, EntityPersister entity, @Nullable Object id, SharedSessionContractImplementor session) {
        return expect(table, entity, id, true, session);
    }

    /**
     * Returns false if there is no such row yet: then the session inserts it, and no other one sees it.
     *
     * @param isWritten whether the transaction is going to change the row itself
     */
    private boolean expect(
            String table,
            EntityPersister entity,
            @Nullable Object id,
            boolean isWritten,
            SharedSessionContractImplementor session) {
        if (id == null || id instanceof DelayedPostInsertIdentifier) {
            return false;
        }
        EntityEntry entry = ManagedParents.entry(entity, id, session);
        ParentRow row = new ParentRow(table, id);
        if (entry != null && !entry.isExistsInDatabase()) {
            if (session.isTransactionInProgress()) {
                pending.locked(session).add(row); // the session inserts it, which is as good
            }
            return false;
        }
        Expected statements = expected.get(session, Expected::nothing);
        statements.rows().put(row, entity);
        if (isWritten) {
            statements.written().add(row);
        }
        return true;
    }

    /** Where they are needed: locks what was announced, before a statement. What the transaction has locked already it does not lock again. */
    public void lock(SharedSessionContractImplementor session) {
        if (session instanceof SessionImplementor stateful
                && stateful.getPersistenceContextInternal().isFlushing()
                && areAnnounced.get(session) == null) {
            areAnnounced.put(session, true);
            ofFlush.announce(stateful, this);
        }
        Expected announced = expected.remove(session);
        if (announced == null || !session.isTransactionInProgress()) {
            return;
        }
        HeldLocks locked = pending.locked(session);
        if (locked.containsAll(announced.shared())) {
            return; // and so are the rows further up
        }
        addFurtherUp(announced, session);
        Map<String, Set<ParentRow>> byTable = new TreeMap<>(sql.tableOrder());
        announced.shared().forEach((row, isShared) -> {
            if (!locked.contains(row, isShared)) {
                byTable.computeIfAbsent(row.table(), any -> new HashSet<>()).add(row);
            }
        });
        byTable.forEach((table, rows) -> lock(table, rows, announced, locked, session));
    }

    /** Locks all rows of a table in the same way, for one statement has to lock them in their order. */
    private static void lock(
            String table,
            Set<ParentRow> rows,
            Expected announced,
            HeldLocks locked,
            SharedSessionContractImplementor session) {
        List<Object> ids = rows.stream().map(ParentRow::id).toList();
        EntityPersister entity =
                requireNonNull(announced.rows().get(rows.iterator().next()));
        if (rows.stream().anyMatch(announced.written()::contains)) {
            RowLocks.lock(ids, entity, table, session);
            rows.forEach(locked::add);
        } else {
            RowLocks.lockReferred(ids, entity, table, session);
            rows.forEach(locked::addShared);
        }
    }

    /**
     * Adds the rows further up that would be locked with the commit, but come before a row that is locked now. The others wait for the
     * commit: the further up, the more transactions need a row.
     */
    private void addFurtherUp(Expected announced, SharedSessionContractImplementor session) {
        if (announced.steps().isEmpty()) {
            return;
        }
        TableOrder order = model.paths().order();
        String last = announced.rows().keySet().stream()
                .map(ParentRow::table)
                .max(order.comparator())
                .orElseThrow();
        paths.ahead(announced.steps(), table -> order.isUpTo(last, table), session)
                .forEach((table, ids) -> ids.forEach(id -> {
                    ParentRow row = new ParentRow(table, id);
                    announced.rows().putIfAbsent(row, paths.entityIn(table));
                    announced.written().add(row);
                }));
    }

    /** Forgets what was announced: a flush begins or ends. */
    public void forget(SharedSessionContractImplementor session) {
        expected.remove(session);
        areAnnounced.remove(session);
    }
}
