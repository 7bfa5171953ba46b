package io.countercache.hibernate.internal.entity;

import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.model.WatchedAttribute;
import io.countercache.hibernate.internal.model.WatchedEntity;
import io.countercache.hibernate.internal.model.WatchedEntity.Snapshot;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.orm.EntityTables;
import io.countercache.hibernate.internal.sql.OwnQueries;
import io.countercache.hibernate.internal.sql.RowLocks;
import io.countercache.hibernate.internal.transaction.PendingDeltas;
import java.lang.ref.WeakReference;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.function.Predicate;
import org.hibernate.LockMode;
import org.hibernate.engine.OptimisticLockStyle;
import org.hibernate.engine.spi.EntityEntry;
import org.hibernate.engine.spi.SessionImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.event.spi.AbstractDatabaseOperationEvent;
import org.hibernate.event.spi.PreDeleteEvent;
import org.hibernate.event.spi.PreUpdateEvent;
import org.hibernate.event.spi.PreUpdateEventListener;
import org.hibernate.event.spi.PreUpsertEvent;
import org.hibernate.event.spi.PreUpsertEventListener;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.persister.entity.mutation.EntityTableMapping;
import org.jspecify.annotations.Nullable;

/**
 * Guards the move and the delete of a child against another transaction that moves or deletes the same child at the same
 * time: each would take it from the parent that it has loaded, and only one can be right.
 *
 * <p>Where Hibernate does not guard the statement itself (see {@link ChildGuards}), and where no old state is known at all,
 * as in a stateless session, the parent is read from the database before, under a row lock.
 */
public final class BeforeImages implements PreUpdateEventListener, NeverVetoes, PreUpsertEventListener {

    private static final long serialVersionUID = 1;

    private final transient CounterModel model;
    private final transient Predicate<EntityPersister> mayBeChangedByDatabase;
    private final transient PendingDeltas pending;
    private final transient OwnQueries queries;
    private final transient ChildGuards guards;
    private final transient SentDeletes deletes;
    /** What was read before the statement that is under way in a session; taken by the event after it. */
    private final transient Map<SharedSessionContractImplementor, Found> read =
            Collections.synchronizedMap(new WeakHashMap<>());

    /**
     * What the database has of a child: nothing if it has no such row, one that the statement will not find, or one that
     * is only marked as deleted.
     *
     * @param child weak, for the values of a map that is weak by sessions must not lead back to them
     * @param before a snapshot of it, or null
     * @param writesAll whether the statement writes every column, and not only those that have changed
     */
    record Found(WeakReference<Object> child, @Nullable Snapshot before, boolean writesAll) {}

    public BeforeImages(
            CounterModel model,
            Predicate<EntityPersister> mayBeChangedByDatabase,
            PendingDeltas pending,
            OwnQueries queries,
            ChildGuards guards,
            SentDeletes deletes) {
        this.model = model;
        this.mayBeChangedByDatabase = mayBeChangedByDatabase;
        this.pending = pending;
        this.queries = queries;
        this.guards = guards;
        this.deletes = deletes;
    }

    @Override
    public boolean onPreUpdate(PreUpdateEvent event) {
        WatchedEntity counted = model.counted(event.getPersister());
        if (counted.isEmpty()) {
            return false;
        }
        Object[] loaded = event.getOldState();
        if (pending.isRolledBack(event.getSession())) {
            read(event, counted, writesAll(event));
            return false;
        }
        if (loaded == null
                || guards.readAtEveryUpdate().contains(event.getPersister().getRootEntityName())) {
            read(event, counted, writesAll(event));
            return false;
        }
        var session = event.getSession();
        Snapshot before = counted.snapshot(event.getId(), loaded, session);
        boolean isLocked = isReadUnderLock(event.getPersister());
        if (!isLocked && !counted.isDoubtful(before)) {
            return false; // Hibernate guards it, and it is known
        }
        Snapshot after = counted.afterUpdate(event.getId(), before, loaded, event.getState(), session);
        if (counted.differ(before, after)
                || (isLocked && counted.rewrites(event.getId(), loaded, event.getState(), session))) {
            read(event, counted, false);
        }
        return false;
    }

    /** Whether the UPDATE writes every column, and not only those that have changed. */
    private static boolean writesAll(PreUpdateEvent event) {
        EntityPersister entity = event.getPersister();
        return event.getOldState() == null
                || !entity.isDynamicUpdate()
                || EntityTables.hasOwnSql(entity, EntityTableMapping::getUpdateDetails);
    }

