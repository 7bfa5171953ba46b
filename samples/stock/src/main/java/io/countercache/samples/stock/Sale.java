package io.countercache.samples.stock;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.hibernate.SessionFactory;

/** Customers that all want one piece of the same product. */
record Sale(Way way, int threads, int customers) {

    static final long PRODUCT = 1;
    static final int STOCK = 1000;

    /** How it went. Sold are those that were told so. */
    record Result(double millis, int sold, long left, long retries) {

        boolean isCorrect(int customers) {
            return sold == Math.min(customers, STOCK) && left == STOCK - sold;
        }
    }

    Result run(SessionFactory factory, HikariDataSource database) throws SQLException {
        execute(database, "delete from " + way.table());
        execute(
                database,
                way == Way.OPTIMISTIC
                        ? "insert into VersionedProduct (id, available, version) values (1, %d, 0)".formatted(STOCK)
                        : "insert into %s (id, available) values (1, %d)".formatted(way.table(), STOCK));
        AtomicInteger next = new AtomicInteger();
        AtomicInteger sold = new AtomicInteger();
        AtomicLong retries = new AtomicLong();
        long begun = System.nanoTime();
        onThreads(threads, () -> {
            while (next.getAndIncrement() < customers) {
                if (way.take(factory, retries)) {
                    sold.incrementAndGet();
                }
            }
        });
        double millis = (System.nanoTime() - begun) / 1e6;
        return new Result(millis, sold.get(), left(database), retries.get());
    }

    static void onThreads(int threads, Runnable work) {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                running.add(pool.submit(work));
            }
            for (Future<?> each : running) {
                each.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("a customer failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } finally {
            pool.shutdownNow();
        }
    }

    private long left(HikariDataSource database) throws SQLException {
        try (var connection = database.getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery("select available from " + way.table())) {
            rows.next();
            return rows.getLong(1);
        }
    }

    private static void execute(HikariDataSource database, String sql) throws SQLException {
        try (var connection = database.getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
