package io.countercache.hibernate.internal.entity;

import io.countercache.hibernate.internal.entity.BeforeImages.Image;
import io.countercache.hibernate.internal.model.RowChange;
import io.countercache.hibernate.internal.model.Snapshot;
import io.countercache.hibernate.internal.model.WatchedEntity;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.transaction.MoveSink;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.event.spi.AbstractDatabaseOperationEvent;
import org.hibernate.event.spi.PostDeleteEvent;
import org.hibernate.event.spi.PostInsertEvent;
import org.hibernate.event.spi.PostUpdateEvent;
import org.hibernate.event.spi.PostUpsertEvent;
import org.jspecify.annotations.Nullable;

/**
 * Turns what has happened to the row of a watched entity into moves of counters. All events go one way: each has a snapshot of
 * the row before the statement, or one of the row after it, or both.
 */
final class ChildCounting {

    private final BeforeImages images;
    private final MoveSink sink;

    ChildCounting(BeforeImages images, MoveSink sink) {
        this.images = images;
        this.sink = sink;
    }

    void afterInsert(PostInsertEvent event, WatchedEntity watched) {
        if (RowStep.isInserted(event)) {
            changed(event, watched, null, null, event.getState());
        }
    }

    void afterUpdate(PostUpdateEvent event, WatchedEntity watched) {
        Image image = images.take(event.getEntity(), event.getSession());
        if (image == null || image.before() != null) { // else the UPDATE has found no row
            changed(event, watched, image, event.getOldState(), event.getState());
        }
    }

    void afterUpsert(PostUpsertEvent event, WatchedEntity watched) {
        changed(event, watched, images.take(event.getEntity(), event.getSession()), null, event.getState());
    }

    void afterDelete(PostDeleteEvent event, WatchedEntity watched, boolean isSent) {
        Image image = images.take(event.getEntity(), event.getSession());
        if (isSent) {
            changed(event, watched, image, event.getDeletedState(), null);
        }
    }

    /**
     * Counts a change.
     *
     * @param image what the database held before the statement; null if it was not read, because the loaded state is right
     * @param loaded the state that the session had loaded
     * @param written the state that the statement has written; null if it has deleted the row
     */
    private void changed(
            AbstractDatabaseOperationEvent event,
            WatchedEntity watched,
            @Nullable Image image,
            Object @Nullable [] loaded,
            Object @Nullable [] written) {
        SharedSessionContractImplementor session = event.getSession();
        if (sink.isSkipping(session)) {
            return;
        }
        Object id = event.getId();
        Snapshot before =
                image != null ? image.before() : loaded == null ? null : watched.snapshot(id, loaded, session);
        Snapshot after = null;
        if (written != null) {
            boolean writesAll = image != null && image.writesAll();
            after = before == null
                    ? watched.snapshot(id, written, session)
                    : watched.afterUpdate(id, before, writesAll ? null : loaded, written, session);
            if (before != null && !watched.differ(before, after)) {
                return;
            }
            if (watched.isRounded(after) || (loaded == null && isDefaulted(event, watched, after))) {
                Entities.refuseFilters(event.getPersister(), session);
                session.getJdbcCoordinator().executeBatch(); // a query of the library does not send an open batch
                after = images.stored(watched, id, session);
            }
        }
        RowChange.moves(watched, id, before, after, 1, sink.of(session));
    }

    /** Whether the INSERT has left out attributes that are null, so that the database may have set them to a default. */
    private static boolean isDefaulted(AbstractDatabaseOperationEvent event, WatchedEntity watched, Snapshot inserted) {
        return event instanceof PostInsertEvent
                && event.getPersister().isDynamicInsert()
                && watched.hasNullValue(inserted);
    }
}
