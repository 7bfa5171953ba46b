package io.countercache.hibernate.internal.bulk;

import io.countercache.hibernate.internal.ondelete.OnDeleteGraph;
import io.countercache.hibernate.internal.ondelete.OnDeleteSearch;
import io.countercache.hibernate.internal.orm.EntityTables;
import io.countercache.hibernate.internal.sql.OwnQueries;
import io.countercache.hibernate.internal.support.Chunks;
import io.countercache.hibernate.internal.transaction.MoveSink;
import io.countercache.hibernate.internal.transaction.PendingDeltas;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.hibernate.LockMode;
import org.hibernate.StaleStateException;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.query.sqm.internal.SqmJdbcExecutionContextAdapter;

/**
 * Counts a bulk statement that does not answer with what it has changed: locks the rows that it is about to change, reads
 * them, executes it, and reads them again. That needs the ids of the rows in memory.
 */
final class LockingExecution {

    /**
     * Up to how many rows a statement names all that are locked, so that it leaves alone what has come since. One that looks at
     * other tables always does: what these say may be different now, for as many rows, but others.
     */
    private static final int NAMED = 5_000;

    private final PendingDeltas pending;
    private final OnDeleteGraph edges;
    private final OwnQueries queries;
    private final MoveSink sink;

    LockingExecution(OnDeleteGraph edges, OwnQueries queries, PendingDeltas pending, MoveSink sink) {
        this.edges = edges;
        this.queries = queries;
        this.pending = pending;
        this.sink = sink;
    }

    int execute(BulkMutation mutation, List<RowGroups> classes, BulkDeltas deltas) {
        OwnSelect affected = mutation.lockingAffected(pending);
        List<Object> ids = lock(mutation, affected);
        if (ids.isEmpty()) {
            return 0;
        }
        classes.forEach(rows -> read(ids, rows, mutation.session(), group -> deltas.before(rows.counted(), group)));
        checkSame(ids.size(), deltas.taken(), mutation);
        boolean isRestricted = ids.size() <= NAMED || affected.looksElsewhere();
        if (mutation.isDelete() && takeAlong(mutation, ids)) {
            isRestricted = true; // of what has come since nobody has looked what it takes along
        }
        int changed = (isRestricted ? mutation.restrictedTo(ids) : mutation).execute();
        // no others can be changed then, but a row more than once that a join finds more than once
        checkSame(ids.size(), isRestricted ? Math.min(changed, ids.size()) : changed, mutation);
        if (!mutation.isDelete()) {
            classes.forEach(rows -> read(ids, rows, mutation.session(), group -> deltas.after(rows.counted(), group)));
            checkSame(ids.size(), deltas.given(), mutation);
        }
        return changed;
    }

    /** Counts what the database deletes or cuts off along with rows; false if that is never anything. */
    private boolean takeAlong(BulkMutation delete, List<Object> ids) {
        EntityPersister entity = delete.entity();
        if (edges.of(entity).isEmpty()) {
            return false;
        }
        new OnDeleteSearch(edges, queries).countAlongWith(entity, ids, sink.of(delete.session()), delete.session());
        return true;
    }

    private List<Object> lock(BulkMutation mutation, OwnSelect affected) {
        Set<Object> ids = new LinkedHashSet<>(); // a join may answer with a row more than once
        affected.forEach(
                SqmJdbcExecutionContextAdapter.omittingLockingAndPaging(mutation.context()), row -> ids.add(row[0]));
        EntityPersister locked = EntityTables.locked(mutation.entity());
        if (!locked.getTableName().equals(mutation.entity().getTableName())) {
            String hql = "select id(c) from %s c where id(c) in :ids".formatted(locked.getImportedName());
            for (List<Object> chunk : Chunks.of(ids)) {
                queries.list(
                        hql,
                        Object.class,
                        query -> query.setParameterList("ids", chunk).setHibernateLockMode(LockMode.PESSIMISTIC_WRITE),
                        mutation.session());
            }
        }
        return List.copyOf(ids);
    }

    private void read(List<Object> ids, RowGroups rows, SharedSessionContractImplementor session, GroupReader reader) {
        queries.forEach(rows.hqlByIds(), Object[].class, ids, session, row -> reader.read(rows.group(row)));
    }

    private static void checkSame(long counted, long changed, BulkMutation mutation) {
        if (counted != changed) {
            throw new StaleStateException(
                    "'%s' has changed %d rows, but %d were counted under locks just before: another transaction has changed what it selects; try again"
                            .formatted(mutation.text(), changed, counted));
        }
    }

    private interface GroupReader {
        void read(RowGroups.Group group);
    }
}
