package io.countercache.hibernate;

import java.util.ArrayList;
import java.util.List;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.query.sqm.internal.SqmJdbcExecutionContextAdapter;

/**
 * Counts a bulk statement that does not answer with what it has changed: locks the rows that it is about to change, reads
 * them, executes it, and reads them again. That needs the ids of the rows in memory.
 */
final class LockedRows {

    /** How many ids go into one IN list. */
    private static final int CHUNK = 500;

    private final PendingDeltas pending;

    LockedRows(PendingDeltas pending) {
        this.pending = pending;
    }

    int execute(BulkMutation mutation, BulkRows rows, BulkDeltas deltas) {
        List<Object> ids = lock(mutation);
        CountedChild counted = rows.counted();
        read(ids, rows, mutation.session(), group -> deltas.before(counted, group));
        BulkStatements.checkSame(ids.size(), deltas.taken(), mutation);
        int changed = mutation.execute();
        BulkStatements.checkSame(ids.size(), changed, mutation);
        if (!mutation.isDelete()) {
            read(ids, rows, mutation.session(), group -> deltas.after(counted, group));
            BulkStatements.checkSame(ids.size(), deltas.given(), mutation);
        }
        return changed;
    }

    private List<Object> lock(BulkMutation mutation) {
        List<Object> ids = new ArrayList<>();
        mutation.lockingAffected(pending)
                .forEach(
                        SqmJdbcExecutionContextAdapter.omittingLockingAndPaging(mutation.context()),
                        row -> ids.add(row[0]));
        return ids;
    }

    private void read(List<Object> ids, BulkRows rows, SharedSessionContractImplementor session, GroupReader reader) {
        for (List<Object> chunk : Chunks.of(ids, CHUNK)) {
            pending.quietly(
                            session,
                            () -> session.createSelectionQuery(rows.hqlByIds(), Object[].class)
                                    .setParameterList("ids", chunk)
                                    .getResultList())
                    .forEach(row -> reader.read(rows.group(row)));
        }
    }

    private interface GroupReader {
        void read(BulkRows.Group group);
    }
}
