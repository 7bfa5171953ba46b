package io.countercache.hibernate.internal.entity;

import io.countercache.hibernate.internal.model.Snapshot;
import io.countercache.hibernate.internal.model.WatchedEntity;
import io.countercache.hibernate.internal.model.WatchedUpdate;
import io.countercache.hibernate.internal.observe.Activity;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.orm.EventSession;
import io.countercache.hibernate.internal.orm.PerSession;
import io.countercache.hibernate.internal.sql.CacheInvalidation;
import io.countercache.hibernate.internal.sql.OwnQueries;
import io.countercache.hibernate.internal.transaction.PendingDeltas;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.hibernate.LockMode;
import org.hibernate.StatelessSession;
import org.hibernate.engine.spi.EntityEntry;
import org.hibernate.engine.spi.EntityKey;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.engine.spi.Status;
import org.hibernate.event.spi.AbstractPreDatabaseOperationEvent;
import org.hibernate.event.spi.FlushEntityEvent;
import org.hibernate.event.spi.PreDeleteEvent;
import org.hibernate.event.spi.PreUpdateEvent;
import org.hibernate.event.spi.PreUpsertEvent;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/**
 * What the database holds of a child before a statement moves or deletes it: the parent in this before image loses the child.
 *
 * <p>Usually the session has loaded it, and if another transaction has changed the row since, the statement finds no row and
 * fails (see {@link RowGuard}). Otherwise the before image is read from the database, under a row lock. A flush says first what
 * it is going to move or delete, so that all of these rows are read by one query before the first of them is written.
 */
final class BeforeImages {

    private final OnDeleteRules onDelete;
    private final boolean trust;
    private final PendingDeltas pending;
    private final ImageReader reader;
    private final BatchedImages batches;
    private final BelievedValues believed;
    private final PerSession<SessionImages> sessions = new PerSession<>();
    private final Map<WatchedEntity, WatchedRows> rows = new ConcurrentHashMap<>();

    /** Where the before image of a statement comes from. */
    private enum Source {
        /** The session has loaded it, and a guard makes sure that the row still is like that. */
        KNOWN,
        /** It is read from the database if the statement writes a watched attribute. */
        READ_IF_WRITTEN,
        /** It is read from the database. */
        READ
    }

    /** @param trust whether the application has said that no two transactions change one child at the same time */
    BeforeImages(
            OnDeleteRules onDelete,
            boolean trust,
            PendingDeltas pending,
            OwnQueries queries,
            CacheInvalidation caches,
            Activity activity) {
        this.onDelete = onDelete;
        this.trust = trust;
        this.pending = pending;
        this.believed = new BelievedValues(caches);
        this.reader = new ImageReader(queries, !trust, activity);
        this.batches = new BatchedImages(queries, pending, reader);
    }

    WatchedRows row(WatchedEntity watched) {
        WatchedRows known = rows.get(watched);
        return known != null ? known : rows.computeIfAbsent(watched, any -> WatchedRows.of(watched, onDelete, trust));
    }

    // ---- which statements need one ----

    /**
     * @param mayDoMore whether the statement may do more than the session knows: it is the application's own, for example
     * @param loaded the state that the session has read from the database; null if it has read none
     */
    private Source source(
            boolean mayDoMore,
            @Nullable EntityEntry entry,
            Object @Nullable [] loaded,
            WatchedEntity watched,
            SharedSessionContractImplementor session) {
        if (pending.isRolledBack(session) // to a savepoint, and may have loaded what that has undone
                || entry == null // as in a stateless session
                || loaded == null
                || mayDoMore
                || (BelievedValues.exist(entry) && BelievedValues.row(entry, loaded, watched, session) == null)) {
            return Source.READ;
        }
        return !row(watched).isGuarded()
                        || watched.isDoubtful(entry.getId(), loaded, session) // not fetched, or rounded
                ? Source.READ_IF_WRITTEN
                : Source.KNOWN;
    }

