package io.countercache.hibernate.internal.repair;

import io.countercache.RepairReport;
import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.observe.Activity;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.orm.EntityTables;
import io.countercache.hibernate.internal.recount.Recount;
import io.countercache.hibernate.internal.sql.InstanceLock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.jboss.logging.Logger;

/**
 * Verifies or repairs all derived counters in the background, once an application has started. It has one connection at a time,
 * and none between its chunks, so that a pool of any size will do. Whatever happens to it is logged, and nothing else.
 */
public final class StartupRepair implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(StartupRepair.class);

    /** What a user waits for at most who writes a row that is being corrected. */
    private static final int CHUNK = 2_000;

    /** Two thirds of the time are work: shorter pauses than chunks are what {@link OneInstance} relies on. */
    private static final int CHUNKS_PER_PAUSE = 2;

    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(10);

    /** How long its end is waited for: a chunk takes less. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** How many wrong counters are logged. */
    private static final int FIRST = 5;

    private final SessionFactoryImplementor factory;
    private final CounterModel model;
    private final Recount recount;
    private final Activity activity;
    private final boolean repairs;
    private final LongSupplier nanoTime;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Thread thread;

    /**
     * One that has not begun.
     *
     * @param repairs whether what is wrong is corrected
     */
    public StartupRepair(
            SessionFactoryImplementor factory,
            CounterModel model,
            Recount recount,
            Activity activity,
            boolean repairs) {
        this(factory, model, recount, activity, repairs, System::nanoTime);
    }

    /** The same by another clock. */
    StartupRepair(
            SessionFactoryImplementor factory,
            CounterModel model,
            Recount recount,
            Activity activity,
            boolean repairs,
            LongSupplier nanoTime) {
        this.factory = factory;
        this.model = model;
        this.recount = recount;
        this.activity = activity;
        this.repairs = repairs;
        this.nanoTime = nanoTime;
        this.thread = new Thread(this::run, "counter-cache-startup");
        thread.setDaemon(true);
    }

    /** Begins, in a thread of its own. */
    public void start() {
        thread.start();
    }

    /** Waits until it has ended, whether or not it was successful. */
    public void join() throws InterruptedException {
        thread.join();
    }

    /** Ends it after the chunk that it is at. Not by an interrupt, which some drivers answer by closing the database. */
    @Override
    public void close() {
        stopped.countDown();
        try {
            thread.join(PATIENCE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        String doing = repairs ? "repaired" : "verified";
        List<EntityPersister> parents = model.parents();
        if (parents.isEmpty()) {
            return;
        }
        if (RepairSessions.haveTenants(factory)) {
            LOG.warnf(
                    "Counters are not %s at start-up, because it is not known which tenants there are: call CounterRepair.of(..).tenant(..) for each",
                    doing);
            return;
        }
        try {
            run(parents);
        } catch (RepairEnded e) {
            LOG.infof("Counters are not %s at start-up here: %s", doing, e.getMessage());
        } catch (RuntimeException e) {
            if (isStopped() || factory.isClosed()) {
                LOG.debug("The application has ended before its counters were done", e);
            } else {
                LOG.warnf(
                        e,
                        "Counters could not be %s at start-up: what was done stays, for the rest call CounterRepair",
                        doing);
            }
        }
    }

    private void run(List<EntityPersister> parents) {
        String tables = parents.stream().map(EntityTables::own).collect(Collectors.joining(" "));
        RepairSessions sessions =
                new RepairSessions(factory, null, new OneInstance(new InstanceLock(tables), this::waitFor));
        RepairTally all = new RepairTally(nanoTime);
        List<String> lines = new ArrayList<>();
        for (EntityPersister parent : parents) {
            waitFor(Duration.ZERO);
            String name = Entities.name(parent);
            TableRepair table = new TableRepair(
                    parent,
                    model.countersIn(parent),
                    recount,
                    activity,
                    sessions,
                    CHUNK,
                    this::pause,
                    null,
                    new ProgressLog(name, false));
            RepairTally done = new RepairTally(nanoTime);
            if (repairs) {
                table.repair(done);
            } else {
                table.verify(done);
            }
            lines.add(ProgressLog.summary(name, done, repairs));
            all.add(done);
        }
        log(all.report(List.of()), lines);
    }

    private void log(RepairReport all, List<String> lines) {
        all.first().stream()
                .limit(FIRST)
                .map(drift -> "%s.%s of %s %s %s, and %s are counted"
                        .formatted(
                                drift.entity(),
                                drift.counter(),
                                drift.id(),
                                repairs ? "was" : "is",
                                drift.stored(),
                                drift.actual()))
                .forEach(lines::add);
        boolean isLeft = !all.failures().isEmpty() || (!repairs && all.drifted() > 0);
        String text = "Counters were %s at start-up, in %s%s:%n  - %s"
                .formatted(
                        repairs ? "repaired" : "verified",
                        ProgressLog.duration(all.elapsed()),
                        isLeft ? ", and not all are right: correct them with CounterRepair" : "",
                        String.join(System.lineSeparator() + "  - ", lines));
        LOG.log(isLeft ? Logger.Level.WARN : Logger.Level.INFO, text);
    }

    private void pause(Duration chunk) {
        Duration pause = chunk.dividedBy(CHUNKS_PER_PAUSE);
        waitFor(pause.compareTo(SHORTEST_PAUSE) < 0 ? SHORTEST_PAUSE : pause);
    }

    private void waitFor(Duration time) {
        boolean isToEnd;
        try {
            isToEnd = stopped.await(time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            isToEnd = true;
        }
        if (isToEnd) {
            throw new RepairEnded("the application has ended before");
        }
    }

    private boolean isStopped() {
        return stopped.getCount() == 0;
    }
}
