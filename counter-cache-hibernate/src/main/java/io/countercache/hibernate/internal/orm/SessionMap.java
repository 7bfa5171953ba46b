package io.countercache.hibernate.internal.orm;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.hibernate.SessionEventListener;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.resource.transaction.spi.TransactionObserver;
import org.jspecify.annotations.Nullable;

/**
 * The values of the sessions of a Hibernate before 7.4, to which nothing can be attached. A session is in the map from its first
 * value until it is closed, or, with JTA, until the transaction has ended that it is closed before; at the latest until its
 * factory is closed.
 */
final class SessionMap {

    private static final Map<SharedSessionContractImplementor, Values> SESSIONS = new ConcurrentHashMap<>();
    private static final SessionValues NONE = new SessionValues();

    private SessionMap() {}

    /** The values of a session; of one that has none, some that are not to be added to. */
    static SessionValues known(SharedSessionContractImplementor session) {
        Values known = SESSIONS.get(session);
        return known != null ? known : NONE;
    }

    /** The values of a session, to add one. */
    static SessionValues of(SharedSessionContractImplementor session) {
        Values known = SESSIONS.get(session);
        return known != null ? known : new Values(session);
    }

    /** A session that the application has never closed would keep the classes of an application that is gone. */
    static void forget(SessionFactoryImplementor closed) {
        SESSIONS.keySet().removeIf(session -> session.getFactory() == closed);
    }

    private static final class Values extends SessionValues implements SessionEventListener, TransactionObserver {

        private static final long serialVersionUID = 1;

        private final transient SharedSessionContractImplementor session;

        Values(SharedSessionContractImplementor session) {
            this.session = session;
            SESSIONS.put(session, this);
            session.getEventListenerManager().addListener(this);
        }

        @Override
        @Nullable
        Object remove(Object key) {
            Object removed = super.remove(key);
            if (isEmpty() && session.isClosed()) {
                SESSIONS.remove(session, this);
            }
            return removed;
        }

        /** The session is closed. What it has to write at the end of a JTA transaction is still to come. */
        @Override
        public void end() {
            if (!isEmpty() && isInJtaTransaction()) {
                session.getTransactionCoordinator().addObserver(this);
            } else {
                SESSIONS.remove(session, this);
            }
        }

        @Override
        public void afterBegin() {}

        @Override
        public void beforeCompletion() {}

        @Override
        public void afterCompletion(boolean successful, boolean delayed) {
            SESSIONS.remove(session, this);
        }

        private boolean isInJtaTransaction() {
            return session.getTransactionCoordinator()
                            .getTransactionCoordinatorBuilder()
                            .isJta()
                    && session.isTransactionInProgress();
        }
    }
}
