package io.countercache.hibernate;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collections;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.function.Supplier;
import org.hibernate.boot.Metadata;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.event.service.spi.EventListenerGroup;
import org.hibernate.event.spi.PostDeleteEvent;
import org.hibernate.event.spi.PostDeleteEventListener;
import org.hibernate.event.spi.PreDeleteEvent;
import org.hibernate.event.spi.PreDeleteEventListener;
import org.hibernate.jdbc.Expectation;
import org.hibernate.mapping.Collection;
import org.hibernate.mapping.OneToMany;
import org.hibernate.mapping.PersistentClass;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/**
 * Which DELETEs were sent. Hibernate announces one that a listener of the application has vetoed as if it had been, and
 * tells no listener what another one has said. But it verifies what it has sent, and only that.
 *
 * <p>Where there are such listeners, DELETEs are not batched: each has to be sent before it is known whether it will be.
 */
final class SentDeletes implements PreDeleteEventListener, PostDeleteEventListener {

    private static final long serialVersionUID = 1;

    /** How many this thread has sent: only whether it grows is of interest. */
    private static final ThreadLocal<Long> SENT = ThreadLocal.withInitial(() -> 0L);

    /** Root entities of which the database deletes rows itself, along with others, and Hibernate sends nothing. */
    private final transient Set<String> deletedByDatabase;
    /** How many were sent before the one that is under way in a session. */
    private final transient Map<SharedSessionContractImplementor, Long> before =
            Collections.synchronizedMap(new WeakHashMap<>());
    /** The sessions whose last one was vetoed. */
    private final transient Set<SharedSessionContractImplementor> vetoed =
            Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

    /** Whether there ever was one to watch: without a listener that may veto there is none, and nobody takes a lock. */
    private transient volatile boolean watching;
    /** What the listeners were when they were looked at last. */
    private transient volatile Listeners listeners = new Listeners(0, false);

    private record Listeners(int count, boolean mayVeto) {}

    private SentDeletes(Set<String> deletedByDatabase) {
        this.deletedByDatabase = deletedByDatabase;
    }

    /** Has DELETEs watched. To be called before the mapping is built into persisters. */
    static SentDeletes watch(Metadata metadata) {
        for (PersistentClass entity : metadata.getEntityBindings()) {
            entity.setDeleteExpectation(watched(entity.getDeleteExpectation(), entity.isCustomDeleteCallable()));
            if (entity.getRootClass().getSoftDeleteColumn() != null) {
                entity.setUpdateExpectation(watched(entity.getUpdateExpectation(), entity.isCustomUpdateCallable()));
            }
        }
        Set<String> deletedByDatabase = new HashSet<>();
        for (Collection collection : metadata.getCollectionBindings()) {
            if (collection.getKey().isCascadeDeleteEnabled() && collection.getElement() instanceof OneToMany elements) {
                deletedByDatabase.add(
                        elements.getAssociatedClass().getRootClass().getEntityName());
            }
        }
        return new SentDeletes(deletedByDatabase);
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

    @Override
    public boolean onPreDelete(PreDeleteEvent event) {
        SharedSessionContractImplementor session = event.getSession();
        if (watching) {
            vetoed.remove(session);
            before.remove(session); // of a stateless session nothing is announced that was vetoed
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
        return known.mayVeto() && !deletedByDatabase.contains(entity.getRootEntityName());
    }

    @SuppressWarnings("deprecation") // nothing else says which listeners there are
    private static boolean mayVeto(EventListenerGroup<PreDeleteEventListener> group) {
        for (Object listener : group.listeners()) {
            if (!neverVetoes(listener)) {
                return true;
            }
        }
        return false;
    }

    private static boolean neverVetoes(Object listener) {
        return listener instanceof SentDeletes
                || listener instanceof StaleChildren
                || listener instanceof StatelessOwners
                || listener instanceof HeldElements
                || listener.getClass().getName().startsWith("org.hibernate.");
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
            vetoed.add(session);
        }
    }

    /** Whether the DELETE that a session has just announced as done was vetoed. */
    boolean isVetoed(SharedSessionContractImplementor session) {
        return watching && vetoed.contains(session);
    }

    @Override
    public boolean requiresPostCommitHandling(EntityPersister persister) {
        return false;
    }
}
