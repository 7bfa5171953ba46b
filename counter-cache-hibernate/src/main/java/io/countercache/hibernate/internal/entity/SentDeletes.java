package io.countercache.hibernate.internal.entity;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collections;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.function.Supplier;
import org.hibernate.boot.Metadata;
import org.hibernate.engine.spi.EntityEntry;
import org.hibernate.engine.spi.EntityKey;
import org.hibernate.engine.spi.PersistenceContext;
import org.hibernate.engine.spi.SessionImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.event.service.spi.EventListenerGroup;
import org.hibernate.event.spi.DeleteContext;
import org.hibernate.event.spi.DeleteEvent;
import org.hibernate.event.spi.DeleteEventListener;
import org.hibernate.event.spi.PostDeleteEvent;
import org.hibernate.event.spi.PostDeleteEventListener;
import org.hibernate.event.spi.PreDeleteEvent;
import org.hibernate.event.spi.PreDeleteEventListener;
import org.hibernate.jdbc.Expectation;
import org.hibernate.mapping.PersistentClass;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/**
 * Which DELETEs were sent. Hibernate announces two kinds as if they had been: those that it leaves to the database, which
 * deletes the elements of an {@code @OnDelete} collection along with their owner, and those that a listener of the application
 * has vetoed.
 *
 * <p>The first are known when the session removes the owner. Of the second no listener is told what another one has said; but
 * Hibernate verifies what it has sent, and only that. Where there are such listeners, DELETEs are not batched: each has to be
 * sent before it is known whether it will be.
 */
public final class SentDeletes implements DeleteEventListener, NeverVetoes, PostDeleteEventListener {

    private static final long serialVersionUID = 1;

    /** How many this thread has sent: only whether it grows is of interest. */
    private static final ThreadLocal<Long> SENT = ThreadLocal.withInitial(() -> 0L);

    /** Whether there are collections whose elements the database deletes. */
    private final transient boolean leavesAny;
    /** What a session has removed and left to the database, until that is announced as done. */
    private final transient Map<SharedSessionContractImplementor, Set<EntityKey>> left =
            Collections.synchronizedMap(new WeakHashMap<>());
    /** How many were sent before the one that is under way in a session. */
    private final transient Map<SharedSessionContractImplementor, Long> before =
            Collections.synchronizedMap(new WeakHashMap<>());
    /** The sessions whose last one was not sent. */
    private final transient Set<SharedSessionContractImplementor> unsent =
            Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

    /** Whether there ever was one to watch: where all are sent there is none, and nobody takes a lock. */
    private transient volatile boolean watching;
    /** What the listeners were when they were looked at last. */
    private transient volatile Listeners listeners = new Listeners(0, false);

    private record Listeners(int count, boolean mayVeto) {}

    private SentDeletes(boolean leavesAny) {
        this.leavesAny = leavesAny;
    }

    /** Has DELETEs watched. To be called before the mapping is built into persisters. */
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
            SENT.set(SENT.get() + 1);
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

    /** Whether a session may leave a DELETE to the database: if not, it need not be asked what it removes. */
    public boolean leavesAny() {
        return leavesAny;
    }

    @Override
    public void onDelete(DeleteEvent event) {
        onDelete(event, DeleteContext.create());
    }

    /** Runs before Hibernate's own: what is removed already stays what it is. */
    @Override
    public void onDelete(DeleteEvent event, DeleteContext removed) {
        SessionImplementor session = event.getSession();
        boolean isLeft = event.isCascadeDeleteEnabled();
        if (!isLeft && !left.containsKey(session)) {
            return;
        }
        EntityKey key = removable(event.getObject(), event.getEntityName(), session);
        if (key != null) {
            Set<EntityKey> leaves = left.computeIfAbsent(session, any -> new HashSet<>());
            if (isLeft) {
                watching = true;
                leaves.add(key);
            } else {
                leaves.remove(key);
            }
        }
    }

    /** The key of what is going to be removed; null if it is removed already, by whichever instance. */
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

    @Override
    public boolean onPreDelete(PreDeleteEvent event) {
        SharedSessionContractImplementor session = event.getSession();
        if (watching) {
            unsent.remove(session);
            before.remove(session); // of a stateless session nothing is announced that was vetoed
            Set<EntityKey> leaves = left.get(session);
            if (leaves != null && leaves.remove(session.generateEntityKey(event.getId(), event.getPersister()))) {
                unsent.add(session);
                return false;
            }
        }
        if (mayBeVetoed(event.getPersister())) {
            watching = true;
            session.getJdbcCoordinator().executeBatch();
            before.put(session, SENT.get());
        }
        return false;
    }

    private boolean mayBeVetoed(EntityPersister entity) {
        EventListenerGroup<PreDeleteEventListener> group =
                entity.getFactory().getEventListenerGroups().eventListenerGroup_PRE_DELETE;
        Listeners known = listeners;
        if (known.count() != group.count()) {
            known = new Listeners(group.count(), mayVeto(group));
            listeners = known;
        }
        return known.mayVeto();
    }

    @SuppressWarnings("deprecation") // nothing else says which listeners there are
    private static boolean mayVeto(EventListenerGroup<PreDeleteEventListener> group) {
        for (Object listener : group.listeners()) {
            if (!(listener instanceof NeverVetoes)
                    && !listener.getClass().getName().startsWith("org.hibernate.")) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void onPostDelete(PostDeleteEvent event) {
        SharedSessionContractImplementor session = event.getSession();
        Long sent = watching ? before.remove(session) : null;
        if (sent == null) {
            return;
        }
        session.getJdbcCoordinator().executeBatch();
        if (sent.equals(SENT.get())) {
            unsent.add(session);
        }
    }

    /** Whether the row goes nevertheless that a session has announced last: with the one that it was left to. */
    boolean isLeft(PostDeleteEvent event) {
        return isUnsent(event.getSession()) && !mayBeVetoed(event.getPersister());
    }

    /**
     * Whether the DELETE that a session has announced last is not sent. Before it would be, only what is left to the database is
     * known; after it, also what was vetoed.
     */
    public boolean isUnsent(SharedSessionContractImplementor session) {
        return watching && unsent.contains(session);
    }

    @Override
    public boolean requiresPostCommitHandling(EntityPersister persister) {
        return false;
    }
}
