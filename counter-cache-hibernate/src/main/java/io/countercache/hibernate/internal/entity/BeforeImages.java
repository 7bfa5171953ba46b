package io.countercache.hibernate.internal.entity;

import io.countercache.hibernate.internal.model.Snapshot;
import io.countercache.hibernate.internal.model.WatchedAttribute;
import io.countercache.hibernate.internal.model.WatchedEntity;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.orm.EntityTables;
import io.countercache.hibernate.internal.orm.PerSession;
import io.countercache.hibernate.internal.sql.OwnQueries;
import io.countercache.hibernate.internal.sql.RowLocks;
import io.countercache.hibernate.internal.transaction.PendingDeltas;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.function.Predicate;
import org.hibernate.LockMode;
import org.hibernate.engine.OptimisticLockStyle;
import org.hibernate.engine.spi.EntityEntry;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.event.spi.AbstractDatabaseOperationEvent;
import org.hibernate.event.spi.PreDeleteEvent;
import org.hibernate.event.spi.PreUpdateEvent;
import org.hibernate.event.spi.PreUpsertEvent;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.persister.entity.mutation.EntityTableMapping;
import org.jspecify.annotations.Nullable;

/**
 * What the database holds of a child before a statement moves or deletes it: the parent in this before image loses the child.
 *
 * <p>Usually the session has loaded it, and if another transaction has changed the row since, the statement finds no row and
 * fails (see {@link ChildGuards}). Otherwise the before image is read from the database, under a row lock, so that of two
 * transactions that move or delete one child at the same time the second sees what the first has committed.
 */
final class BeforeImages {

    private final Predicate<EntityPersister> mayBeChangedByDatabase;
    private final PendingDeltas pending;
    private final OwnQueries queries;
    private final ChildGuards guards;
    /** What was read before the current statement of a session, until the event after that statement takes it. */
    private final PerSession<Image> images = new PerSession<>();

    /** Where the before image of a statement comes from. */
    private enum Source {
        /** The session has loaded it, and a guard makes sure that the row still is like that. */
        KNOWN,
        /** It is read from the database if the statement writes a watched attribute. */
        READ_IF_WRITTEN,
        /** It is read from the database. */
        READ
    }

    /**
     * A before image that was read from the database.
     *
     * @param child weak, because a value that is remembered of a session must not refer to that session
     * @param before null if there is no such row, if the statement is not going to find it, or if it is only marked as deleted
     * @param writesAll whether the statement writes every column, and not only those that have changed
     */
    record Image(WeakReference<Object> child, @Nullable Snapshot before, boolean writesAll) {}

    BeforeImages(
            Predicate<EntityPersister> mayBeChangedByDatabase,
            PendingDeltas pending,
            OwnQueries queries,
            ChildGuards guards) {
        this.mayBeChangedByDatabase = mayBeChangedByDatabase;
        this.pending = pending;
        this.queries = queries;
        this.guards = guards;
    }

    /**
     * Decides where the before image comes from.
     *
     * @param loaded the state that the session has read from the database; null if it has read none
     */
    private Source decide(AbstractDatabaseOperationEvent event, WatchedEntity watched, Object @Nullable [] loaded) {
        SharedSessionContractImplementor session = event.getSession();
        String root = event.getPersister().getRootEntityName();
        if (pending.isRolledBack(session) // to a savepoint, and may have loaded what that has undone
                || loaded == null // as in a stateless session
                || guards.readAtEveryUpdate().contains(root)) {
            return Source.READ;
        }
        if (guards.readUnderLock().contains(root) // no version, and Hibernate does not compare the parent
                || watched.isDoubtful(event.getId(), loaded, session)) { // not fetched, or rounded
            return Source.READ_IF_WRITTEN;
        }
        return Source.KNOWN;
    }

    void beforeUpdate(PreUpdateEvent event, WatchedEntity watched) {
        Object[] loaded = event.getOldState();
        Source source = decide(event, watched, loaded);
        if (source == Source.READ) {
            read(event, watched, writesAll(event));
        } else if (source == Source.READ_IF_WRITTEN && writes(event, watched, loaded)) {
            read(event, watched, false);
        }
    }

    /** Whether an UPDATE changes a watched attribute, or writes it again as it was loaded. */
    private boolean writes(PreUpdateEvent event, WatchedEntity watched, Object[] loaded) {
        SharedSessionContractImplementor session = event.getSession();
        Snapshot before = watched.snapshot(event.getId(), loaded, session);
        Snapshot after = watched.afterUpdate(event.getId(), before, loaded, event.getState(), session);
        return watched.differ(before, after)
                || (guards.readUnderLock().contains(event.getPersister().getRootEntityName())
                        && watched.rewrites(event.getId(), loaded, event.getState(), session));
    }

    /** Whether an UPDATE writes every column, and not only those that have changed. */
    private static boolean writesAll(PreUpdateEvent event) {
        EntityPersister entity = event.getPersister();
        return event.getOldState() == null
                || !entity.isDynamicUpdate()
                || EntityTables.hasOwnSql(entity, EntityTableMapping::getUpdateDetails);
    }

