package io.countercache.hibernate.support;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Threads beside that of the test, and a look at the database for those that wait for a lock. */
public final class Concurrently implements AutoCloseable {

    /** Long enough for a busy machine; a test that succeeds does not wait for it. */
    private static final Duration DEADLINE = Duration.ofMinutes(2);

    /** Between two looks; leaves the processor to those that are looked at. */
    private static final Duration POLL = Duration.ofMillis(1);

    // sessions that wait, and hold locks on tables of this schema: another test may be using the same server
    private static final String WAITING_ON_POSTGRESQL = """
            select count(distinct waiting.pid)
            from pg_locks waiting
            join pg_locks held on held.pid = waiting.pid and held.granted
            join pg_class relation on relation.oid = held.relation
            where not waiting.granted and relation.relnamespace = current_schema()::regnamespace
            """;

    private static String waiting() {
        if (TestServer.IS_MARIADB) { // each JVM has its own server
            return "select variable_value from information_schema.global_status where variable_name = 'innodb_row_lock_current_waits'";
        }
        return TestServer.IS_H2
                ? "select count(*) from information_schema.sessions where blocker_id is not null"
                : WAITING_ON_POSTGRESQL;
    }

    private final TestDatabase db;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    public Concurrently(TestDatabase db) {
        this.db = db;
    }

    public Future<?> start(Runnable work) {
        return CompletableFuture.runAsync(work, threads);
    }

    /** Until so many transactions wait for a lock. */
    public void awaitWaiting(int transactions) {
        await(() -> db.number(waiting()) >= transactions, transactions + " transactions wait for a lock");
    }

    /** Until work is done, or as far as it gets while it waits for a lock. */
    public void awaitDoneOrWaiting(Future<?> work) {
        await(() -> work.isDone() || db.number(waiting()) >= 1, "done, or waiting for a lock");
    }

    private static void await(BooleanSupplier condition, String what) {
        Instant end = Instant.now().plus(DEADLINE);
        while (!condition.getAsBoolean()) {
            if (Instant.now().isAfter(end)) {
                throw new AssertionError("not within %s: %s".formatted(DEADLINE, what));
            }
            LockSupport.parkNanos(POLL.toNanos());
        }
    }

    /** Waits for the end of what was started, and fails as that failed. */
    public static void finish(Future<?> work) {
        try {
            ((CompletableFuture<?>) work)
                    .orTimeout(DEADLINE.toSeconds(), TimeUnit.SECONDS)
                    .join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw e;
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
