package io.countercache.hibernate.internal.orm;

import java.util.function.Supplier;
import org.hibernate.engine.spi.PersistenceContext;
import org.hibernate.engine.spi.SessionImplementor;

/**
 * What a flush knows of the collections it has passed, while a query is sent in the middle of it. Since version 8 Hibernate keeps
 * that with the session, and forgets it before every query, also before one that flushes nothing: the flush then leaves collections
 * changed, and the next one deletes their orphans once more.
 */
public final class OuterFlush {

    private static final OptionalMethod GET =
            OptionalMethod.of(PersistenceContext.class, 0, "getCollectionFlushActionTracker");
    private static final OptionalMethod SET =
            OptionalMethod.of(PersistenceContext.class, 1, "setCollectionFlushActionTracker");

    private OuterFlush() {}

    /** Sends a query that does not flush. */
    public static <R> R undisturbed(SessionImplementor session, Supplier<R> query) {
        PersistenceContext context = session.getPersistenceContextInternal();
        Object known = GET.callOrNull(context);
        try {
            return query.get();
        } finally {
            if (known != null) {
                SET.call(context, known);
            }
        }
    }
}
