package io.countercache.hibernate.internal.entity;

import io.countercache.hibernate.internal.entity.AnnouncedDeletes.Outcome;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.orm.EventSession;
import io.countercache.hibernate.internal.orm.PerSession;
import org.hibernate.StatelessSession;
import org.hibernate.boot.Metadata;
import org.hibernate.engine.spi.EntityEntry;
import org.hibernate.engine.spi.EntityKey;
import org.hibernate.engine.spi.PersistenceContext;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.engine.spi.SessionImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.engine.spi.Status;
import org.hibernate.event.service.spi.EventListenerGroup;
import org.hibernate.event.service.spi.EventListenerRegistry;
import org.hibernate.event.spi.DeleteEvent;
import org.hibernate.event.spi.EventType;
import org.hibernate.event.spi.PostDeleteEvent;
import org.hibernate.event.spi.PreDeleteEvent;
import org.hibernate.event.spi.PreDeleteEventListener;
import org.hibernate.mapping.JoinedSubclass;
import org.hibernate.mapping.PersistentClass;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/**
 * Which DELETEs have been sent. Hibernate reports two kinds of DELETEs that it does not send: those that it leaves to the
 * database, which deletes the elements of an {@code @OnDelete} collection along with their owner, and those that a listener of
 * the application has vetoed.
 *
 * <p>The first are known from the moment when the session removes the owner. Of a veto Hibernate tells no other listener. But it
 * checks row counts only of statements that it has sent, and these checks are watched here. Where a listener might veto, DELETEs
 * are not batched, because each has to be sent before it is known whether it was.
 */
public final class SentDeletes {

    /** Whether there are collections whose elements the database deletes. */
    private final boolean leavesAny;

    private final PerSession<AnnouncedDeletes> sessions = new PerSession<>();
    /** The listeners that may veto a DELETE; null until they are first asked for. */
    private volatile @Nullable EventListenerGroup<PreDeleteEventListener> vetoing;
    /** What was found out about the listeners, and how many they were then: an application may add one at any time. */
    private volatile Listeners listeners = new Listeners(0, false);

    private record Listeners(int count, boolean mayVeto) {}

    private SentDeletes(boolean leavesAny) {
        this.leavesAny = leavesAny;
    }

    /** Has DELETEs watched. To be called before Hibernate builds persisters from the mapping. */
    public static SentDeletes watch(Metadata metadata) {
        for (PersistentClass entity : metadata.getEntityBindings()) {
            if (entity instanceof JoinedSubclass) {
                continue; // the row of the root is the last to go
            }
            entity.setDeleteExpectation(
                    AnnouncedDeletes.counted(entity.getDeleteExpectation(), entity.isCustomDeleteCallable()));
            if (entity.getRootClass().getSoftDeleteColumn() != null) {
                entity.setUpdateExpectation(
                        AnnouncedDeletes.counted(entity.getUpdateExpectation(), entity.isCustomUpdateCallable()));
            }
        }
        return new SentDeletes(metadata.getCollectionBindings().stream()
                .anyMatch(collection -> collection.getKey().isCascadeDeleteEnabled()));
    }

    /** Whether a session may leave a DELETE to the database. If not, nobody needs to listen to what it removes. */
    public boolean leavesAny() {
        return leavesAny;
    }

    /** To be called when a session removes an entity, before Hibernate does. */
    void onRemove(DeleteEvent event) {
        SessionImplementor session = event.getSession();
        boolean isLeft = event.isCascadeDeleteEnabled();
        AnnouncedDeletes known = sessions.get(session);
        if (!isLeft && (known == null || known.left.isEmpty())) {
            return;
        }
        EntityKey key = removable(event.getObject(), event.getEntityName(), session);
        if (key == null) {
            return;
        }
        if (isLeft) {
            of(session).left.add(key);
        } else if (known != null) {
            known.left.remove(key);
        }
    }

    private AnnouncedDeletes of(SharedSessionContractImplementor session) {
        return sessions.get(session, () -> new AnnouncedDeletes(session));
    }

    /** The key of the row that is about to be removed; null if it is removed already, through whichever instance. */
    private static @Nullable EntityKey removable(
            Object removed, @Nullable String entityName, SessionImplementor session) {
        PersistenceContext context = session.getPersistenceContextInternal();
        Object entity = context.unproxyAndReassociate(removed);
        EntityEntry entry = context.getEntry(entity);
        EntityKey key = entry == null ? key(entity, entityName, session) : entry.getEntityKey();
        if (entry == null && key != null) {
            Object managed = context.getEntity(key);
            entry = managed == null ? null : context.getEntry(managed);
        }
        return entry != null && entry.getStatus().isDeletedOrGone() ? null : key;
    }

