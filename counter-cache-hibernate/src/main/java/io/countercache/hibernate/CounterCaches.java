package io.countercache.hibernate;

import io.countercache.CounterCacheException;
import io.countercache.CounterLimitException;
import io.countercache.Drift;
import io.countercache.RepairReport;
import io.countercache.hibernate.internal.boot.Installation;
import io.countercache.hibernate.internal.direct.CounterRequest;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.repair.SessionVerification;
import jakarta.persistence.EntityManager;
import jakarta.persistence.TransactionRequiredException;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.hibernate.StatelessSession;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;

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

    // looked up at each call, because the entity manager may be a proxy of another session in each transaction
    private final Supplier<SharedSessionContractImplementor> session;

    private CounterCaches(Supplier<SharedSessionContractImplementor> session) {
        this.session = session;
    }

    /**
     * The counters that an entity manager can reach. A Hibernate {@code Session} is an entity manager. If it is a proxy of
     * the entity manager of the current transaction, as Spring injects it, the returned object can be shared like the proxy.
     *
     * @param entityManager an open entity manager of Hibernate, or a proxy of one
     * @return its counters; outside a transaction, those of such a proxy throw a {@link TransactionRequiredException}
     */
    public static CounterCaches of(EntityManager entityManager) {
        return new CounterCaches(() -> session(entityManager));
    }

    private static SharedSessionContractImplementor session(EntityManager entityManager) {
        try {
            return entityManager.unwrap(SharedSessionContractImplementor.class);
        } catch (IllegalStateException e) {
            if (!entityManager.isOpen()) {
                throw e;
            }
            // a proxy, such as Spring's, is always open, but has nobody to ask while no transaction is under way
            TransactionRequiredException outside = new TransactionRequiredException(
                    "Counters can be reached in a transaction only: put @Transactional on the calling method, or use CounterRepair");
            outside.initCause(e);
            throw outside;
        }
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
     * @param id the identifier of the row; if the row does not exist, nothing is changed
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
     * @param ids identifiers of the rows; duplicates count once, and an empty collection means no row
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
     * @param counter the attribute that holds the counter
     * @return the new value of the counter
     */
    public long bump(Class<?> entity, Map<String, ?> key, String counter) {
        return bump(entity, key, counter, 1);
    }

    /**
     * Adds to a counter of a row that may not exist yet: inserts the row with this amount or, if there is a row with this
     * key, adds to its counter. It is exact when several transactions do this at the same time; on PostgreSQL it is one statement.
     *
     * <pre>{@code
     * long n = counters.bump(RequestCounter.class, Map.of("apiKey", key, "billingPeriod", period), "requestCount");
     * }</pre>
     *
     * A new row has the values that its class assigns to its attributes, and those that Hibernate generates: id, version and
     * timestamps; a column whose attribute is null gets its default. Entity listeners are not called. An id from a sequence is
     * taken from it each time, even if no row is inserted.
     *
     * @param entity the entity that has the counter: in one table, in no hierarchy, without rows that a session may not see,
     *     and not counted by another counter
     * @param key the attributes of a unique constraint, unique index, natural id or identifier of the entity, and their
     *     values; for a to-one attribute an instance
     * @param counter the attribute that holds the counter
     * @param by the amount to add; within the limits of the counter, because a new row begins with it
     * @return the new value of the counter, without its fraction if it has one
     * @throws IllegalArgumentException if the rows are not unique by this key, a value is missing or of another type, or
     *     the entity has no such counter
     * @throws CounterLimitException if the counter would pass a limit; nothing is changed
     * @throws CounterCacheException if rows of this entity cannot be inserted by one statement, or the database is not
     *     PostgreSQL, H2, MariaDB or MySQL
     * @throws TransactionRequiredException outside a transaction
     */
    public long bump(Class<?> entity, Map<String, ?> key, String counter, long by) {
        var session = this.session.get();
        EntityPersister bumped = Entities.entity(entity, session.getFactory());
        return CounterRequest.bump(Installation.of(bumped).direct(), session, bumped, key, counter, by);
    }

    /**
     * Verifies every counter of every entity within this session's transaction. So it sees what is not committed yet: it is for
     * the end of a test that rolls back. Flushes the session and writes its pending deltas like {@link Counters#drift}, so
     * that their rows stay locked until the transaction ends; corrects nothing, and locks no other rows.
     *
     * <pre>{@code
     * CounterCaches.of(entityManager).verify().requireClean();
     * }</pre>
     *
     * @return one report for all entities, without {@link RepairReport#schemaProblems}: that takes another connection
     * @throws CounterCacheException while the library is disabled, or if a filter of the session hides rows
     * @throws TransactionRequiredException outside a transaction
     * @see CounterRepair#verifyAll(jakarta.persistence.EntityManagerFactory)
     */
    public RepairReport verify() {
        var session = this.session.get();
        Installation installed = Installation.toVerify(session.getFactory());
        if (!session.isTransactionInProgress()) {
            throw new TransactionRequiredException(
                    "Counters can be verified in a transaction only: begin one (in Spring: @Transactional on the calling method), or use CounterRepair");
        }
        installed.model().parents().forEach(parent -> installed.reads().prepareCall(parent, session));
        return new SessionVerification(installed.model(), installed.recount(), session).verify();
    }

    /**
     * Writes the pending deltas of this session's transaction now, instead of with the commit. Needed before SQL that
     * reads a counter and that Hibernate does not see. The session is flushed first, unless its flush mode is manual. The rows
     * stay locked until the transaction ends. Transactions that do this for several rows do not lock them in the common order,
     * and can deadlock.
     *
     * @throws TransactionRequiredException outside a transaction
     */
    public void flush() {
        var session = this.session.get();
        if (!session.isTransactionInProgress()) {
            throw new TransactionRequiredException(
                    "Counters can be flushed in a transaction only: begin one (in Spring: @Transactional on the calling method)");
        }
        Installation installed = Installation.in(session.getFactory());
        if (installed != null) {
            installed.pending().flushAndWrite(session);
        }
    }

    /**
     * Stops counting the changes of this session until the returned object is closed: for imports, which reset the counters
     * afterwards. In a transaction, earlier changes are flushed now and counted; changes until the close are flushed then and
     * not counted. A session with a manual flush mode has to be flushed by hand at both ends. A {@code skip} inside another
     * one of the same session has no effect. Reset counters with a {@code path} after the commit, or lock the rows on the path
     * first: another transaction that moves one of these rows does not see the skipped children yet.
     *
     * <pre>{@code
     * try (var skipped = counters.skip()) {
     *     comments.forEach(session::persist);
     * }
     * counters.resetCounters(Post.class, post.id);
     * }</pre>
     *
     * @return an object to close, which resumes the counting
     */
    public Skipped skip() {
        return Skipped.begin(session.get());
    }

    /**
     * The same as {@code on(entity, id).reset(names)}.
     *
     * @param entity the entity that has the counters
     * @param id the identifier of the row
     * @param names counters, or counted collections; none for every derived counter
     * @return the counters that were wrong, and are corrected now
     * @see Counters#reset
     */
    public List<Drift> resetCounters(Class<?> entity, Object id, String... names) {
        return on(entity, id).reset(names);
    }
}
