package io.countercache.hibernate.spring;

import io.countercache.RepairProgress;
import io.countercache.RepairReport;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.internal.boot.Installation;
import io.countercache.hibernate.internal.orm.Entities;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Verifies or repairs counters in the background, because a table can take longer than anyone waits for an answer. One run at a
 * time; the last one is remembered. Thread-safe.
 */
final class BackgroundRun implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(BackgroundRun.class);

    /** How long its end is waited for: a chunk takes less. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final AtomicReference<@Nullable Run> last = new AtomicReference<>();
    private volatile @Nullable Thread thread;
    private volatile boolean isClosed;

    /** What is done. */
    enum Operation {
        VERIFY,
        REPAIR
    }

    enum State {
        RUNNING,
        DONE,
        FAILED
    }

    /**
     * One run, at one moment.
     *
     * @param entity the only entity; null for all
     * @param endedAt null while it runs
     * @param now the table that it is at; null while it is at none
     * @param examined how many rows were examined, of the tables that are done
     * @param drifted how many of them had a wrong counter
     * @param failures how many chunks could not be done
     * @param failure why it has ended before all was done
     */
    record Run(
            Operation operation,
            @Nullable String entity,
            State state,
            Instant startedAt,
            @Nullable Instant endedAt,
            @Nullable Table now,
            long examined,
            long drifted,
            int failures,
            @Nullable String failure) {

        private Run at(Table table) {
            return new Run(operation, entity, state, startedAt, endedAt, table, examined, drifted, failures, failure);
        }

        private Run plus(RepairReport report) {
            return new Run(
                    operation,
                    entity,
                    state,
                    startedAt,
                    endedAt,
                    null,
                    examined + report.examined(),
                    drifted + report.drifted(),
                    failures + report.failures().size(),
                    failure);
        }

        private Run ended(State how, @Nullable String why) {
            return new Run(operation, entity, how, startedAt, Instant.now(), null, examined, drifted, failures, why);
        }
    }

    /**
     * How far a run has come with a table.
     *
     * @param total how many rows there were when it began
     * @param secondsLeft about how long it is going to take, as far as that is known
     */
    record Table(
            String factory,
            String entity,
            long examined,
            long total,
            long drifted,
            long seconds,
            @Nullable Long secondsLeft) {

        private static Table of(String factory, String entity, RepairProgress progress) {
            long left = progress.total() - progress.examined();
            boolean isKnown = left >= 0 && progress.examined() > 0;
            return new Table(
                    factory,
                    entity,
                    progress.examined(),
                    progress.total(),
                    progress.drifted(),
                    progress.elapsed().toSeconds(),
                    isKnown
                            ? progress.elapsed()
                                    .multipliedBy(left)
                                    .dividedBy(progress.examined())
                                    .toSeconds()
                            : null);
        }
    }

    /** The run that is under way or, if there is none, the last one; null if there was none. */
    @Nullable
    Run last() {
        return last.get();
    }

    /**
     * Begins a run.
     *
     * @param entity the name of the only entity; null for all
     * @return whether it has begun: not while another one is under way
     */
    boolean begin(Operation operation, @Nullable String entity, Map<String, SessionFactoryImplementor> factories) {
        Run before = last.get();
        Run run = new Run(operation, entity, State.RUNNING, Instant.now(), null, null, 0, 0, 0, null);
        if ((before != null && before.state() == State.RUNNING) || !last.compareAndSet(before, run)) {
            return false;
        }
        Thread worker = new Thread(() -> run(run, factories), "counter-cache-" + run.operation());
        worker.setDaemon(true);
        thread = worker;
        worker.start();
        return true;
    }

    /** Ends a run after the chunk that it is at. Not by an interrupt, which some drivers answer by closing the database. */
    @Override
    public void close() {
        isClosed = true;
        Thread worker = thread;
        if (worker != null) {
            try {
                worker.join(PATIENCE.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void run(Run begun, Map<String, SessionFactoryImplementor> factories) {
        Run done = begun;
        try {
            for (Map.Entry<String, SessionFactoryImplementor> factory : factories.entrySet()) {
                for (EntityPersister entity : entities(factory.getValue(), begun.entity())) {
                    done = done.plus(run(done, factory.getKey(), entity));
                }
            }
            done = done.ended(State.DONE, null);
            LOG.infof(
                    "Counters of %s were %s: %d rows, %d wrong, %d failures",
                    done.entity() == null ? "all entities" : done.entity(),
                    done.operation() == Operation.REPAIR ? "repaired" : "verified",
                    done.examined(),
                    done.drifted(),
                    done.failures());
        } catch (Throwable e) { // else it would run for ever, as far as one sees
            done = done.ended(State.FAILED, e.toString());
            if (!isClosed) {
                LOG.warnf(e, "Counters: %s has ended before all was done", done.operation());
            }
        } finally {
            last.set(done);
        }
    }

    private RepairReport run(Run run, String factory, EntityPersister entity) {
        String name = Entities.name(entity);
        CounterRepair repair = CounterRepair.of(entity.getFactory(), entity.getMappedClass())
                .onProgress(progress -> {
                    if (isClosed) {
                        throw new IllegalStateException("the application has ended");
                    }
                    last.set(run.at(Table.of(factory, name, progress)));
                });
        return run.operation() == Operation.REPAIR ? repair.repair() : repair.verify();
    }

    /** Those that have derived counters. */
    static List<EntityPersister> entities(SessionFactoryImplementor factory, @Nullable String entity) {
        Installation installed = Installation.in(factory);
        List<EntityPersister> entities = new ArrayList<>();
        if (installed != null) {
            for (EntityPersister each : installed.model().parents()) {
                if (entity == null || Entities.name(each).equals(entity)) {
                    entities.add(each);
                }
            }
        }
        return entities;
    }
}
