package io.countercache.hibernate.internal.entity;

import io.countercache.hibernate.internal.model.RowChange;
import io.countercache.hibernate.internal.model.Snapshot;
import io.countercache.hibernate.internal.model.WatchedAttribute;
import io.countercache.hibernate.internal.model.WatchedEntity;
import io.countercache.hibernate.internal.model.WatchedUpdate;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.orm.EntityTables;
import io.countercache.hibernate.internal.orm.EventSession;
import io.countercache.hibernate.internal.transaction.MoveSink;
import java.util.Arrays;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
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

    private enum Verb {
        INSERT,
        UPDATE,
        UPSERT,
        DELETE
    }

    /** The row that a statement has written, and by what kind of statement. */
    private record Row(Object id, Verb verb, SharedSessionContractImplementor session) {

        static Row of(PostInsertEvent event) {
            return new Row(event.getId(), Verb.INSERT, EventSession.of(event));
        }

        static Row of(PostUpdateEvent event) {
            return new Row(event.getId(), Verb.UPDATE, EventSession.of(event));
        }

        static Row of(PostUpsertEvent event) {
            return new Row(event.getId(), Verb.UPSERT, EventSession.of(event));
        }

        static Row of(PostDeleteEvent event) {
            return new Row(event.getId(), Verb.DELETE, EventSession.of(event));
        }
    }

    ChildCounting(BeforeImages images, MoveSink sink) {
        this.images = images;
        this.sink = sink;
    }

    void afterInsert(PostInsertEvent event, WatchedEntity watched) {
        BelievedValues.afterStatement(event.getEntity(), event.getState(), watched, EventSession.of(event));
        if (RowStep.isInserted(event)) {
            changed(Row.of(event), watched, null, null, event.getState());
        }
    }

    void afterUpdate(PostUpdateEvent event, WatchedEntity watched) {
        BelievedValues.afterStatement(event.getEntity(), event.getState(), watched, EventSession.of(event));
        Image image = images.end(event.getId(), event.getPersister(), EventSession.of(event));
        if (image == null) {
            if (event.getOldState() != null) { // else it writes nothing that counters look at
                changed(Row.of(event), watched, null, event.getOldState(), event.getState());
            }
        } else {
            images.whenRead(
                    image,
                    () -> {
                        if (image.before() != null) {
                            changed(Row.of(event), watched, image, event.getOldState(), written(event));
                        } else if (EntityTables.hidesRows(event.getPersister())) { // else the UPDATE has found no row
                            mayHaveAppeared(event, watched, image);
                        }
                    },
                    EventSession.of(event));
        }
    }

    /** What an UPDATE has written. Of an enhanced instance that is not loaded it has written only what was assigned. */
    private static Object[] written(PostUpdateEvent event) {
        int[] dirty = event.getDirtyProperties();
        if (event.getOldState() != null || dirty == null) {
            return event.getState();
        }
        Object[] written = new Object[event.getState().length];
        Arrays.fill(written, WatchedAttribute.UNKNOWN);
        for (int property : dirty) {
            written[property] = event.getState()[property];
        }
        return written;
    }

    void afterUpsert(PostUpsertEvent event, WatchedEntity watched) {
        Image image = images.end(event.getId(), event.getPersister(), EventSession.of(event));
        if (image == null) {
            return; // the session is skipping
        }
        images.whenRead(
                image, () -> changed(Row.of(event), watched, image, null, event.getState()), EventSession.of(event));
    }

    void afterDelete(PostDeleteEvent event, WatchedEntity watched, boolean isSent) {
        Image image = images.end(event.getId(), event.getPersister(), EventSession.of(event));
        if (!isSent) {
            return;
        }
        if (image == null) {
            changed(Row.of(event), watched, null, event.getDeletedState(), null);
        } else {
            images.whenRead(
                    image,
                    () -> changed(Row.of(event), watched, image, event.getDeletedState(), null),
                    EventSession.of(event));
        }
    }

    /** Counts a row that was hidden, if the UPDATE has written again what it was loaded with before another transaction hid it. */
    private void mayHaveAppeared(PostUpdateEvent event, WatchedEntity watched, Image image) {
        SharedSessionContractImplementor session = EventSession.of(event);
        if (sink.isSkipping(session)) {
            return;
        }
        session.getJdbcCoordinator().executeBatch();
        Snapshot after = images.stored(watched, event.getId(), session);
        images.changed(image, after, session);
        if (after != null) {
            RowChange.moves(watched, event.getId(), null, after, 1, sink.of(session));
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
            Row row,
            WatchedEntity watched,
            @Nullable Image image,
            Object @Nullable [] loaded,
            Object @Nullable [] written) {
        SharedSessionContractImplementor session = row.session();
        if (sink.isSkipping(session)) {
            return;
        }
        Object id = row.id();
        Snapshot before =
                image != null ? image.before() : loaded == null ? null : watched.snapshot(id, loaded, session);
        Snapshot after = null;
        if (written != null) {
            after = before == null
                    ? watched.snapshot(id, written, session)
                    : new WatchedUpdate(
                                    watched,
                                    id,
                                    loaded,
                                    written,
                                    image != null && images.row(watched).areWrittenWhole(),
                                    session)
                            .after(before);
            boolean isOwnSql = isWrittenByOwnSql(row, images.row(watched));
            if (before != null && !isOwnSql && !watched.differ(before, after)) {
                return;
            }
            if (isOwnSql
                    || watched.isRounded(after)
                    || (loaded == null && before == null && isDefaulted(row, watched, after))) {
                session.getJdbcCoordinator().executeBatch(); // a query of the library does not send an open batch
                after = images.stored(watched, id, session);
            }
        }
        if (image != null) {
            images.changed(image, after, session);
        } else if (row.verb() == Verb.INSERT && after != null) {
            images.inserted(watched, id, after, session);
        }
        RowChange.moves(watched, id, before, after, 1, sink.of(session));
    }

    /** Whether the application's own SQL has written the row: only the database knows what it has made of it. */
    private static boolean isWrittenByOwnSql(Row row, WatchedRows rows) {
        return switch (row.verb()) {
            case INSERT -> rows.hasOwnInsert();
            case UPDATE -> rows.hasOwnUpdate();
            case UPSERT, DELETE -> false;
        };
    }

    /** Whether the row was inserted without all of its attributes, so that the database may have set them to a default. */
    private boolean isDefaulted(Row row, WatchedEntity watched, Snapshot inserted) {
        return switch (row.verb()) {
            case INSERT -> Entities.isDynamicInsert(watched.entity()) && watched.hasNullValue(inserted);
            case UPSERT -> !images.row(watched).areUpsertedWhole();
            case UPDATE, DELETE -> false;
        };
    }
}