    /** A stateless session does not know whether an upsert will insert or update the row. */
    void beforeUpsert(PreUpsertEvent event, WatchedEntity watched) {
        read(event, watched, true);
    }

    void beforeDelete(PreDeleteEvent event, WatchedEntity watched) {
        SharedSessionContractImplementor session = event.getSession();
        boolean isLoaded = isLoaded(event.getEntity(), session);
        if (decide(event, watched, isLoaded ? event.getDeletedState() : null) == Source.KNOWN) {
            return;
        }
        if (mayBeChangedByDatabase.test(event.getPersister())) {
            session.getJdbcCoordinator()
                    .executeBatch(); // it may contain the DELETE by which the database changes this row
        }
        Image image = read(event, watched, true);
        if (guards.compared().contains(event.getPersister().getRootEntityName())) {
            compareWith(image, event.getEntity(), watched, session);
        }
    }

    /**
     * Whether this transaction has read the state of a child that it deletes. For a read-only child, or a detached one that
     * remove() has just attached, the session only knows what the application has assigned, not what the database holds. Such
     * entries have no loaded state or LockMode.NONE, and so do entries from the second-level cache or from an earlier
     * transaction.
     */
    private static boolean isLoaded(Object child, SharedSessionContractImplementor session) {
        EntityEntry entry = entry(child, session);
        return entry != null && entry.getLoadedState() != null && entry.getLockMode() != LockMode.NONE;
    }

    private static @Nullable EntityEntry entry(Object child, SharedSessionContractImplementor session) {
        return session.isEventSource() ? session.getPersistenceContextInternal().getEntry(child) : null;
    }

    /**
     * Has the DELETE of a detached child compare the parent that was read. Otherwise it would compare what the application has
     * assigned, and miss the row.
     */
    private static void compareWith(
            Image image, Object child, WatchedEntity watched, SharedSessionContractImplementor session) {
        EntityEntry entry = entry(child, session);
        Object[] state = entry == null ? null : entry.getLoadedState();
        Snapshot before = image.before();
        if (state == null || before == null) {
            return;
        }
        for (WatchedAttribute attribute : watched.attributes()) {
            if (attribute.target() != null && attribute.steps().isEmpty()) {
                state[attribute.property()] = attribute.reference(before.get(attribute), session);
            }
        }
    }

    private Image read(AbstractDatabaseOperationEvent event, WatchedEntity watched, boolean writesAll) {
        SharedSessionContractImplementor session = event.getSession();
        Entities.refuseFilters(event.getPersister(), session);
        // without a transaction the lock would be released before the statement
        boolean isThere = guards.trust() || !session.isTransactionInProgress() || lock(event);
        Image image = new Image(
                new WeakReference<>(event.getEntity()),
                isThere ? stored(watched, event.getId(), session) : null,
                writesAll);
        images.put(session, image);
        return image;
    }

    /** A snapshot of a row in the database, or null if there is no such row. */
    @Nullable
    Snapshot stored(WatchedEntity watched, Object id, SharedSessionContractImplementor session) {
        String hql = watched.select("id(c) = :id");
        List<Object[]> rows = queries.list(hql, Object[].class, query -> query.setParameter("id", id), session);
        return rows.isEmpty() ? null : watched.read(rows.get(0));
    }

    /**
     * Locks the row, which is then read in a later statement (see {@link RowLocks}). Returns false if there is no such row, or if
     * its version is not the one that the statement will look for. Because of the version this is a query of Hibernate.
     */
    private boolean lock(AbstractDatabaseOperationEvent event) {
        SharedSessionContractImplementor session = event.getSession();
        EntityPersister child = event.getPersister();
        if (EntityTables.isInSeveralTables(child)) {
            // no database locks the rows of a union of tables
            return !RowLocks.lock(List.of(event.getId()), child, "", session).isEmpty();
        }
        EntityEntry entry = entry(event.getEntity(), session);
        Object version = entry == null || child.optimisticLockStyle() != OptimisticLockStyle.VERSION
                ? null // the statement will not look for one
                : entry.getVersion();
        String hql = "select id(c) from %s c where id(c) = :id%s"
                .formatted(
                        EntityTables.locked(child).getImportedName(),
                        version == null ? "" : " and version(c) = :version");
        List<Object> locked = queries.list(
                hql,
                Object.class,
                query -> {
                    query.setParameter("id", event.getId()).setHibernateLockMode(LockMode.PESSIMISTIC_WRITE);
                    if (version != null) {
                        query.setParameter("version", version);
                    }
                },
                session);
        return !locked.isEmpty();
    }

    /** What was read of this child before its statement; null if nothing had to be. */
    @Nullable
    Image take(Object child, SharedSessionContractImplementor session) {
        Image image = images.remove(session);
        return image != null && image.child().refersTo(child) ? image : null;
    }
}