    private boolean isNeededToUpdate(
            @Nullable EntityEntry entry,
            Object @Nullable [] loaded,
            Object[] written,
            WatchedEntity watched,
            SharedSessionContractImplementor session) {
        WatchedRows row = row(watched);
        if (row.isFrozen()) {
            return false;
        }
        Source source = source(row.hasOwnUpdate() || row.isBroughtBack(), entry, loaded, watched, session);
        return source == Source.READ
                || (source == Source.READ_IF_WRITTEN
                        && entry != null
                        && loaded != null
                        && writes(entry.getId(), loaded, written, watched, session));
    }

    /** Whether an UPDATE changes a watched attribute, or writes it again as it was loaded. */
    private boolean writes(
            Object id,
            Object[] loaded,
            Object[] written,
            WatchedEntity watched,
            SharedSessionContractImplementor session) {
        if (!row(watched).isGuarded()) {
            return new WatchedUpdate(watched, id, loaded, written, row(watched).areWrittenWhole(), session).writesAny();
        }
        Snapshot before = watched.snapshot(id, loaded, session);
        return watched.differ(before, new WatchedUpdate(watched, id, loaded, written, false, session).after(before));
    }

    private boolean isNeededToDelete(
            @Nullable EntityEntry entry,
            Object @Nullable [] state,
            WatchedEntity watched,
            SharedSessionContractImplementor session) {
        return source(row(watched).hasOwnDelete(), entry, isLoaded(entry) ? state : null, watched, session)
                != Source.KNOWN;
    }

    /**
     * Whether this transaction has read the state of a child that it deletes. For a read-only child, or a detached one that
     * remove() has just attached, the session only knows what the application has assigned, not what the database holds. Such
     * entries have no loaded state or LockMode.NONE, and so do entries from the second-level cache or from an earlier
     * transaction.
     */
    private static boolean isLoaded(@Nullable EntityEntry entry) {
        return entry != null && entry.getLoadedState() != null && entry.getLockMode() != LockMode.NONE;
    }

    // ---- a flush ----

    /** Called when a flush begins, and when it ends. */
    void forget(SharedSessionContractImplementor session) {
        SessionImages images = sessions.get(session);
        if (images != null) {
            images.forget();
        }
    }

    /** Called for each entity of a flush, after Hibernate has found out whether it is dirty. */
    void onFlushEntity(FlushEntityEvent event, WatchedEntity watched) {
        EntityEntry entry = event.getEntityEntry();
        SharedSessionContractImplementor session = event.getSession();
        boolean isNeeded = entry.getStatus() == Status.DELETED
                ? isNeededToDelete(entry, entry.getDeletedState(), watched, session)
                : event.hasDirtyProperties()
                        && isNeededToUpdate(entry, entry.getLoadedState(), event.getPropertyValues(), watched, session);
        if (isNeeded && entry.isExistsInDatabase()) {
            sessions.get(session, SessionImages::new)
                    .expect(entry.getEntityKey(), row(watched).query());
        }
    }

    // ---- statements ----

    /** @param isSkipping whether the session counts nothing for now */
    void beforeUpdate(PreUpdateEvent event, WatchedEntity watched, boolean isSkipping) {
        believed.beforeUpdate(event, watched);
        if (isSkipping) {
            return;
        }
        SharedSessionContractImplementor session = EventSession.of(event);
        EntityEntry entry = Entities.entry(event.getEntity(), session);
        if (isNeededToUpdate(entry, event.getOldState(), event.getState(), watched, session)) {
            begin(event, entry, watched, isExact(event, event.getState(), watched));
        } else {
            beginBelieved(event, entry, event.getOldState(), watched);
        }
    }

    /** A stateless session does not know whether an upsert will insert or update the row. */
    void beforeUpsert(PreUpsertEvent event, WatchedEntity watched) {
        begin(event, null, watched, row(watched).areUpsertedWhole() && isExact(event, event.getState(), watched));
    }

    /** Whether the database stores what a statement writes: else what it has made of it is read when the statement is done. */
    private static boolean isExact(AbstractPreDatabaseOperationEvent event, Object[] written, WatchedEntity watched) {
        return !watched.isRounded(watched.snapshot(event.getId(), written, EventSession.of(event)));
    }

