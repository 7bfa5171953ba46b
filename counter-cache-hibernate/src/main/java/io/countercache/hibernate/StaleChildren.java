package io.countercache.hibernate;

import io.countercache.CounterDefinition;
import io.countercache.hibernate.CounterModel.CountedAssociation;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.stream.Stream;
import org.hibernate.LockMode;
import org.hibernate.boot.Metadata;
import org.hibernate.engine.OptimisticLockStyle;
import org.hibernate.engine.spi.EntityEntry;
import org.hibernate.engine.spi.SessionImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.event.spi.AbstractDatabaseOperationEvent;
import org.hibernate.event.spi.DeleteContext;
import org.hibernate.event.spi.DeleteEvent;
import org.hibernate.event.spi.DeleteEventListener;
import org.hibernate.event.spi.PreDeleteEvent;
import org.hibernate.event.spi.PreDeleteEventListener;
import org.hibernate.event.spi.PreUpdateEvent;
import org.hibernate.event.spi.PreUpdateEventListener;
import org.hibernate.event.spi.PreUpsertEvent;
import org.hibernate.event.spi.PreUpsertEventListener;
import org.hibernate.mapping.JoinedSubclass;
import org.hibernate.mapping.PersistentClass;
import org.hibernate.mapping.Property;
import org.hibernate.mapping.RootClass;
import org.hibernate.mapping.UnionSubclass;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.proxy.HibernateProxy;
import org.hibernate.proxy.LazyInitializer;
import org.jspecify.annotations.Nullable;

/**
 * Guards the move and the delete of a child against another transaction that moves or deletes the same child at the same
 * time: each would take it from the parent that it has loaded, and only one can be right.
 *
 * <p>A version guards by itself. Without one, the statement of the child names the parent in its WHERE, which costs
 * nothing and fails where the other was faster; or the parent is read under a row lock before, where Hibernate cannot do
 * that, where the application asked for it, and where no old state is known at all: in a stateless session.
 */
