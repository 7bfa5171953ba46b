package io.countercache.hibernate.internal.collection;

import io.countercache.hibernate.internal.entity.RowStep;
import io.countercache.hibernate.internal.orm.EventCollection;
import io.countercache.hibernate.internal.orm.EventSession;
import io.countercache.hibernate.internal.orm.PerSession;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.hibernate.SessionEventListener;
import org.hibernate.StatelessSession;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.event.spi.AbstractCollectionEvent;
import org.hibernate.event.spi.AbstractPreDatabaseOperationEvent;
import org.hibernate.event.spi.EventSource;
import org.jspecify.annotations.Nullable;

/**
 * Finds the stateless session of a collection event. Hibernate's collection events do not have a stateless session, and the
 * collection may be one that another session has loaded. But each follows an event of the collection's owner, and that one does.
 */
public final class StatelessOwners implements RowStep {

    /** The stateless sessions by the instance that each was the last to write: at most one of each session, until it ends. */
    private final Map<Instance, SharedSessionContractImplementor> sessions = new ConcurrentHashMap<>();

    private final PerSession<Last> lasts = new PerSession<>();

    /** The same only as itself, whatever its {@code equals} says. */
    private record Instance(Object entity) {

        @Override
        @SuppressWarnings("ReferenceEquality") // that is what it is for
        public boolean equals(@Nullable Object other) {
            return other instanceof Instance its && its.entity == entity;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(entity);
        }
    }

    /** The last instance with collections that a stateless session was about to write. */
    private final class Last implements SessionEventListener {

        private static final long serialVersionUID = 1;

        private final transient SharedSessionContractImplementor session;
        private transient @Nullable Instance owner;

        Last(SharedSessionContractImplementor session) {
            this.session = session;
            session.getEventListenerManager().addListener(this);
        }

        void set(@Nullable Instance next) {
            if (owner != null) {
                sessions.remove(owner, session);
            }
            owner = next;
            if (next != null) {
                sessions.put(next, session);
            }
        }

        @Override
        public void transactionCompletion(boolean successful) {
            set(null);
        }

        @Override
        public void end() {
            set(null);
        }
    }

    /** The session whose collection an event is about; null for a stateless one that has not announced it. */
    @Nullable
    SharedSessionContractImplementor sessionOf(AbstractCollectionEvent event) {
        EventSource stateful = statefulSession(event);
        if (stateful != null) {
            return stateful;
        }
        if (!EventSession.mayBeStateless()) {
            return null; // it is refused before, or not counted
        }
        SharedSessionContractImplementor session = sessions.get(new Instance(event.getAffectedOwnerOrNull()));
        SharedSessionContractImplementor wrapping = EventCollection.session(event.getCollection());
        return session == null && wrapping instanceof StatelessSession // which has wrapped a plain collection
                ? wrapping
                : session;
    }

    private static @Nullable EventSource statefulSession(AbstractCollectionEvent event) {
        try {
            return event.getSession();
        } catch (NullPointerException e) {
            return null; // as Hibernate answers for a stateless session
        }
    }

    @Override
    public void beforeStatement(AbstractPreDatabaseOperationEvent event) {
        if (event.getPersister().hasOwnedCollections() && EventSession.of(event) instanceof StatelessSession) {
            SharedSessionContractImplementor session = EventSession.of(event);
            lasts.get(session, () -> new Last(session)).set(new Instance(event.getEntity()));
        }
    }
}
