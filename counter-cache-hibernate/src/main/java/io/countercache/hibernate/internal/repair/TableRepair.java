package io.countercache.hibernate.internal.repair;

import io.countercache.CounterCacheException;
import io.countercache.Drift;
import io.countercache.RepairFailure;
import io.countercache.RepairProgress;
import io.countercache.hibernate.internal.count.IdRange;
import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.orm.EntityTables;
import io.countercache.hibernate.internal.recount.Recount;
import java.time.Duration;
import java.util.Collection;
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
 * Goes through a whole table in chunks by id, and recounts each chunk in a transaction of its own. Memory does not grow with
 * the table.
 *
 * @param chunkSize how many parents are recounted in one transaction
 * @param pause how long to wait between two chunks
 * @param after begins after this id; null for the first row
 * @param tenant the tenant of the sessions; null for the one that the resolver of the application names
 * @param listener hears of each chunk that is done; may be null
 */
public record TableRepair(
        SessionFactoryImplementor factory,
        EntityPersister parent,
        Recount recount,
        List<CounterDefinition> counters,
        int chunkSize,
        Duration pause,
        @Nullable Object after,
        @Nullable Object tenant,
        @Nullable Consumer<RepairProgress> listener) {

    /**
     * How often a chunk is tried again. Deadlocks between a repair and other transactions are rare and independent: when a
     * chunk has met four of them, the fifth is likely, too, and the rest of the table should not wait for it.
     */
    private static final int RETRIES = 3;

    /** Corrects what is wrong. */
    public void repair(RepairTally tally) {
        run(new Task(tally, true, (range, session) -> recount.resetBetween(parent, range, counters, session)));
    }

    /** Looks for what is wrong, without writing or locking anything. */
    public void verify(RepairTally tally) {
        run(new Task(tally, false, (range, session) -> recount.driftBetween(parent, range, counters, session)));
    }

    private interface Work {
        List<Drift> on(IdRange range, SharedSessionContractImplementor session);
    }

    /** @param locks whether it locks rows, and so may wait for those of other transactions */
    private record Task(RepairTally tally, boolean locks, Work work) {}

    private void run(Task task) {
        requireTenant();
        IdRange rest = new IdRange(parent, after, null);
        long total = listener == null ? 0 : inTransaction(rest::count);
        while (true) {
            IdRange from = rest;
            IdRange.@Nullable Chunk chunk = inTransaction(session -> from.first(chunkSize, session));
            if (chunk == null) {
                return;
            }
            doChunk(chunk, from.after(), task);
            if (listener != null) {
                listener.accept(task.tally().progress(total, chunk.lastId()));
            }
            if (chunk.isLast()) {
                return;
            }
            rest = new IdRange(parent, chunk.lastId(), null);
            pauseAfter(chunk.lastId());
        }
    }

    /** Those of some tenants that have rows of their own of an entity: one of them stands for all if it has no tenants. */
    public static List<? extends @Nullable Object> tenants(
            EntityPersister parent, Collection<? extends @Nullable Object> tenants) {
        boolean isEach = parent.getFactory().getSessionFactoryOptions().isMultiTenancyEnabled()
                || EntityTables.hasTenants(parent);
        return tenants.stream().limit(isEach ? tenants.size() : 1).toList();
    }

    private void requireTenant() {
        boolean hasTenants = factory.getSessionFactoryOptions().isMultiTenancyEnabled()
                || factory.getDefinedFilterNames().contains(TenantIdBinder.FILTER_NAME);
        if (hasTenants && tenant == null && factory.getCurrentTenantIdentifierResolver() == null) {
            throw new CounterCacheException(
                    "%s is not repaired, because its tenant is not known: name it with tenant(..) or verifyAll(.., tenants)"
                            .formatted(Entities.name(parent)));
        }
    }

    /**
     * Does a chunk; where single rows make it fail, does all others.
     *
     * @param done the last id before the whole chunk that this is a part of; null if there is none
     */
    private void doChunk(IdRange.Chunk chunk, @Nullable Object done, Task task) {
        RuntimeException failure = attempt(chunk, done, task);
        if (failure == null) {
            return;
        }
        boolean isOfRows = ChunkFailure.isOfRows(failure);
        if (isOfRows && chunk.rows() > 1 && task.tally().hasFewFailures()) {
            inTransaction(chunk::halves).forEach(half -> doChunk(half, done, task));
            return;
        }
        Object upTo =
                isOfRows && chunk.rows() == 1 ? chunk.lastId() : chunk.range().upTo();
        var failed = new RepairFailure(Entities.name(parent), chunk.range().after(), upTo, failure);
        task.tally().add(failed, ChunkFailure.isTimeout(failure));
    }

    /** Returns the failure of the last attempt; null if the chunk is done. */
    private @Nullable RuntimeException attempt(IdRange.Chunk chunk, @Nullable Object done, Task task) {
        for (int attempt = 0; ; attempt++) {
            try {
                task.tally()
                        .add(chunk.rows(), inTransaction(session -> task.work().on(chunk.range(), session)));
                return null;
            } catch (RuntimeException e) {
                if (Thread.currentThread().isInterrupted()) {
                    throw interrupted(done);
                }
                boolean isLockedRow = task.locks() && chunk.rows() == 1;
                if (attempt == RETRIES || !ChunkFailure.isWorthRetrying(e, isLockedRow)) {
                    return e;
                }
            }
        }
    }

    private void pauseAfter(Object lastId) {
        try {
            Thread.sleep(pause.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw interrupted(lastId);
        }
    }

    private CounterCacheException interrupted(@Nullable Object done) {
        String where =
                done == null ? "in its first chunk: begin again" : "after id %s: go on with after(..)".formatted(done);
        return new CounterCacheException("The repair of %s was interrupted %s".formatted(Entities.name(parent), where));
    }

    private <R extends @Nullable Object> R inTransaction(Function<SharedSessionContractImplementor, R> work) {
        var options = factory.withStatelessOptions();
        try (StatelessSession session =
                (tenant == null ? options : options.tenantIdentifier(tenant)).openStatelessSession()) {
            session.beginTransaction();
            try {
                R result = work.apply((SharedSessionContractImplementor) session);
                session.getTransaction().commit();
                return result;
            } catch (RuntimeException | Error e) {
                rollBack(session, e);
                throw e;
            }
        }
    }

    private static void rollBack(StatelessSession session, Throwable cause) {
        try {
            if (session.getTransaction().isActive()) {
                session.getTransaction().rollback();
            }
        } catch (RuntimeException e) {
            cause.addSuppressed(e);
        }
    }
}
