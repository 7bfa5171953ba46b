package io.countercache.hibernate;

import io.countercache.hibernate.CounterModel.CountedAssociation;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import org.hibernate.LockMode;
import org.hibernate.engine.spi.EntityEntry;
import org.hibernate.engine.spi.SessionImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.event.spi.AbstractDatabaseOperationEvent;
import org.hibernate.event.spi.PreDeleteEvent;
import org.hibernate.event.spi.PreDeleteEventListener;
import org.hibernate.event.spi.PreUpdateEvent;
import org.hibernate.event.spi.PreUpdateEventListener;
import org.hibernate.event.spi.PreUpsertEvent;
import org.hibernate.event.spi.PreUpsertEventListener;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/**
 * Guards the move and the delete of a child against another transaction that moves or deletes the same child at the same
 * time: each would take it from the parent that it has loaded, and only one can be right.
 *
 * <p>Where Hibernate does not guard the statement itself (see {@link ChildGuards}), and where no old state is known at all,
 * as in a stateless session, the parent is read from the database before, under a row lock.
 */
final class StaleChildren implements PreUpdateEventListener, PreDeleteEventListener, PreUpsertEventListener {

    private static final long serialVersionUID = 1;

    private final transient CounterModel model;
    private final transient PendingDeltas pending;
    private final transient ChildGuards guards;
    /** What was read before the statement that is under way in a session; taken by the event after it. */
    private final transient Map<SharedSessionContractImplementor, Found> read =
            Collections.synchronizedMap(new WeakHashMap<>());

    /**
     * What the database has of a child: the ids of its parents, by association, null where it has none. Not there is also
     * a row that the statement will not find, or that is only marked as deleted.
     */
    record Found(Object child, boolean isThere, Map<CountedAssociation, @Nullable Object> parents) {}

    StaleChildren(CounterModel model, PendingDeltas pending, ChildGuards guards) {
        this.model = model;
        this.pending = pending;
        this.guards = guards;
    }

    @Override
    public boolean onPreUpdate(PreUpdateEvent event) {
        List<CountedAssociation> associations = model.countedOn(event.getPersister());
        Object[] loaded = event.getOldState();
        if (associations.isEmpty()) {
            return false;
        }
        if (loaded == null
                || guards.readAtEveryUpdate().contains(event.getPersister().getRootEntityName())) {
            readParents(event, associations); // the UPDATE writes all columns
        } else if (assignsUnloaded(associations, loaded, event.getState())
                || (isReadUnderLock(event.getPersister())
                        && moves(associations, loaded, event.getState(), event.getSession()))) {
            keepUnmoved(readParents(event, associations), associations, loaded, event);
        }
        return false;
    }

    /**
     * The UPDATE writes only what has changed: a parent that this session leaves alone stays the one that it is, even
     * where another transaction has made it another one than this session knows.
     */
    private static void keepUnmoved(
            Found found, List<CountedAssociation> associations, Object[] loaded, PreUpdateEvent event) {
        for (CountedAssociation association : associations) {
            Object known = association.parentId(loaded, event.getSession());
            if (!association.isUnknown(loaded)
                    && association.isSameParent(known, association.parentId(event.getState(), event.getSession()))) {
                found.parents().put(association, known);
            }
        }
    }

    @Override
    public boolean onPreDelete(PreDeleteEvent event) {
        List<CountedAssociation> associations = model.countedOn(event.getPersister());
        if (!associations.isEmpty()
                && (isReadUnderLock(event.getPersister())
                        || !isLoaded(event.getEntity(), event.getSession())
                        || associations.stream()
                                .anyMatch(association -> association.isUnknown(event.getDeletedState())))) {
            Found found = readParents(event, associations);
            if (guards.compared().contains(event.getPersister().getRootEntityName())) {
                compareWith(found, event.getSession());
            }
        }
        return false;
    }

    /** The DELETE of a detached child would compare what the application has made of it, and miss the row. */
    private static void compareWith(Found found, SharedSessionContractImplementor session) {
        EntityEntry entry = session instanceof SessionImplementor
                ? session.getPersistenceContextInternal().getEntry(found.child())
                : null;
        Object[] state = entry == null ? null : entry.getLoadedState();
        if (state != null) {
            found.parents()
                    .forEach((association, id) -> state[association.index()] = association.reference(id, session));
        }
    }