    @Override
    public boolean onPreDelete(PreDeleteEvent event) {
        WatchedEntity counted = model.counted(event.getPersister());
        if (!counted.isEmpty()
                && !deletes.isUnsent(event.getSession())
                && (isReadUnderLock(event.getPersister())
                        || !isLoaded(event.getEntity(), event.getSession())
                        || pending.isRolledBack(event.getSession())
                        || counted.isDoubtful(
                                counted.snapshot(event.getId(), event.getDeletedState(), event.getSession())))) {
            if (mayBeChangedByDatabase.test(event.getPersister())) {
                event.getSession().getJdbcCoordinator().executeBatch(); // by a DELETE that is not sent yet
            }
            Found found = read(event, counted, true);
            if (guards.compared().contains(event.getPersister().getRootEntityName())) {
                compareWith(found, event.getEntity(), counted, event.getSession());
            }
        }
        return false;
    }

    /** The DELETE of a detached child would compare what the application has made of it, and miss the row. */
    private static void compareWith(
            Found found, Object child, WatchedEntity counted, SharedSessionContractImplementor session) {
        EntityEntry entry = session instanceof SessionImplementor
                ? session.getPersistenceContextInternal().getEntry(child)
                : null;
        Object[] state = entry == null ? null : entry.getLoadedState();
        Snapshot before = found.before();
        for (int i = 0; state != null && before != null && i < counted.tracked().size(); i++) {
            WatchedAttribute attribute = counted.tracked().get(i);
            if (attribute.target() != null && attribute.steps().isEmpty()) {
                state[attribute.property()] = attribute.reference(before.get(i), session);
            }
        }
    }

    /** A stateless session does not know whether this will be an INSERT or an UPDATE. */
    @Override
    public boolean onPreUpsert(PreUpsertEvent event) {
        WatchedEntity counted = model.counted(event.getPersister());
        if (!counted.isEmpty()) {
            read(event, counted, true);
        }
        return false;
    }

    /**
     * Whether a transaction has read the state of a child that it deletes. Of a read-only child no state is kept but what
     * the application has made of it, and so with a detached one, which is taken into the session by removing it: that one
     * nobody has locked for reading, nor what came from the second-level cache or was loaded in an earlier transaction.
     */
    private static boolean isLoaded(Object child, SharedSessionContractImplementor session) {
        if (!(session instanceof SessionImplementor)) {
            return false;
        }
        EntityEntry entry = session.getPersistenceContextInternal().getEntry(child);
        return entry != null && entry.getLoadedState() != null && entry.getLockMode() != LockMode.NONE;
    }

    private boolean isReadUnderLock(EntityPersister child) {
        return guards.readUnderLock().contains(child.getRootEntityName());
    }

    private Found read(AbstractDatabaseOperationEvent event, WatchedEntity counted, boolean writesAll) {
        SharedSessionContractImplementor session = event.getSession();
        Entities.refuseFilters(event.getPersister(), session);
        // without a transaction a lock would be gone before the statement
        boolean isThere = guards.trust() || !session.isTransactionInProgress() || lock(event);
        Found found = new Found(
                new WeakReference<>(event.getEntity()),
                isThere ? stored(counted, event.getId(), session) : null,
                writesAll);
        read.put(session, found);
        return found;
    }

    /** A snapshot of what the database has of a row, or null if there is none. */
    @Nullable
    Snapshot stored(WatchedEntity counted, Object id, SharedSessionContractImplementor session) {
        String hql = counted.select("id(c) = :id");
        List<Object[]> rows = queries.list(hql, Object[].class, query -> query.setParameter("id", id), session);
        return rows.isEmpty() ? null : counted.read(rows.get(0));
    }

    /**
     * Locks the row, to be read in a later statement (see {@link RowLocks}). False if there is no such row, or it has another
     * version than the one that the statement will look for: which only a query of Hibernate's can ask for.
     */
    private boolean lock(AbstractDatabaseOperationEvent event) {
        SharedSessionContractImplementor session = event.getSession();
        EntityPersister child = event.getPersister();
        EntityEntry entry = session instanceof SessionImplementor
                ? session.getPersistenceContextInternal().getEntry(event.getEntity())
                : null;
        if (EntityTables.tables(child, "").size() > 1) {
            // no database locks what a union of tables answers
            return !RowLocks.lock(List.of(event.getId()), child, "", session).isEmpty();
        }
        Object version = entry == null || child.optimisticLockStyle() != OptimisticLockStyle.VERSION
                ? null // which the statement will not look for
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

    /** What was found of this child before its statement, or null if there was no need to look. */
    @Nullable
    Found take(Object child, SharedSessionContractImplementor session) {
        if (read.isEmpty()) {
            return null;
        }
        Found found = read.remove(session);
        return found != null && found.child().refersTo(child) ? found : null;
    }
}
