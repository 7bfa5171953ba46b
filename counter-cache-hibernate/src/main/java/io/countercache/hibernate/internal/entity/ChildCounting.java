package io.countercache.hibernate.internal.entity;

import io.countercache.hibernate.internal.entity.BeforeImages.Found;
import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.model.WatchedEntity;
import io.countercache.hibernate.internal.model.WatchedEntity.Snapshot;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.transaction.MoveSink;
import org.hibernate.engine.spi.EntityEntry;
import org.hibernate.engine.spi.SessionImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.event.spi.AbstractDatabaseOperationEvent;
import org.hibernate.event.spi.PostDeleteEvent;
import org.hibernate.event.spi.PostDeleteEventListener;
import org.hibernate.event.spi.PostInsertEvent;
import org.hibernate.event.spi.PostInsertEventListener;
import org.hibernate.event.spi.PostUpdateEvent;
import org.hibernate.event.spi.PostUpdateEventListener;
import org.hibernate.event.spi.PostUpsertEvent;
import org.hibernate.event.spi.PostUpsertEventListener;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/** Turns what happened to a child into moves of its counters: one path for insert, update and delete. */
public final class ChildCounting
        implements PostInsertEventListener, PostUpdateEventListener, PostUpsertEventListener, PostDeleteEventListener {

    private static final long serialVersionUID = 1;

    private final transient CounterModel model;
    private final transient BeforeImages stale;
    private final transient SentDeletes deletes;
    private final transient MoveSink sink;

    public ChildCounting(CounterModel model, BeforeImages stale, SentDeletes deletes, MoveSink sink) {
        this.model = model;
        this.stale = stale;
        this.deletes = deletes;
        this.sink = sink;
    }

    @Override
    public void onPostInsert(PostInsertEvent event) {
        if (isCounted(event) && isInserted(event)) {
            changed(event, null, null, event.getState());
        }
    }

    /** Asked first: of most entities of most applications nothing more is. */
    private boolean isCounted(AbstractDatabaseOperationEvent event) {
        return !model.counted(event.getPersister()).isEmpty();
    }

    /** Another listener may have vetoed the INSERT. */
    public static boolean isInserted(PostInsertEvent event) {
        if (!(event.getSession() instanceof SessionImplementor session)
                || event.getPersister().isIdentifierAssignedByInsert()) {
            return true;
        }
        EntityEntry entry = session.getPersistenceContextInternal().getEntry(event.getEntity());
        return entry == null || entry.isExistsInDatabase();
    }

    @Override
    public void onPostUpdate(PostUpdateEvent event) {
        if (!isCounted(event)) {
            return;
        }
        Found found = stale.take(event.getEntity(), event.getSession());
        if (found == null || found.before() != null) {
            changed(event, found, event.getOldState(), event.getState());
        }
    }

    @Override
    public void onPostUpsert(PostUpsertEvent event) {
        if (isCounted(event)) {
            changed(event, stale.take(event.getEntity(), event.getSession()), null, event.getState());
        }
    }

    @Override
    public void onPostDelete(PostDeleteEvent event) {
        if (!isCounted(event)) {
            return;
        }
        Found found = stale.take(event.getEntity(), event.getSession());
        if (!deletes.isUnsent(event.getSession())) {
            changed(event, found, event.getDeletedState(), null);
        }
    }

    /** What was found in the database, if one looked, is what counts; else the state that the session had loaded. */
    private void changed(
            AbstractDatabaseOperationEvent event,
            @Nullable Found found,
            Object @Nullable [] loaded,
            Object @Nullable [] written) {
        SharedSessionContractImplementor session = event.getSession();
        WatchedEntity counted = model.counted(event.getPersister());
        if (sink.isSkipping(session)) {
            return;
        }
        Object id = event.getId();
        Snapshot before =
                found != null ? found.before() : loaded == null ? null : counted.snapshot(id, loaded, session);
        Snapshot after = null;
        if (written != null) {
            boolean writesAll = found != null && found.writesAll();
            after = before == null
                    ? counted.snapshot(id, written, session)
                    : counted.afterUpdate(id, before, writesAll ? null : loaded, written, session);
            if (before != null && !counted.differ(before, after)) {
                return;
            }
            if (counted.isRounded(after) || (loaded == null && isDefaulted(event, counted, after))) {
                Entities.refuseFilters(event.getPersister(), session);
                session.getJdbcCoordinator().executeBatch(); // no query sends what is batched
                after = stale.stored(counted, id, session);
            }
        }
        counted.change(id, before, after, sink.of(session));
    }

    /** Whether the INSERT left out what is null, and the database may have put a default in its place. */
    private static boolean isDefaulted(AbstractDatabaseOperationEvent event, WatchedEntity counted, Snapshot inserted) {
        return event instanceof PostInsertEvent
                && event.getPersister().isDynamicInsert()
                && counted.hasNullOfItsOwn(inserted);
    }

    @Override
    public boolean requiresPostCommitHandling(EntityPersister persister) {
        return false; // a count that is written after the commit can be lost
    }
}
