package io.countercache.hibernate.internal.entity;

import io.countercache.UncountableStatementException;
import io.countercache.hibernate.internal.observe.Activity;
import io.countercache.hibernate.internal.observe.Figure;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.orm.EventSession;
import io.countercache.hibernate.internal.orm.HibernateVersion;
import io.countercache.hibernate.internal.support.Settings;
import java.util.function.Predicate;
import org.hibernate.event.spi.AbstractEvent;
import org.hibernate.event.spi.AbstractPreDatabaseOperationEvent;
import org.hibernate.persister.entity.EntityPersister;

/**
 * Refuses what stateless sessions write of counted entities where Hibernate does not say which session it is, and in which
 * transaction: before 7.2. Nothing else of the library gets an event without a session.
 *
 * @param moves the entities whose rows move counters when they are written
 * @param isIgnored whether the application has said that it resets the counters itself
 */
public record StatelessGuard(Predicate<EntityPersister> moves, boolean isIgnored, Activity activity) {

    /** Whether an event has no session. To be asked before the statement. */
    boolean refuses(AbstractPreDatabaseOperationEvent event, String verb) {
        if (EventSession.find(event) != null) {
            return false;
        }
        if (!isIgnored && moves.test(event.getPersister())) {
            activity.add(Figure.REFUSED, 1);
            throw new UncountableStatementException(
                    "%s of %s in a StatelessSession".formatted(verb, Entities.name(event.getPersister())),
                    "stateless sessions are counted from Hibernate 7.2 on, and this is " + HibernateVersion.current(),
                    "use a Session, or set %s to ignore and reset the counters afterwards".formatted(Settings.BULK));
        }
        return true;
    }

    /** The same after a statement, which was not refused. */
    boolean hasNoSession(AbstractEvent event) {
        return EventSession.find(event) == null;
    }
}
