package io.countercache.hibernate.internal.entity;

import io.countercache.hibernate.internal.orm.EventSession;
import io.countercache.hibernate.internal.orm.PerSession;
import java.util.HashMap;
import java.util.Map;
import org.hibernate.StatelessSession;
import org.hibernate.engine.spi.EntityKey;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.event.spi.PostDeleteEvent;
import org.hibernate.event.spi.PreDeleteEvent;
import org.jspecify.annotations.Nullable;

/**
 * What is remembered of rows from the announcement of their DELETE until it is reported as done. Several DELETEs of a session may
 * be under way: Hibernate 8 deletes the rows of several entities table by table.
 *
 * @param <T> what is remembered
 */
public final class PerDelete<T> {

    private final PerSession<Map<EntityKey, T>> sessions = new PerSession<>();

    public void begin(PreDeleteEvent event, T value) {
        SharedSessionContractImplementor session = EventSession.of(event);
        if (session instanceof StatelessSession) {
            sessions.remove(session); // it does not report the end of a DELETE that was vetoed
        }
        sessions.get(session, HashMap::new).put(session.generateEntityKey(event.getId(), event.getPersister()), value);
    }

    /** Forgets what is remembered of a row, and returns it. */
    public @Nullable T end(PostDeleteEvent event) {
        SharedSessionContractImplementor session = EventSession.of(event);
        Map<EntityKey, T> rows = sessions.get(session);
        return rows == null ? null : rows.remove(session.generateEntityKey(event.getId(), event.getPersister()));
    }

    /** Forgets all rows: a flush begins. The one before it may have failed. */
    public void forget(SharedSessionContractImplementor session) {
        sessions.remove(session);
    }
}
