package io.countercache.hibernate.internal.transaction;

import io.countercache.hibernate.internal.orm.PerSession;
import org.hibernate.SessionEventListener;
import org.hibernate.StatelessSession;
import org.hibernate.engine.spi.SharedSessionContractImplementor;

/**
 * Executes the open JDBC batch of a stateless session when the session is closed. Hibernate would drop the batch, though the
 * session's JTA transaction may still commit, and its children are counted already.
 */
final class StatelessBatches {

    private final PerSession<Boolean> listening = new PerSession<>();

    void executeAtClose(SharedSessionContractImplementor session) {
        if (session instanceof StatelessSession && listening.get(session) == null) {
            listening.put(session, true);
            session.getEventListenerManager().addListener(new SessionEventListener() {
                @Override
                public void end() {
                    if (session.isTransactionInProgress()) {
                        session.getJdbcCoordinator().executeBatch();
                    }
                }
            });
        }
    }
}
