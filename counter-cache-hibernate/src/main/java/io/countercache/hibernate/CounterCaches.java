package io.countercache.hibernate;

import io.countercache.Drift;
import jakarta.persistence.EntityManager;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import org.hibernate.StatelessSession;
import org.hibernate.engine.spi.SharedSessionContractImplementor;

/**
 * The counters that a session can reach.
 *
 * <pre>{@code
 * List<Drift> wrong = CounterCaches.of(entityManager).resetCounters(Post.class, 5L, "comments");
 * }</pre>
 *
 * Bound to that session and, like it, not thread-safe. Cheap to create: make one where it is needed.
 */
public final class CounterCaches {

    private final SharedSessionContractImplementor session;

    private CounterCaches(SharedSessionContractImplementor session) {
        this.session = session;
    }

    /**
     * The counters that an entity manager can reach. A Hibernate {@code Session} is one.
     *
     * @param entityManager an open entity manager of Hibernate, or a proxy of one
     * @return its counters
     */
    public static CounterCaches of(EntityManager entityManager) {
        return new CounterCaches(entityManager.unwrap(SharedSessionContractImplementor.class));
    }

    /**
     * The counters that a stateless session can reach.
     *
     * @param session an open stateless session
     * @return its counters
     */
    public static CounterCaches of(StatelessSession session) {
        return new CounterCaches((SharedSessionContractImplementor) session);
    }

    /**
     * The counters of one row.
     *
     * @param entity the entity that has the counters
     * @param id its identifier; that of a row that does not exist changes nothing
     * @param <T> the type of the entity
     * @return the counters of that row
     * @throws IllegalArgumentException if this is not an entity, or the id is null or of another type than the entity's
     */
    public <T> Counters<T> on(Class<T> entity, Object id) {
        return Counters.of(session, entity, Collections.singletonList(id));
    }

    /**
     * The counters of some rows.
     *
     * @param entity the entity that has the counters
     * @param ids identifiers; duplicates count once, none at all is no row
     * @param <T> the type of the entity
     * @return the counters of those rows
     * @throws IllegalArgumentException if this is not an entity, or an id is null or of another type than the entity's
     */
    public <T> Counters<T> on(Class<T> entity, Collection<?> ids) {
        return Counters.of(session, entity, ids);
    }

    /**
     * The same as {@code on(entity, id).reset(names)}.
     *
     * @param entity the entity that has the counters
     * @param id the identifier of the row
     * @param names counters, or collections that are counted; none for every derived counter
     * @return what was wrong and is corrected
     * @see Counters#reset
     */
    public List<Drift> resetCounters(Class<?> entity, Object id, String... names) {
        return on(entity, id).reset(names);
    }
}
