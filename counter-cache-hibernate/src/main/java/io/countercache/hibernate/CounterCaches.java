package io.countercache.hibernate;

import io.countercache.CounterCacheException;
import io.countercache.CounterLimitException;
import io.countercache.Drift;
import io.countercache.hibernate.internal.boot.Installation;
import io.countercache.hibernate.internal.direct.Upsert;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.support.SkippingSessions;
import jakarta.persistence.EntityManager;
import jakarta.persistence.TransactionRequiredException;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.hibernate.FlushMode;
import org.hibernate.StatelessSession;
import org.hibernate.engine.spi.SessionImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

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

    // asked for at each call: the entity manager may be a proxy that stands for another session in each transaction
    private final Supplier<SharedSessionContractImplementor> session;

    private CounterCaches(Supplier<SharedSessionContractImplementor> session) {
        this.session = session;
    }

    /**
     * The counters that an entity manager can reach. A Hibernate {@code Session} is one. Of a proxy that stands for the
     * entity manager of the current transaction, such as Spring injects, this may be shared as the proxy may be.
     *
     * @param entityManager an open entity manager of Hibernate, or a proxy of one
     * @return its counters
     */
    public static CounterCaches of(EntityManager entityManager) {
        return new CounterCaches(() -> entityManager.unwrap(SharedSessionContractImplementor.class));
    }

    /**
     * The counters that a stateless session can reach.
     *
     * @param session an open stateless session
     * @return its counters
     */
    public static CounterCaches of(StatelessSession session) {
        var implementor = (SharedSessionContractImplementor) session;
        return new CounterCaches(() -> implementor);
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
        return Counters.of(session.get(), entity, Collections.singletonList(id));
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
        return Counters.of(session.get(), entity, ids);
    }

    /**
     * The same as {@link #bump(Class, Map, String, long)} with 1.
     *
     * @param entity the entity that has the counter
     * @param key the attributes that its rows are unique by, and their values
     * @param counter the attribute that keeps the counter
     * @return the new value of the counter
     */
    public long bump(Class<?> entity, Map<String, ?> key, String counter) {
        return bump(entity, key, counter, 1);
    }

    /**
     * Adds to a counter of a row that may not be there yet: inserts the row with this amount or, where there is one with
     * this key, adds to its counter. One statement, however many do so at once.
     *
     * <pre>{@code
     * long n = counters.bump(RequestCounter.class, Map.of("apiKey", key, "billingPeriod", period), "requestCount");
     * }</pre>
     *
     * A new row has what its class assigns to its attributes, and what Hibernate generates: id, version and timestamps;
     * what is null is left to the default of its column. Entity listeners are not called. An id that comes from a sequence
     * is taken from it each time, also where no row is inserted.
     *
     * @param entity the entity that has the counter: in one table, in no hierarchy, without rows that a session may not see,
     *     and not counted by another counter
     * @param key the attributes of a unique constraint, unique index, natural id or identifier of the entity, and their
     *     values; of a to-one attribute an instance
     * @param counter the attribute that keeps the counter
     * @param by by how much; within the limits of the counter, for it is what a new row begins with
     * @return the new value of the counter, without its fraction if it has one
     * @throws IllegalArgumentException if the rows are not unique by this key, a value is missing or of another type, or
     *     the entity has no such counter
     * @throws CounterLimitException if that would pass a limit of the counter; nothing is changed
     * @throws CounterCacheException if rows of this entity cannot be inserted so, or the database is not PostgreSQL or H2
     * @throws TransactionRequiredException outside a transaction
     */
    public long bump(Class<?> entity, Map<String, ?> key, String counter, long by) {
        var session = this.session.get();
        EntityPersister bumped = Entities.entity(entity, session.getFactory());
        Upsert bump = new Upsert(Installation.of(bumped).direct(), session, bumped, key, counter, by);
        if (!session.isTransactionInProgress()) {
            throw new TransactionRequiredException("Counters can be bumped in a transaction only: begin one");
        }
        return bump.execute();
    }

    /**
     * Writes the deltas that are pending in the transaction of this session now, instead of just before the commit: for
     * SQL that Hibernate does not see and that reads a counter. What the session has not flushed yet is flushed first,
     * unless its flush mode is manual. The rows stay locked until the transaction ends, and the order in which all
     * transactions lock rows is given up: transactions that do this to several rows can deadlock.
     *
     * @throws TransactionRequiredException outside a transaction
     */
    public void flush() {
        var session = this.session.get();
        if (!session.isTransactionInProgress()) {
            throw new TransactionRequiredException("Counters can be flushed in a transaction only: begin one");
        }
        Installation installed = Installation.in(session.getFactory());
        if (installed != null) {
            installed.pending().flushAndWrite(session);
        }
    }

    /**
     * Stops counting what this session changes, until the returned object is closed: for imports, which reset the counters
     * afterwards. In a transaction, what the session changed before is flushed and counted; what it changes until the close is flushed there
     * and not counted. A session whose flush mode is manual has to be flushed by hand at both ends. Inside another
     * {@code skip} of the same session it changes nothing. Counters with a {@code path} are reset after the commit, or after the rows
     * on the way are locked: another transaction that moves one of these does not see yet what was skipped beneath it.
     *
     * <pre>{@code
     * try (var skipped = counters.skip()) {
     *     comments.forEach(session::persist);
     * }
     * counters.resetCounters(Post.class, post.id);
     * }</pre>
     *
     * @return what resumes the counting when it is closed
     */
    public Skipped skip() {
        var session = this.session.get();
        Installation installed = Installation.in(session.getFactory());
        flush(session);
        return new Skipped(
                session, installed != null && installed.skipping().add(session) ? installed.skipping() : null);
    }

    /** A stretch of changes that are not counted. Not thread-safe. */
    public static final class Skipped implements AutoCloseable {

        private final SharedSessionContractImplementor session;
        private @Nullable SkippingSessions skipping;

        private Skipped(SharedSessionContractImplementor session, @Nullable SkippingSessions skipping) {
            this.session = session;
            this.skipping = skipping;
        }

        /** Flushes what was changed meanwhile, and counts again from here on. */
        @Override
        public void close() {
            if (skipping != null) {
                try {
                    CounterCaches.flush(session);
                } finally {
                    skipping.remove(session);
                    skipping = null;
                }
            }
        }
    }

    /** Draws the line between what is counted and what is not. Nothing is flushed that is rolled back anyway. */
    private static void flush(SharedSessionContractImplementor session) {
        if (session instanceof SessionImplementor stateful
                && stateful.isTransactionInProgress()
                && stateful.getHibernateFlushMode() != FlushMode.MANUAL
                && !stateful.accessTransaction().getRollbackOnly()) {
            stateful.flush();
        }
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
