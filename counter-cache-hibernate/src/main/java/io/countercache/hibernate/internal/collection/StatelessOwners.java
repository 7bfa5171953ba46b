package io.countercache.hibernate.internal.collection;

import io.countercache.hibernate.internal.entity.RowStep;
import java.lang.ref.WeakReference;
import org.hibernate.StatelessSession;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.event.spi.AbstractCollectionEvent;
import org.hibernate.event.spi.AbstractDatabaseOperationEvent;
import org.jspecify.annotations.Nullable;

/**
 * Finds the stateless session of a collection event. Hibernate's collection events do not have a stateless session, but each
 * follows an event of the collection's owner in the same thread, and that one does.
 */
public final class StatelessOwners implements RowStep {

    private static final ThreadLocal<@Nullable Owner> LAST = new ThreadLocal<>();

    /** The last entity with collections that a stateless session was about to write. Weak, because no event ends it. */
    private record Owner(WeakReference<Object> entity, WeakReference<SharedSessionContractImplementor> session) {}

    /** The session whose collection an event is about. */
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
