package io.countercache.hibernate;

import io.countercache.CounterCacheException;
import io.countercache.Drift;
import io.countercache.RepairFailure;
import io.countercache.RepairProgress;
import io.countercache.RepairReport;
import io.countercache.hibernate.internal.boot.Installation;
import io.countercache.hibernate.internal.count.IdRange;
import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.recount.Recount;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.LockTimeoutException;
import jakarta.persistence.PessimisticLockException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.hibernate.StatelessSession;
import org.hibernate.binder.internal.TenantIdBinder;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/**
 * Finds and corrects what is wrong in the counters of a whole table, while the application runs.
 *
 * <pre>{@code
 * RepairReport report = CounterRepair.of(entityManagerFactory, Post.class).repair();
 * }</pre>
 *
 * Goes through the table in chunks by id, each in a transaction of its own: a chunk is measured without locks, only the
 * rows that are wrong are locked, measured again and corrected. What it needs of memory does not grow with the table. Not
 * thread-safe; two repairs of the same table at once are slower, not wrong.
 */
public final class CounterRepair {

    private static final int FIRST = 100;
    private static final int RETRIES = 3;

    private final SessionFactoryImplementor factory;
    private final EntityPersister parent;
    private final Installation installation;

    private List<CounterDefinition> counters;
    private int chunkSize = 10_000;
    private Duration pause = Duration.ZERO;
    private @Nullable Object after;
    private @Nullable Object tenant;
    private @Nullable Consumer<RepairProgress> listener;

    private CounterRepair(SessionFactoryImplementor factory, EntityPersister parent) {
        this.factory = factory;
        this.parent = parent;
        this.installation = Installation.of(parent);
        this.counters = installation.model().named(parent);
    }

    /**
     * A repair of every derived counter of an entity.
     *
     * @param factory an open entity manager factory of Hibernate
     * @param entity the entity that has the counters
     * @return a repair that has not begun
     * @throws IllegalArgumentException if this is not an entity, or has no counters
     */
    public static CounterRepair of(EntityManagerFactory factory, Class<?> entity) {
        SessionFactoryImplementor implementor = factory.unwrap(SessionFactoryImplementor.class);
        return new CounterRepair(implementor, Entities.entity(entity, implementor));
    }

    /**
     * Verifies every counter of every entity, for the end of a test or a nightly check.
     *
     * <pre>{@code
     * assertThat(CounterRepair.verifyAll(entityManagerFactory).first()).isEmpty();
     * }</pre>
     *
     * @param factory an open entity manager factory of Hibernate
     * @return one report for all
     */
    public static RepairReport verifyAll(EntityManagerFactory factory) {
        SessionFactoryImplementor implementor = factory.unwrap(SessionFactoryImplementor.class);
        Installation installed = Installation.in(implementor);
        List<EntityPersister> parents = installed == null
                ? List.of()
                : installed.model().definitions().stream()
                        .map(CounterDefinition::parent)
                        .distinct()
                        .sorted()
                        .map(implementor.getMappingMetamodel()::getEntityDescriptor)
                        .toList();
        Tally tally = new Tally();
        parents.forEach(parent -> new CounterRepair(implementor, parent).run(tally, Recount::driftBetween));
        return tally.report();
    }

    /**
     * Repairs these counters only.
     *
     * @param names counters, or collections that are counted
     * @return this
     * @throws IllegalArgumentException if the entity has no such counter
     */
    public CounterRepair counters(String... names) {
        this.counters = installation.model().named(parent, names);
        return this;
    }

    /**
     * How many parents go into one transaction. Default 10,000.
     *
     * @param parents at least 1
     * @return this
     */
    public CounterRepair chunkSize(int parents) {
        if (parents < 1) {
            throw new IllegalArgumentException("chunkSize %d is no number of rows: use 1 or more".formatted(parents));
        }
        this.chunkSize = parents;
        return this;
    }

    /**
     * How long to wait between chunks, to leave the database to others. Default not at all.
     *
     * @param duration not negative
     * @return this
     */
    public CounterRepair pause(Duration duration) {
        if (duration.isNegative()) {
            throw new IllegalArgumentException("pause %s is negative: use Duration.ZERO or more".formatted(duration));
        }
        this.pause = duration;
        return this;
    }

    /**
     * Begins after this id, in the order of the database: where an earlier repair was interrupted.
     *
     * @param id an identifier; need not exist
     * @return this
     * @throws IllegalArgumentException if it is of another type than the ids of the entity
     */
    public CounterRepair after(Object id) {
        Entities.checkId(parent, id);
        this.after = id;
        return this;
    }

    /**
     * Repairs the rows of this tenant. Without it those of the tenant that the application's resolver of tenants names; a
     * tenant that it calls a root stands for all, but what the second-level cache holds of a counter is found only by the
     * tenant that has put it there.
     *
     * @param identifier what a session of the tenant is opened with
     * @return this
     */
    public CounterRepair tenant(Object identifier) {
        this.tenant = identifier;
        return this;
    }

