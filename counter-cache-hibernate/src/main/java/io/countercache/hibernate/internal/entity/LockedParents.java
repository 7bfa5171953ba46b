package io.countercache.hibernate.internal.entity;

import io.countercache.hibernate.internal.model.ParentCounter;
import io.countercache.hibernate.internal.model.Snapshot;
import io.countercache.hibernate.internal.model.WatchedEntity;
import io.countercache.hibernate.internal.orm.EventSession;
import io.countercache.hibernate.internal.transaction.ParentLocks;
import java.util.List;
import org.hibernate.engine.spi.EntityEntry;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.event.spi.AbstractPreDatabaseOperationEvent;
import org.hibernate.event.spi.FlushEntityEvent;
import org.jspecify.annotations.Nullable;

/** Tells {@link ParentLocks} which parents the statements of entities are going to need, and has these locked before them. */
final class LockedParents {

    private final ParentLocks locks;

    LockedParents(ParentLocks locks) {
        this.locks = locks;
    }

    /** False on most databases: then there is no need to call the others. */
    boolean areNeeded() {
        return locks.areNeeded();
    }

    /** Called for each entity of a flush, after Hibernate has found out whether it is dirty. */
    void onFlushEntity(FlushEntityEvent event, WatchedEntity watched) {
        EntityEntry entry = event.getEntityEntry();
        SharedSessionContractImplementor session = event.getSession();
        boolean isDeleted = entry.getStatus().isDeletedOrGone();
        Object[] loaded = isDeleted ? entry.getDeletedState() : entry.getLoadedState();
        Snapshot before =
                loaded == null || !entry.isExistsInDatabase() ? null : watched.snapshot(entry.getId(), loaded, session);
        Snapshot after = isDeleted
                ? null
                : watched.snapshot(entry.getId(), watched.entity().getValues(event.getEntity()), session);
        if (before == null || after == null || watched.differ(before, after)) {
            locks.expect(watched, entry.getId(), before, after, session);
        }
    }

    /** Called for each parent of a flush, likewise: its UPDATE comes after the INSERTs of its children, which refer to it. */
    void onFlushParent(FlushEntityEvent event, List<ParentCounter> counters) {
        if (event.getDirtyProperties() != null || event.hasDirtyCollection()) {
            for (ParentCounter counter : counters) {
                locks.expectUpdate(counter.row(event.getEntityEntry().getId()), event.getSession());
            }
        }
    }

    /**
     * Called before each statement.
     *
     * @param inserted the state of a row that may be inserted without a flush, whose parents nobody has announced; null if none is
     * @param watched what counters look at of that row; null if they look at nothing
     */
    void beforeStatement(
            AbstractPreDatabaseOperationEvent event, Object @Nullable [] inserted, @Nullable WatchedEntity watched) {
        SharedSessionContractImplementor session = EventSession.of(event);
        if (inserted != null && watched != null) {
            locks.expect(watched, null, null, watched.snapshot(event.getId(), inserted, session), session);
        }
        locks.lock(session);
    }

    /** Called when a flush begins, and when it ends. */
    void forget(SharedSessionContractImplementor session) {
        locks.forget(session);
    }
}
