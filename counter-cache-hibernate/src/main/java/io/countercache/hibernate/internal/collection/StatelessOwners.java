package io.countercache.hibernate.internal.collection;

import io.countercache.hibernate.internal.entity.RowStep;
import java.lang.ref.WeakReference;
import org.hibernate.StatelessSession;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.event.spi.AbstractCollectionEvent;
import org.hibernate.event.spi.AbstractDatabaseOperationEvent;
import org.jspecify.annotations.Nullable;

/**
 * The stateless session whose collections change. Hibernate does not tell: its collection events have no session then, but
 * come after an event of their owner, in the same thread.
 */
public final class StatelessOwners implements RowStep {

    private static final ThreadLocal<@Nullable Owner> LAST = new ThreadLocal<>();

    /** An entity that a stateless session is about to write. */
    private record Owner(WeakReference<Object> entity, WeakReference<SharedSessionContractImplementor> session) {}

    /** The session whose collection this event is about. */
    SharedSessionContractImplementor sessionOf(AbstractCollectionEvent event) {
        Owner owner = LAST.get();
        SharedSessionContractImplementor session =
                owner == null ? null : owner.session().get();
        Object entity = event.getAffectedOwnerOrNull();
        return session != null
                        && !session.isClosed()
                        && owner != null
                        && entity != null
                        && owner.entity().refersTo(entity)
                ? session
                : event.getSession();
    }

    @Override
    public void beforeStatement(AbstractDatabaseOperationEvent event) {
        if (!event.getPersister().hasOwnedCollections()) {
            return;
        }
        if (event.getSession() instanceof StatelessSession) {
            LAST.set(new Owner(new WeakReference<>(event.getEntity()), new WeakReference<>(event.getSession())));
        } else {
            LAST.remove();
        }
    }
}