    /**
     * Hears of each chunk that is done, in the thread that repairs. What it throws ends the repair. The rows are counted
     * once before, with a {@code count(*)}.
     *
     * @param progress what to tell
     * @return this
     */
    public CounterRepair onProgress(Consumer<RepairProgress> progress) {
        this.listener = progress;
        return this;
    }

    /**
     * Corrects what is wrong. A chunk that meets a deadlock or a serialization failure is tried again up to three times;
     * one that fails for good is reported, and the rest goes on.
     *
     * @return what was found and corrected
     * @throws CounterCacheException if the thread is interrupted between two chunks; what is done stays done
     */
    public RepairReport repair() {
        Tally tally = new Tally();
        run(tally, Recount::resetBetween);
        return tally.report();
    }

    /**
     * Looks for what is wrong, without writing or locking anything.
     *
     * @return what was found
     * @throws CounterCacheException if the thread is interrupted between two chunks
     */
    public RepairReport verify() {
        Tally tally = new Tally();
        run(tally, Recount::driftBetween);
        return tally.report();
    }

    private interface Work {
        List<Drift> on(
                Recount recount,
                EntityPersister parent,
                IdRange range,
                List<CounterDefinition> counters,
                SharedSessionContractImplementor session);
    }

    private static final class Tally {
        final long begun = System.nanoTime();
        final List<Drift> first = new ArrayList<>();
        final List<RepairFailure> failures = new ArrayList<>();
        long examined;
        long drifted;

        void add(long rows, List<Drift> wrong) {
            examined += rows;
            drifted += wrong.stream().map(Drift::id).distinct().count();
            wrong.stream().limit(FIRST - first.size()).forEach(first::add);
        }

        Duration elapsed() {
            return Duration.ofNanos(System.nanoTime() - begun);
        }

        RepairReport report() {
            return new RepairReport(examined, drifted, first, failures, elapsed());
        }
    }

    private void run(Tally tally, Work work) {
        boolean hasTenants = factory.getSessionFactoryOptions().isMultiTenancyEnabled()
                || factory.getDefinedFilterNames().contains(TenantIdBinder.FILTER_NAME);
        if (hasTenants && tenant == null && factory.getCurrentTenantIdentifierResolver() == null) {
            throw new CounterCacheException(
                    "%s is not repaired, for it is not known of which tenant: name it with tenant(..)"
                            .formatted(parent.getImportedName()));
        }
        long total = listener == null ? 0 : inTransaction(session -> new IdRange(parent, after, null).count(session));
        IdRange rest = new IdRange(parent, after, null);
        while (true) {
            IdRange from = rest;
            IdRange.@Nullable Chunk chunk = inTransaction(session -> from.first(chunkSize, session));
            if (chunk == null) {
                return;
            }
            doChunk(chunk, tally, work);
            if (listener != null) {
                listener.accept(
                        new RepairProgress(tally.examined, total, tally.drifted, chunk.lastId(), tally.elapsed()));
            }
            if (chunk.isLast()) {
                return;
            }
            rest = new IdRange(parent, chunk.lastId(), null);
            pauseAfter(chunk.lastId());
        }
    }

    private void doChunk(IdRange.Chunk chunk, Tally tally, Work work) {
        for (int attempt = 0; ; attempt++) {
            try {
                tally.add(
                        chunk.rows(),
                        inTransaction(
                                session -> work.on(installation.recount(), parent, chunk.range(), counters, session)));
                return;
            } catch (RuntimeException e) {
                if (attempt == RETRIES || !isWorthRetrying(e)) {
                    tally.failures.add(new RepairFailure(
                            parent.getImportedName(),
                            chunk.range().after(),
                            chunk.range().upTo(),
                            e));
                    return;
                }
            }
        }
    }

    /** Another transaction was in the way: a deadlock, a serialization failure, a lock that was not had in time. */
    private static boolean isWorthRetrying(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof PessimisticLockException
                    || cause instanceof LockTimeoutException
                    || (cause instanceof SQLException sql
                            && sql.getSQLState() != null
                            && sql.getSQLState().startsWith("40"))) {
                return true;
            }
        }
        return false;
    }

    private void pauseAfter(Object lastId) {
        try {
            Thread.sleep(pause.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CounterCacheException("The repair of %s was interrupted after id %s: go on with after(..)"
                    .formatted(parent.getImportedName(), lastId));
        }
    }

    private <R extends @Nullable Object> R inTransaction(Function<SharedSessionContractImplementor, R> work) {
        var options = factory.withStatelessOptions();
        try (StatelessSession session =
                (tenant == null ? options : options.tenantIdentifier(tenant)).openStatelessSession()) {
            return session.fromTransaction(transaction -> work.apply((SharedSessionContractImplementor) session));
        }
    }
}
