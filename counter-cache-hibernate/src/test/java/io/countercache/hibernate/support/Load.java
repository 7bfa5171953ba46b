package io.countercache.hibernate.support;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.persistence.PersistenceException;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import org.hibernate.Session;
import org.hibernate.SessionFactory;

/** Transactions on some threads until told to stop; those that fail do so. */
public final class Load implements AutoCloseable {

    /** Between two looks. MariaDB tells anew who waits for a lock only if nobody has looked for 0.1 s. */
    private static final Duration POLL = Duration.ofMillis(150);

    private final AtomicInteger committed = new AtomicInteger();
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final ExecutorService threads;

    public Load(int threads, SessionFactory factory, BiConsumer<Session, Random> change) {
        this.threads = Executors.newCachedThreadPool();
        for (int i = 0; i < threads; i++) {
            Random random = new Random(i);
            repeat(() -> {
                factory.inTransaction(session -> change.accept(session, random));
                committed.incrementAndGet();
            });
        }
    }

    /** Does this again and again, on a thread of its own. */
    public void repeat(Runnable work) {
        threads.execute(() -> {
            while (!stopped.get()) {
                try {
                    work.run();
                } catch (PersistenceException failed) {
                    // the server is down, or another transaction was faster
                }
            }
        });
    }

    /** Until more transactions than this are committed from now on. */
    public void awaitCommitted(int transactions) {
        int before = committed.get();
        await(() -> committed.get() > before + transactions, "writing");
    }

    /** Waits for what comes from outside of this JVM. */
    public static void await(BooleanSupplier condition, String what) {
        Instant end = Instant.now().plus(Duration.ofMinutes(2));
        while (!condition.getAsBoolean()) {
            assertThat(Instant.now()).as(what).isBefore(end);
            LockSupport.parkNanos(POLL.toNanos());
        }
    }

    @Override
    public void close() {
        stopped.set(true);
        threads.shutdown();
        try {
            assertThat(threads.awaitTermination(2, TimeUnit.MINUTES)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
