package io.countercache.hibernate;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.hibernate.LockMode;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.query.sqm.internal.SqmJdbcExecutionContextAdapter;

/**
 * Counts a bulk statement that does not answer with what it has changed: locks the rows that it is about to change, reads
 * them, executes it, and reads them again. That needs the ids of the rows in memory.
 */
final class LockedRows {

    /** How many ids go into one IN list. */
    private static final int CHUNK = 500;

    /**
     * Up to how many rows a statement names all that are locked, so that it leaves alone what has come since. One that looks at
     * other tables always does: what these say may be different now, for as many rows, but others.
     */
    private static final int NAMED = 5_000;

    private final CounterModel model;
    private final PendingDeltas pending;
    private final MoveSink sink;

    LockedRows(CounterModel model, PendingDeltas pending, MoveSink sink) {
        this.model = model;
        this.pending = pending;
        this.sink = sink;
    }

    int execute(BulkMutation mutation, List<BulkRows> classes, BulkDeltas deltas) {
        BulkSelect affected = mutation.lockingAffected(pending);
        List<Object> ids = lock(mutation, affected);
        if (ids.isEmpty()) {
            return 0;
        }
        classes.forEach(rows -> read(ids, rows, mutation.session(), group -> deltas.before(rows.counted(), group)));
        BulkStatements.checkSame(ids.size(), deltas.taken(), mutation);
        boolean isRestricted = ids.size() <= NAMED || affected.looksElsewhere();
        if (mutation.isDelete() && takeAlong(mutation, ids)) {
            isRestricted = true; // of what has come since nobody has looked what it takes along
        }
        int changed = (isRestricted ? mutation.restrictedTo(ids) : mutation).execute();
        // no others can be changed then, but a row more than once that a join finds more than once
        BulkStatements.checkSame(ids.size(), isRestricted ? Math.min(changed, ids.size()) : changed, mutation);
        if (!mutation.isDelete()) {
            classes.forEach(rows -> read(ids, rows, mutation.session(), group -> deltas.after(rows.counted(), group)));
            BulkStatements.checkSame(ids.size(), deltas.given(), mutation);
        }
        return changed;
    }

    /** Counts what the database deletes or cuts off along with rows; false if that is never anything. */
    private boolean takeAlong(BulkMutation delete, List<Object> ids) {
        EntityPersister entity = delete.entity();
        DeleteEdges edges = model.deletes(entity.getFactory());
        if (edges.of(entity).isEmpty()) {
            return false;
        }
        new GoneRows(edges, pending).goneWith(entity, ids, sink.of(delete.session()), delete.session());
        return true;
    }

    private List<Object> lock(BulkMutation mutation, BulkSelect affected) {
        Set<Object> ids = new LinkedHashSet<>(); // a join may answer with a row more than once
        affected.forEach(
                SqmJdbcExecutionContextAdapter.omittingLockingAndPaging(mutation.context()), row -> ids.add(row[0]));
        EntityPersister locked = EntityRows.locked(mutation.entity());
        if (!locked.getTableName().equals(mutation.entity().getTableName())) {
            String hql = "select id(c) from %s c where id(c) in :ids".formatted(locked.getImportedName());
            SharedSessionContractImplementor session = mutation.session();
            for (List<Object> chunk : Chunks.of(ids, CHUNK)) {
                pending.quietly(
                        session,
                        asking -> asking.createSelectionQuery(hql, Object.class)
                                .setParameterList("ids", chunk)
                                .setHibernateLockMode(LockMode.PESSIMISTIC_WRITE)
                                .getResultList());
            }
        }
        return List.copyOf(ids);
    }

    private void read(List<Object> ids, BulkRows rows, SharedSessionContractImplementor session, GroupReader reader) {
        for (List<Object> chunk : Chunks.of(ids, CHUNK)) {
            pending.quietly(
                            session,
                            asking -> asking.createSelectionQuery(rows.hqlByIds(), Object[].class)
                                    .setParameterList("ids", chunk)
                                    .getResultList())
                    .forEach(row -> reader.read(rows.group(row)));
        }
    }

    private interface GroupReader {
        void read(BulkRows.Group group);
    }
}