final class StaleChildren
        implements PreUpdateEventListener, PreDeleteEventListener, PreUpsertEventListener, DeleteEventListener {

    private static final long serialVersionUID = 1;

    private final transient CounterModel model;
    private final transient PendingDeltas pending;
    private final boolean trust;
    private final Set<String> readUnderLock;
    /** What was read before the statement that is under way in a session; taken by the event after it. */
    private final transient Map<SharedSessionContractImplementor, ParentsOf> read =
            Collections.synchronizedMap(new WeakHashMap<>());

    /** The ids of the parents that a child has in the database, by association; none if it has none. */
    private record ParentsOf(Object child, Map<CountedAssociation, Object> ids) {}

    /**
     * Decides what guards each child, and has Hibernate guard what it can. To be called before the mapping is built into
     * persisters.
     */
    StaleChildren(
            CounterModel model,
            PendingDeltas pending,
            Metadata metadata,
            CounterCacheSettings.StaleChildren setting,
            boolean batched) {
        this.model = model;
        this.pending = pending;
        this.trust = setting == CounterCacheSettings.StaleChildren.TRUST;
        this.readUnderLock = new HashSet<>();
        if (trust) {
            return;
        }
        Map<RootClass, Set<Property>> counted = new HashMap<>();
        for (CounterDefinition counter : model.definitions()) {
            PersistentClass child = metadata.getEntityBinding(counter.child());
            counted.computeIfAbsent(child.getRootClass(), any -> new HashSet<>())
                    .add(child.getProperty(counter.association()));
        }
        counted.forEach((child, associations) -> {
            if (isGuarded(child, associations)) {
                return;
            }
            // Hibernate sends no statement of an entity that compares columns in a JDBC batch, not even an INSERT: an
            // application that has asked for batches would lose more by that than by the reads
            if (setting == CounterCacheSettings.StaleChildren.CHECK && !batched && canCheck(child, associations)) {
                check(child, associations);
            } else {
                readUnderLock.add(child.getEntityName());
            }
        });
    }

    /** By a version, or by the application's own choice to compare columns. */
    private static boolean isGuarded(RootClass child, Set<Property> associations) {
        boolean compares = child.isVersioned() || child.getOptimisticLockStyle().isAllOrDirty();
        return compares && associations.stream().allMatch(Property::isOptimisticLocked);
    }

    /** Hibernate compares columns of entities in one table; that of another table it would not see. */
    private static boolean canCheck(RootClass child, Set<Property> associations) {
        return !child.isVersioned()
                && child.getOptimisticLockStyle() == OptimisticLockStyle.VERSION
                && child.getSubclasses().stream()
                        .noneMatch(subclass -> subclass instanceof JoinedSubclass || subclass instanceof UnionSubclass)
                && associations.stream()
                        .allMatch(
                                association -> association.getValue().getTable().equals(child.getTable()));
    }

    /**
     * An UPDATE compares the columns that it changes, a DELETE all, where a column is one of those to compare: so only a
     * move and a delete compare anything, and all other changes go on as before.
     */
    private static void check(RootClass child, Set<Property> associations) {
        child.setOptimisticLockStyle(OptimisticLockStyle.DIRTY);
        Stream.concat(Stream.of(child), child.getSubclasses().stream()).forEach(type -> {
            type.setDynamicUpdate(true);
            type.getProperties().forEach(property -> property.setOptimisticLocked(associations.contains(property)));
        });
    }

    @Override
    public boolean onPreUpdate(PreUpdateEvent event) {
        List<CountedAssociation> associations = model.countedOn(event.getPersister());
        Object[] loaded = event.getOldState();
        if (!associations.isEmpty()
                && (loaded == null
                        || (isReadUnderLock(event.getPersister())
                                && moves(associations, loaded, event.getState(), event.getSession())))) {
            readParents(event, associations);
        }
        return false;
    }

    @Override
    public boolean onPreDelete(PreDeleteEvent event) {
        List<CountedAssociation> associations = model.countedOn(event.getPersister());
        if (!associations.isEmpty()
                && (isReadUnderLock(event.getPersister()) || !isLoaded(event.getEntity(), event.getSession()))) {
            readParents(event, associations);
        }
        return false;
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

    /** Before Hibernate takes a detached child into the session, with the state that the application has given it. */
    @Override
    public void onDelete(DeleteEvent event) {
        Object child = event.getObject();
        LazyInitializer proxy = HibernateProxy.extractLazyInitializer(child);
        if (proxy != null && proxy.isUninitialized()) {
            return; // will be loaded
        }
        Object entity = proxy == null ? child : proxy.getImplementation();
        if (event.getSession().getPersistenceContextInternal().getEntry(entity) == null) {
            pending.removesDetached(entity, event.getSession());
        }
    }

    @Override
    public void onDelete(DeleteEvent event, DeleteContext alreadyDeleted) {
        onDelete(event);
    }

    /** Whether a session has loaded the state of a child that it deletes. Of a read-only one it keeps none. */
    private boolean isLoaded(Object child, SharedSessionContractImplementor session) {
        if (!(session instanceof SessionImplementor)) {
            return false;
        }
        EntityEntry entry = session.getPersistenceContextInternal().getEntry(child);
        return entry != null && entry.getLoadedState() != null && !pending.isRemovedDetached(child, session);
    }

    private boolean isReadUnderLock(EntityPersister child) {
        return readUnderLock.contains(child.getRootEntityName());
    }

    private static boolean moves(
            List<CountedAssociation> associations,
            Object[] before,
            Object[] after,
            SharedSessionContractImplementor session) {
        return associations.stream()
                .anyMatch(association -> !association.isSameParent(
                        association.parentId(before, session), association.parentId(after, session)));
    }

    private void readParents(AbstractDatabaseOperationEvent event, List<CountedAssociation> associations) {
        SharedSessionContractImplementor session = event.getSession();
        CounterModel.refuseFilters(event.getPersister(), session);
        String child = event.getPersister().getEntityName();
        if (!trust) {
            // a statement of its own: what comes after it sees what whoever held the lock has committed
            pending.quietly(
                    session,
                    () -> session.createSelectionQuery(
                                    "select id(c) from %s c where id(c) = :id".formatted(child), Object.class)
                            .setParameter("id", event.getId())
                            .setHibernateLockMode(LockMode.PESSIMISTIC_WRITE)
                            .getResultList());
        }
        StringBuilder joins = new StringBuilder();
        List<String> parents = new ArrayList<>();
        for (CountedAssociation association : associations) {
            String parent = "p" + parents.size();
            joins.append(" left join c.%s %s".formatted(association.counter().association(), parent));
            parents.add("id(" + parent + ")");
        }
        String hql = "select %s from %s c%s where id(c) = :id".formatted(String.join(", ", parents), child, joins);
        List<Object[]> rows = pending.quietly(
                session,
                () -> session.createSelectionQuery(hql, Object[].class)
                        .setParameter("id", event.getId())
                        .getResultList());
        Map<CountedAssociation, Object> ids = new HashMap<>();
        for (Object[] row : rows) {
            for (int i = 0; i < row.length; i++) {
                if (row[i] != null) {
                    ids.put(associations.get(i), row[i]);
                }
            }
        }
        read.put(session, new ParentsOf(event.getEntity(), ids));
    }

    /** What was read for this child before its statement, or null if nothing had to be read. */
    @Nullable
    Map<CountedAssociation, Object> take(Object child, SharedSessionContractImplementor session) {
        if (read.isEmpty()) {
            return null;
        }
        ParentsOf parents = read.remove(session);
        return parents != null && parents.child() == child ? parents.ids() : null;
    }
}