    void beforeDelete(PreDeleteEvent event, WatchedEntity watched) {
        SharedSessionContractImplementor session = EventSession.of(event);
        EntityEntry entry = Entities.entry(event.getEntity(), session);
        if (isNeededToDelete(entry, event.getDeletedState(), watched, session)) {
            begin(event, entry, watched, true);
        } else {
            beginBelieved(event, entry, event.getDeletedState(), watched);
        }
    }

    /** Where a session believes values that the database does not hold, but it is known what it holds, that is the image. */
    private void beginBelieved(
            AbstractPreDatabaseOperationEvent event,
            @Nullable EntityEntry entry,
            Object @Nullable [] loaded,
            WatchedEntity watched) {
        SharedSessionContractImplementor session = EventSession.of(event);
        Snapshot stored = entry == null || loaded == null ? null : BelievedValues.row(entry, loaded, watched, session);
        if (stored != null) {
            Image image = new Image(key(event), row(watched).query(), null);
            image.read(new ImageReader.Row(stored, null));
            sessions.get(session, SessionImages::new).begin(image, false);
        }
    }

    private void begin(
            AbstractPreDatabaseOperationEvent event,
            @Nullable EntityEntry entry,
            WatchedEntity watched,
            boolean mayWait) {
        SharedSessionContractImplementor session = EventSession.of(event);
        SessionImages images = sessions.get(session, SessionImages::new);
        ImageQuery query = row(watched).query();
        boolean mayBeChanged = onDelete.mayChange().test(event.getPersister());
        boolean isStateless = session instanceof StatelessSession;
        boolean waits = mayWait && !mayBeChanged && BatchedImages.mayWait(query, event.getPersister(), session);
        if (waits) {
            batches.prepare(images, session);
        } else if (isStateless) {
            images.forget(); // there is no flush that ends
        }
        Image image = new Image(key(event), query, RowGuard.version(entry, event.getPersister()));
        images.begin(image, isStateless);
        // of a row that is not there yet, it is what the INSERT will make of it
        if (!waits && (entry == null || entry.isExistsInDatabase())) {
            images.read(image, mayBeChanged, reader, session);
        }
    }

    private static EntityKey key(AbstractPreDatabaseOperationEvent event) {
        return EventSession.of(event).generateEntityKey(event.getId(), event.getPersister());
    }

    /** What was read of this child for its statement; null if nothing had to be. */
    @Nullable
    Image end(Object id, EntityPersister persister, SharedSessionContractImplementor session) {
        SessionImages images = sessions.get(session);
        return images == null ? null : images.end(id, persister, session);
    }

    /** Counts a statement once its image is read, which is now or when its batch is sent. */
    void whenRead(Image image, Runnable count, SharedSessionContractImplementor session) {
        // in a stateful session the row of one that is not read was not inserted either
        if (image.isRead() || session.isEventSource()) {
            count.run();
        } else {
            sessions.get(session, SessionImages::new).waiting.add(new SessionImages.Waiting(image, count));
        }
    }

    /** Remembers what a statement has made of a row whose image was read. */
    void changed(Image image, @Nullable Snapshot after, SharedSessionContractImplementor session) {
        sessions.get(session, SessionImages::new).changed(image.key, after);
    }

    /** Remembers what an INSERT has made of a row. Hibernate 8 announces the UPDATE of a row before it is inserted. */
    void inserted(WatchedEntity watched, Object id, Snapshot after, SharedSessionContractImplementor session) {
        SessionImages images = sessions.get(session);
        if (images != null) {
            images.inserted(id, watched.entity(), after, session);
        }
    }

    /** To be called before a DELETE: the database may delete or change other rows along with the row. */
    void beforeChangesByDatabase(PreDeleteEvent event) {
        if (onDelete.changesOthers().test(event.getPersister())) {
            sessions.get(EventSession.of(event), SessionImages::new).changedByDatabase(onDelete.mayChange());
        }
    }

    /** A snapshot of a row that a statement of this session has written, or null if there is no such row. */
    @Nullable
    Snapshot stored(WatchedEntity watched, Object id, SharedSessionContractImplementor session) {
        return reader.again(row(watched).query(), id, session);
    }
}
