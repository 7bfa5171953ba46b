package io.countercache.hibernate.internal.entity;

import io.countercache.hibernate.internal.orm.EventSession;
import io.countercache.hibernate.internal.orm.PerSession;
import io.countercache.hibernate.internal.support.CallScope;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Supplier;
import org.hibernate.SessionEventListener;
import org.hibernate.boot.Metadata;
import org.hibernate.engine.spi.EntityEntry;
import org.hibernate.engine.spi.EntityKey;
import org.hibernate.engine.spi.PersistenceContext;
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
import org.hibernate.jdbc.Expectation;
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

    /** The DELETEs that the thread sends, while any session watches whether one is sent that might be vetoed. */
    private static final CallScope<Sent> SENT = new CallScope<>();

    /** Whether there are collections whose elements the database deletes. */
    private final boolean leavesAny;

    private final PerSession<OfSession> sessions = new PerSession<>();
    /** What was found out about the listeners, and how many they were then: an application may add one at any time. */
    private volatile Listeners listeners = new Listeners(0, false);

    private record Listeners(int count, boolean mayVeto) {}

    /** What has become of a row whose DELETE is reported as done. */
    enum Outcome {
        /** The DELETE was sent. */
        SENT,
        /** The DELETE was left to the database, and the row was deleted along with another one. */
        LEFT,
        /** The DELETE was vetoed, or left to the database while that of the other row may have been vetoed. */
        UNKNOWN
    }

    /** How many DELETEs a thread has sent, and how many sessions watch that: a listener may delete by another session. */
    private static final class Sent {
        int deletes;
        int watching;
    }

    private static final class OfSession implements SessionEventListener {

        private static final long serialVersionUID = 1;

        /** The rows that the session has removed and left to the database, until their DELETE is reported. */
        final transient Set<EntityKey> left = new HashSet<>();
        /** What the current DELETE is counted by; null if no listener might veto it. */
        private transient @Nullable Sent watched;

        private transient int sentBefore;
        /** Whether the last DELETE was not sent. */
        transient boolean isUnsent;

        OfSession(SharedSessionContractImplementor session) {
            session.getEventListenerManager().addListener(this);
        }

        void watch() {
            Sent sent = SENT.get();
            if (sent == null) {
                sent = new Sent();
                SENT.begin(sent);
            }
            sent.watching++;
            watched = sent;
            sentBefore = sent.deletes;
        }

        boolean isWatching() {
            return watched != null;
        }

        /** Returns whether any DELETE was sent since {@link #watch}. */
        boolean stop() {
            Sent sent = watched;
            watched = null;
            if (sent != null && --sent.watching == 0) {
                SENT.end();
            }
            return sent != null && sent.deletes > sentBefore;
        }

        @Override
        public void transactionCompletion(boolean successful) {
            stop();
        }

        @Override
        public void end() {
            stop();
        }
    }

    private SentDeletes(boolean leavesAny) {
        this.leavesAny = leavesAny;
    }

    /** Has DELETEs watched. To be called before Hibernate builds persisters from the mapping. */
    public static SentDeletes watch(Metadata metadata) {
        for (PersistentClass entity : metadata.getEntityBindings()) {
            entity.setDeleteExpectation(watched(entity.getDeleteExpectation(), entity.isCustomDeleteCallable()));
            if (entity.getRootClass().getSoftDeleteColumn() != null) {
                entity.setUpdateExpectation(watched(entity.getUpdateExpectation(), entity.isCustomUpdateCallable()));
            }
        }
        return new SentDeletes(metadata.getCollectionBindings().stream()
                .anyMatch(collection -> collection.getKey().isCascadeDeleteEnabled()));
    }

    private static Supplier<Expectation> watched(@Nullable Supplier<? extends Expectation> declared, boolean callable) {
        return () -> new Watched(
                declared != null
                        ? declared.get()
                        : callable ? new Expectation.OutParameter() : new Expectation.RowCount());
    }

    private record Watched(Expectation declared) implements Expectation {

        @Override
        public void verifyOutcome(int rowCount, PreparedStatement statement, int batchPosition, String sql)
                throws SQLException {
            Sent sent = SENT.get();
            if (sent != null && rowCount != 0) {
                sent.deletes++;
            }
            declared.verifyOutcome(rowCount, statement, batchPosition, sql);
        }

        @Override
        public boolean canBeBatched() {
            return declared.canBeBatched();
        }

        @Override
        public int getNumberOfParametersUsed() {
            return declared.getNumberOfParametersUsed();
        }

        @Override
        public int prepare(PreparedStatement statement) throws SQLException {
            return declared.prepare(statement);
        }

        @Override
        public void validate(boolean callable) {
            declared.validate(callable);
        }
    }

    /** Whether a session may leave a DELETE to the database. If not, nobody needs to listen to what it removes. */
    public boolean leavesAny() {
        return leavesAny;
    }

    /** To be called when a session removes an entity, before Hibernate does. */
    void onRemove(DeleteEvent event) {
        SessionImplementor session = event.getSession();
        boolean isLeft = event.isCascadeDeleteEnabled();
        OfSession known = sessions.get(session);
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

    private OfSession of(SharedSessionContractImplementor session) {
        return sessions.get(session, () -> new OfSession(session));
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
        OfSession known = sessions.get(session);
        return (known == null || !known.left.contains(entry.getEntityKey())) && !mayBeVetoed(entry.getPersister());
    }

    /**
     * Whether the session leaves this DELETE to the database. To be called before the DELETE: where it might be vetoed, this
     * begins to watch whether it is sent.
     */
    boolean isLeftToDatabase(PreDeleteEvent event) {
        SharedSessionContractImplementor session = EventSession.of(event);
        OfSession known = sessions.get(session);
        if (known != null) {
            known.stop(); // a stateless session does not report the end of a DELETE that was vetoed
            known.isUnsent = !known.left.isEmpty()
                    && known.left.remove(session.generateEntityKey(event.getId(), event.getPersister()));
            if (known.isUnsent) {
                return true;
            }
        }
        if (mayBeVetoed(event.getPersister())) {
            session.getJdbcCoordinator().executeBatch();
            of(session).watch();
        }
        return false;
    }

    private boolean mayBeVetoed(EntityPersister entity) {
        EventListenerGroup<PreDeleteEventListener> group = entity.getFactory()
                .getServiceRegistry()
                .requireService(EventListenerRegistry.class)
                .getEventListenerGroup(EventType.PRE_DELETE);
        Listeners known = listeners;
        if (known.count() != group.count()) {
            known = new Listeners(group.count(), mayVeto(group));
            listeners = known;
        }
        return known.mayVeto();
    }

    @SuppressWarnings("deprecation") // the group has no other way to list its listeners
    private static boolean mayVeto(EventListenerGroup<PreDeleteEventListener> group) {
        for (Object listener : group.listeners()) {
            if (!(listener instanceof EntityEvents)
                    && !listener.getClass().getName().startsWith("org.hibernate.")) {
                return true;
            }
        }
        return false;
    }

    /** What has become of a row. To be called once when its DELETE is reported as done. */
    Outcome outcome(PostDeleteEvent event) {
        SharedSessionContractImplementor session = EventSession.of(event);
        OfSession known = sessions.get(session);
        if (known == null) {
            return Outcome.SENT; // there was nothing to watch
        }
        if (known.isWatching()) {
            session.getJdbcCoordinator().executeBatch();
            known.isUnsent |= !known.stop();
        }
        if (!known.isUnsent) {
            return Outcome.SENT;
        }
        return mayBeVetoed(event.getPersister()) ? Outcome.UNKNOWN : Outcome.LEFT;
    }
}
