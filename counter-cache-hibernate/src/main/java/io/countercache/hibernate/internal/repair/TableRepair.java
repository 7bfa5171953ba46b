package io.countercache.hibernate.internal.repair;

import io.countercache.CounterCacheException;
import io.countercache.Drift;
import io.countercache.RepairFailure;
import io.countercache.hibernate.internal.count.IdRange;
import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.observe.Activity;
import io.countercache.hibernate.internal.observe.FlightRecorder;
import io.countercache.hibernate.internal.observe.RepairEvent;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.orm.EntityTables;
import io.countercache.hibernate.internal.recount.Recount;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.function.LongSupplier;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/**
 * Goes through a whole table in chunks by id, and recounts each chunk in a transaction of its own. Memory does not grow with
 * the table.
 *
 * @param activity is told what was found in a whole table
 * @param chunkSize how many parents are recounted in one transaction
 * @param after begins after this id; null for the first row
 */
public record TableRepair(
        EntityPersister parent,
        List<CounterDefinition> counters,
        Recount recount,
        Activity activity,
        RepairSessions sessions,
        int chunkSize,
        Pause pause,
        @Nullable Object after,
        Progress progress) {

    /**
     * How often a chunk is tried again. Deadlocks between a repair and other transactions are rare and independent: when a
     * chunk has met four of them, the fifth is likely, too, and the rest of the table should not wait for it.
     */
    private static final int RETRIES = 3;

    /** Corrects what is wrong. */
    public RepairTally repair() {
        return repair(new RepairTally());
    }

    RepairTally repair(RepairTally tally) {
        return run(tally, true, recount::resetBetween);
    }

    /** Looks for what is wrong, without writing or locking anything. */
    public RepairTally verify() {
        return verify(new RepairTally());
    }

    RepairTally verify(RepairTally tally) {
        return run(tally, false, recount::driftBetween);
    }

    private interface Work {
        List<Drift> on(
                EntityPersister parent,
                IdRange range,
                List<CounterDefinition> counters,
                SharedSessionContractImplementor session);
    }

    /** @param repairs whether it locks rows, and so may wait for those of other transactions */
    private record Task(RepairTally tally, boolean repairs, Work work) {}

    private RepairTally run(RepairTally tally, boolean repairs, Work work) {
        sessions.requireTenant(parent);
        run(new Task(tally, repairs, work));
        progress.ends(tally, repairs);
        tellFound(tally, repairs);
        return tally;
    }

    private void run(Task task) {
        RepairTally tally = task.tally();
        IdRange rest = new IdRange(parent, after, null);
        progress.begins(counting(rest));
        for (int number = 1; ; number++) {
            IdRange from = rest;
            long begun = System.nanoTime();
            IdRange.@Nullable Chunk chunk = sessions.inTransaction(session -> from.first(chunkSize, session));
            if (chunk == null) {
                return;
            }
            doRecorded(chunk, from.after(), task, number);
            rest = new IdRange(parent, chunk.lastId(), null);
            progress.isDone(tally, chunk.lastId(), counting(rest));
            if (chunk.isLast()) {
                return;
            }
            pause(Duration.ofNanos(System.nanoTime() - begun), chunk.lastId());
        }
    }
    /** Those of some tenants that have rows of their own of an entity: one of them stands for all if it has no tenants. */
    public static List<? extends @Nullable Object> tenants(
            EntityPersister parent, Collection<? extends @Nullable Object> tenants) {
        return tenants.stream().limit(hasTenants(parent) ? tenants.size() : 1).toList();
    }

    /** Whether a session sees the rows of one tenant only. */
    private static boolean hasTenants(EntityPersister parent) {
        return parent.getFactory().getSessionFactoryOptions().isMultiTenancyEnabled()
                || EntityTables.hasTenants(parent);
    }

    /** Only if all rows were looked at: a gauge must not show a part of the table for the whole. */
    private void tellFound(RepairTally tally, boolean repairs) {
        boolean isWhole = after == null && !hasTenants(parent);
        List<CounterDefinition> own = counters.stream()
                .filter(counter -> counter.parent().equals(parent.getEntityName()))
                .toList(); // a counter of a superclass has rows of other classes, too
        if (isWhole && !own.isEmpty()) {
            activity.verified(tally.verified(Entities.name(parent), own, repairs));
        }
    }

    private LongSupplier counting(IdRange rows) {
        return () -> sessions.inTransaction(rows::count);
    }

    /** Does a chunk, as one event of the Flight Recorder. */
    private void doRecorded(IdRange.Chunk chunk, @Nullable Object done, Task task, int number) {
        RepairTally tally = task.tally();
        long examined = tally.examined();
        long drifted = tally.drifted();
        RepairEvent event = FlightRecorder.repair();
        doChunk(chunk, done, task);
        if (event != null) {
            event.done(
                    Entities.name(parent),
                    number,
                    tally.examined() - examined,
                    tally.drifted() - drifted,
                    task.repairs());
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
            sessions.inTransaction(chunk::halves).forEach(half -> doChunk(half, done, task));
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
                        .add(
                                chunk.rows(),
                                sessions.inTransaction(
                                        session -> task.work().on(parent, chunk.range(), counters, session)));
                return null;
            } catch (RepairEnded e) {
                throw e;
            } catch (RuntimeException e) {
                if (Thread.currentThread().isInterrupted()) {
                    throw interrupted(done);
                }
                boolean isLockedRow = task.repairs() && chunk.rows() == 1;
                if (attempt == RETRIES || !ChunkFailure.isWorthRetrying(e, isLockedRow)) {
                    return e;
                }
            }
        }
    }

    private void pause(Duration chunk, Object lastId) {
        try {
            pause.after(chunk);
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
}