    private static @Nullable EntityKey key(Object detached, @Nullable String entityName, SessionImplementor session) {
        EntityPersister persister = session.getEntityPersister(entityName, detached);
        Object id = persister.getIdentifier(detached, session);
        return id == null ? null : session.generateEntityKey(id, persister);
    }

    /** Whether the current flush is certain to send a DELETE for an entity. */
    boolean isSendingDelete(EntityEntry entry, SharedSessionContractImplementor session) {
        if (entry.getStatus() != Status.DELETED || !entry.isExistsInDatabase()) {
            return false;
        }
        AnnouncedDeletes known = sessions.get(session);
        return (known == null || !known.left.contains(entry.getEntityKey())) && !mayBeVetoed(entry.getPersister());
    }

    /**
     * Whether this DELETE will not be sent, because the session leaves it to the database, or because the row was not inserted
     * either. To be called before the DELETE: where it might be vetoed, this begins to watch whether it is sent.
     */
    boolean isUnsent(PreDeleteEvent event) {
        SharedSessionContractImplementor session = EventSession.of(event);
        AnnouncedDeletes known = sessions.get(session);
        if (known != null && session instanceof StatelessSession) {
            known.forget(); // it does not report the end of a DELETE that was vetoed
        }
        boolean mayBeVetoed = mayBeVetoed(event.getPersister());
        EntityEntry entry = Entities.entry(event.getEntity(), session);
        if (entry != null && !entry.isExistsInDatabase()) {
            of(session).unsent.put(entry.getEntityKey(), Outcome.LEFT);
            return true;
        }
        if (known != null && !known.left.isEmpty() && known.left.remove(key(event, session))) {
            known.unsent.put(key(event, session), mayBeVetoed ? Outcome.UNKNOWN : Outcome.LEFT);
            return true;
        }
        if (mayBeVetoed) {
            session.getJdbcCoordinator().executeBatch();
            of(session).watch(key(event, session));
        }
        return false;
    }

    private static EntityKey key(PreDeleteEvent event, SharedSessionContractImplementor session) {
        return session.generateEntityKey(event.getId(), event.getPersister());
    }

    private boolean mayBeVetoed(EntityPersister entity) {
        EventListenerGroup<PreDeleteEventListener> group = group(entity.getFactory());
        Listeners known = listeners;
        if (known.count() != group.count()) {
            known = new Listeners(group.count(), mayVeto(group));
            listeners = known;
        }
        return known.mayVeto();
    }

    /** Looked up once: it is asked for each DELETE. */
    private EventListenerGroup<PreDeleteEventListener> group(SessionFactoryImplementor factory) {
        EventListenerGroup<PreDeleteEventListener> found = vetoing;
        if (found == null) {
            found = factory.getServiceRegistry()
                    .requireService(EventListenerRegistry.class)
                    .getEventListenerGroup(EventType.PRE_DELETE);
            vetoing = found;
        }
        return found;
    }

    @SuppressWarnings("deprecation") // the group has no other way to list its listeners
    private static boolean mayVeto(EventListenerGroup<PreDeleteEventListener> group) {
        for (Object listener : group.listeners()) {
            Class<?> type = listener.getClass();
            boolean isOwn = type.getPackage() == SentDeletes.class.getPackage();
            if (!isOwn && !type.getName().startsWith("org.hibernate.")) {
                return true;
            }
        }
        return false;
    }

    /** What has become of a row. To be called once when its DELETE is reported as done. */
    Outcome outcome(PostDeleteEvent event) {
        SharedSessionContractImplementor session = EventSession.of(event);
        AnnouncedDeletes known = sessions.get(session);
        if (known == null || !known.areAnyAnnounced()) {
            return Outcome.SENT; // there was nothing to watch
        }
        EntityKey key = session.generateEntityKey(event.getId(), event.getPersister());
        if (known.isWatching(key)) {
            session.getJdbcCoordinator().executeBatch();
            return known.stop(key) ? Outcome.SENT : Outcome.UNKNOWN;
        }
        Outcome unsent = known.unsent.remove(key);
        return unsent == null ? Outcome.SENT : unsent;
    }
}