    /** A stateless session does not know whether this will be an INSERT or an UPDATE. */
    @Override
    public boolean onPreUpsert(PreUpsertEvent event) {
        List<CountedAssociation> associations = model.countedOn(event.getPersister());
        if (!associations.isEmpty()) {
            readParents(event, associations);
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

    /** Whether a child gets a parent although nobody has asked which one it had. */
    private static boolean assignsUnloaded(List<CountedAssociation> associations, Object[] before, Object[] after) {
        return associations.stream()
                .anyMatch(association -> association.isUnknown(before) && !association.isUnknown(after));
    }

    private static boolean moves(
            List<CountedAssociation> associations,
            Object[] before,
            Object[] after,
            SharedSessionContractImplementor session) {
        return associations.stream()
                .anyMatch(association -> !association.isUnknown(after)
                        && !association.isSameParent(
                                association.parentId(before, session), association.parentId(after, session)));
    }

    private Found readParents(AbstractDatabaseOperationEvent event, List<CountedAssociation> associations) {
        SharedSessionContractImplementor session = event.getSession();
        CounterModel.refuseFilters(event.getPersister(), session);
        // without a transaction a lock would be gone before the statement
        boolean isThere = guards.trust() || !session.isTransactionInProgress() || lock(event);
        StringBuilder joins = new StringBuilder();
        List<String> parents = new ArrayList<>();
        for (CountedAssociation association : associations) {
            String parent = "p" + parents.size();
            joins.append(" left join c.%s %s".formatted(association.counter().association(), parent));
            parents.add("id(" + parent + ")");
        }
        String hql = "select %s from %s c%s where id(c) = :id"
                .formatted(String.join(", ", parents), event.getPersister().getImportedName(), joins);
        List<Object[]> rows = !isThere
                ? List.of()
                : pending.quietly(
                        session,
                        () -> session.createSelectionQuery(hql, Object[].class)
                                .setParameter("id", event.getId())
                                .getResultList());
        Map<CountedAssociation, @Nullable Object> ids = new HashMap<>();
        for (Object[] row : rows) {
            for (int i = 0; i < row.length; i++) {
                ids.put(associations.get(i), row[i]);
            }
        }
        Found found = new Found(event.getEntity(), !rows.isEmpty(), ids);
        read.put(session, found);
        return found;
    }

    /**
     * A statement of its own: what comes after it sees what whoever held the lock has committed. False if there is no such
     * row, or it has another version than the one that the statement will look for.
     */
    private boolean lock(AbstractDatabaseOperationEvent event) {
        SharedSessionContractImplementor session = event.getSession();
        EntityPersister child = event.getPersister();
        EntityEntry entry = session instanceof SessionImplementor
                ? session.getPersistenceContextInternal().getEntry(event.getEntity())
                : null;
        if (EntityRows.tables(child, "").size() > 1) {
            // no database locks what a union of tables answers
            RowLocks locks = new RowLocks(session, child, "", List.of());
            return !pending.quietly(session, () -> locks.lock(List.of(event.getId())))
                    .isEmpty();
        }
        Object version = entry == null ? null : entry.getVersion();
        String hql = "select id(c) from %s c where id(c) = :id%s"
                .formatted(child.getImportedName(), version == null ? "" : " and version(c) = :version");
        return pending.quietly(session, () -> {
            var query = session.createSelectionQuery(hql, Object.class).setParameter("id", event.getId());
            if (version != null) {
                query.setParameter("version", version);
            }
            return !query.setHibernateLockMode(LockMode.PESSIMISTIC_WRITE)
                    .getResultList()
                    .isEmpty();
        });
    }

    /** What was found of this child before its statement, or null if there was no need to look. */
    @Nullable
    Found take(Object child, SharedSessionContractImplementor session) {
        if (read.isEmpty()) {
            return null;
        }
        Found found = read.remove(session);
        return found != null && found.child() == child ? found : null;
    }
}
