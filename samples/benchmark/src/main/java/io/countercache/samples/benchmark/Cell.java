package io.countercache.samples.benchmark;

import jakarta.persistence.PersistenceException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.hibernate.SessionFactory;
import org.jspecify.annotations.Nullable;

/**
 * A workload with one variant on some threads, through a network or none: what is measured in each round.
 *
 * @param threads how many transactions run at once
 * @param network microseconds there and back
 */
record Cell(Workload workload, int threads, int network, Tables tables) {

    /** PostgreSQL's, and MariaDB's. */
    private static final Set<String> DEADLOCK = Set.of("40P01", "40001");

    /**
     * What one round has brought.
     *
     * @param perSecond transactions that were committed
     * @param failed those that failed, and were tried again
     * @param deadlocks those among them that the database has ended
     */
    record Result(double perSecond, long failed, long deadlocks) {}

    /** What is done, and on how many threads: one for all variants that are compared with each other. */
    String group() {
        return words(workload, network) + ", " + onThreads(threads);
    }

    /** What is done, in words. */
    static String words(Workload workload, int network) {
        return network == 0 ? workload.title : workload.title + ", " + away(network);
    }

    static String onThreads(int threads) {
        return threads == 1 ? "1 thread" : threads + " threads";
    }

    /** How far away the database is. */
    static String away(int network) {
        return "database %s ms away".formatted(network / 1_000.0);
    }

    /** Runs for some time, and until the transactions end that are under way then. */
    Result run(long nanos, long seed) throws InterruptedException, ExecutionException {
        SessionFactory factory = tables.factory(network);
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            Tally tally = new Tally(System.nanoTime() + nanos);
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                Random random = new Random(seed + i);
                running.add(executor.submit(() -> {
                    do {
                        workload.prepare(tables);
                        commit(factory, random, tally);
                    } while (tally.hasTime());
                    return null;
                }));
            }
            for (Future<?> each : running) {
                each.get();
            }
            return tally.result(threads);
        } finally {
            executor.shutdownNow();
        }
    }

    private void commit(SessionFactory factory, Random random, Tally tally) {
        long start = System.nanoTime();
        boolean committed = false;
        do {
            try {
                factory.inTransaction(session -> workload.transact(session, tables, random));
                committed = true;
            } catch (PersistenceException e) {
                tally.failed(e);
                LockSupport.parkNanos(random.nextInt(1_000_000)); // let the others pass
            }
        } while (!committed && tally.hasTime());
        tally.took(System.nanoTime() - start, committed);
    }

    private static final class Tally {

        private final long end;
        private final LongAdder nanos = new LongAdder();
        private final LongAdder committed = new LongAdder();
        private final LongAdder failed = new LongAdder();
        private final LongAdder deadlocks = new LongAdder();

        Tally(long end) {
            this.end = end;
        }

        boolean hasTime() {
            return System.nanoTime() < end;
        }

        void took(long time, boolean done) {
            nanos.add(time);
            if (done) {
                committed.increment();
            }
        }

        void failed(PersistenceException failure) {
            failed.increment();
            for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
                if (cause instanceof SQLException refusal && DEADLOCK.contains(refusal.getSQLState())) {
                    deadlocks.increment();
                    return;
                }
            }
        }

        Result result(int threads) {
            return new Result(committed.sum() * 1e9 * threads / nanos.sum(), failed.sum(), deadlocks.sum());
        }
    }
}
