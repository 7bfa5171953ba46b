package io.countercache.hibernate.internal.entity;

import io.countercache.hibernate.internal.model.Snapshot;
import io.countercache.hibernate.internal.model.WatchedAttribute;
import io.countercache.hibernate.internal.model.WatchedEntity;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.orm.EventSession;
import io.countercache.hibernate.internal.sql.CacheInvalidation;
import io.countercache.hibernate.internal.write.EntryState;
import java.util.List;
import org.hibernate.engine.spi.EntityEntry;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.event.spi.PreUpdateEvent;
import org.jspecify.annotations.Nullable;

/**
 * Values that a session believes to be in the database though nothing has written them. An UPDATE leaves out what is mapped with
 * {@code updatable = false}, but Hibernate takes the whole state of the instance for loaded afterwards. So what was loaded is
 * remembered before such an UPDATE: no later one changes it either.
 */
final class BelievedValues {

    private final CacheInvalidation caches;

    BelievedValues(CacheInvalidation caches) {
        this.caches = caches;
    }

    /** What the database holds of a row. */
    private static final class Stored extends EntryState {

        /** Null if nothing is known of the row. */
        @Nullable
        Snapshot row;

        Stored(@Nullable Snapshot row) {
            this.row = row;
        }
    }

    /** To be called before each UPDATE, also of a session that counts nothing for now. */
    void beforeUpdate(PreUpdateEvent event, WatchedEntity watched) {
        SharedSessionContractImplementor session = EventSession.of(event);
        EntityEntry entry = Entities.entry(event.getEntity(), session);
        if (entry == null) {
            return;
        }
        Stored stored = entry.getExtraState(Stored.class);
        if (stored != null) {
            if (stored.row != null) {
                keepOutOfCache(event);
            }
            return;
        }
        Object[] loaded = event.getOldState();
        if (loaded == null) {
            entry.addExtraState(
                    new Stored(null)); // of an enhanced instance that is not loaded, it takes null for loaded
        } else if (isIncomplete(event, loaded, watched)) {
            entry.addExtraState(new Stored(watched.snapshot(event.getId(), loaded, session)));
            keepOutOfCache(event);
        }
    }

    /** The second-level cache would get what the session believes. */
    private void keepOutOfCache(PreUpdateEvent event) {
        caches.around(event.getPersister(), List.of(event.getId()), EventSession.of(event), () -> true);
    }

    /** Whether a value has changed in memory that the UPDATE does not write. */
    private static boolean isIncomplete(PreUpdateEvent event, Object[] loaded, WatchedEntity watched) {
        for (WatchedAttribute attribute : watched.attributes()) {
            if (!attribute.isUpdatable()
                    && attribute.property() >= 0 // an identifier does not change
                    && !attribute.isSame(
                            attribute.value(event.getId(), loaded, EventSession.of(event)),
                            attribute.value(event.getId(), event.getState(), EventSession.of(event)))) {
                return true;
            }
        }
        return false;
    }

    /**
     * To be called after each INSERT and UPDATE. A reference to a unique column that is null has been written as null, but the
     * session believes that it leads to its parent; as soon as the column has a value, this will be written.
     */
    static void afterStatement(
            Object entity, Object[] written, WatchedEntity watched, SharedSessionContractImplementor session) {
        EntityEntry entry = watched.hasNullReference(written, session) ? Entities.entry(entity, session) : null;
        if (entry == null) {
            return;
        }
        Stored stored = entry.getExtraState(Stored.class);
        if (stored == null) {
            entry.addExtraState(new Stored(null));
        } else {
            stored.row = null;
        }
    }

    /** Whether a session believes values of an instance that the database does not hold. */
    static boolean exist(@Nullable EntityEntry entry) {
        return entry != null && entry.getExtraState(Stored.class) != null;
    }

    /** A snapshot of the row of an instance of which a session believes what is not so; null if the row has to be read. */
    static @Nullable Snapshot row(
            EntityEntry entry, Object[] loaded, WatchedEntity watched, SharedSessionContractImplementor session) {
        Stored stored = entry.getExtraState(Stored.class);
        if (stored == null || stored.row == null) {
            return null;
        }
        Snapshot row = watched.updated(stored.row, watched.snapshot(entry.getId(), loaded, session));
        return watched.isRounded(row) || watched.hasUnknownValue(row) ? null : row;
    }
}
