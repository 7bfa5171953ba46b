package io.countercache.samples.benchmark;

import io.countercache.CounterCache;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;
import javax.sql.DataSource;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.AvailableSettings;
import org.hibernate.cfg.Configuration;
import org.jspecify.annotations.Nullable;

/**
 * What an application notices of the library besides its counters: work that it does anyway, by turns with the library and
 * without it. Writes {@code guest.md}.
 */
public final class Guest {

    private static final int ROUNDS = 9;
    private static final int EDITED = 2_000;
    private static final int REMOVED = 100;
    private static final int PENDING = 100_000;
    private static final int QUERIES = 500;
    private static final int EVENTS = 6_000;

    /** A counted child without a version. */
    @Entity(name = "Sale")
    static class Sale {
        @Id
        long id;

        String text = "as it was";

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("salesCount")
        @Nullable
        Shop shop;

        Sale() {}

        Sale(long id, Shop shop) {
            this.id = id;
            this.shop = shop;
        }
    }

    /** Has a counter. */
    @Entity(name = "Shop")
    static class Shop {
        @Id
        long id;

        int salesCount;

        Shop() {}

        Shop(long id) {
            this.id = id;
        }
    }

    private Guest() {}

    /** Something that is measured; returns nanoseconds. */
    private interface Work {
        long measure(SessionFactory factory) throws Exception;
    }

    /**
     * Runs it.
     *
     * @param args the directory to write to, {@code docs/benchmark} by default; {@code --short} for one round
     */
    public static void main(String[] args) throws Exception {
        boolean isShort = List.of(args).contains("--short");
        Path directory = Path.of(args.length > 0 && !isShort ? args[0] : isShort ? "target" : "docs/benchmark");
        String report = run(isShort ? 1 : ROUNDS);
        Files.createDirectories(directory);
        Files.writeString(directory.resolve("guest.md"), report);
        System.out.println(report);
    }

    static String run(int rounds) throws Exception {
        StringBuilder report = new StringBuilder("""
                # What an application notices besides its counters

                %s. Medians of %d rounds, by turns, in microseconds.

                | | without | with | ratio |
                |---|---|---|---|
                """.formatted(Report.machine(), rounds));
        try (EmbeddedPostgres postgres = EmbeddedPostgres.builder()
                        .setServerConfig("fsync", "on")
                        .start();
                SessionFactory without = factory(another(postgres), false);
                SessionFactory with = factory(postgres.getPostgresDatabase(), true)) {
            line(
                    "PostgreSQL, batch size 50: a flush that edits 2,000 children without a version",
                    rounds,
                    without,
                    with,
                    Guest::edit,
                    report);
            line(
                    "PostgreSQL, batch size 50: a flush that removes 100 of them",
                    rounds,
                    without,
                    with,
                    Guest::remove,
                    report);
            line("PostgreSQL: a transaction that persists one child", rounds, without, with, Guest::persist, report);
        }
        try (SessionFactory without = inMemory(false);
                SessionFactory with = inMemory(true)) {
            line(
                    "H2 in memory: a query on another table, with 100,000 parents pending",
                    rounds,
                    without,
                    with,
                    Guest::query,
                    report);
            line(
                    "H2 in memory, 1 thread: a child of a parent of its own",
                    rounds,
                    without,
                    with,
                    each -> events(1, each),
                    report);
            line("H2 in memory, 32 threads: the same", rounds, without, with, each -> events(32, each), report);
        }
        return report.toString();
    }

    private static void line(
            String title, int rounds, SessionFactory without, SessionFactory with, Work work, StringBuilder report)
            throws Exception {
        List<Double> base = new ArrayList<>();
        List<Double> library = new ArrayList<>();
        List<Double> ratios = new ArrayList<>();
        for (int round = -1; round < rounds; round++) {
            boolean isFirst = round % 2 == 0; // each goes first as often as the other
            long first = work.measure(isFirst ? without : with);
            long second = work.measure(isFirst ? with : without);
            if (round >= 0) { // the first is to warm up
                base.add((isFirst ? first : second) / 1_000.0);
                library.add((isFirst ? second : first) / 1_000.0);
                ratios.add(library.get(round) / base.get(round));
            }
        }
        String line = "| %s | %s | %s | %s |%n"
                .formatted(title, format(median(base)), format(median(library)), format(median(ratios)));
        System.out.print(line);
        report.append(line);
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    private static String format(double number) {
        return String.format(Locale.ROOT, number < 100 ? "%.2f" : "%,.0f", number);
    }

    private static DataSource another(EmbeddedPostgres postgres) throws SQLException {
        try (var connection = postgres.getPostgresDatabase().getConnection();
                var statement = connection.createStatement()) {
            statement.execute("create database without");
        }
        return postgres.getDatabase("postgres", "without");
    }

    private static SessionFactory factory(DataSource database, boolean enabled) {
        Configuration configuration = configuration(enabled);
        configuration.getProperties().put(AvailableSettings.JAKARTA_NON_JTA_DATASOURCE, database);
        return seeded(configuration.buildSessionFactory());
    }

    private static SessionFactory inMemory(boolean enabled) {
        return seeded(configuration(enabled)
                .setProperty(AvailableSettings.JAKARTA_JDBC_URL, "jdbc:h2:mem:" + UUID.randomUUID())
                .setProperty(AvailableSettings.POOL_SIZE, "40")
                .buildSessionFactory());
    }

    private static Configuration configuration(boolean enabled) {
        return new Configuration()
                .addAnnotatedClasses(Shop.class, Sale.class, Note.class)
                .setProperty("hibernate.counter_cache.enabled", Boolean.toString(enabled))
                .setProperty(AvailableSettings.STATEMENT_BATCH_SIZE, "50")
                .setProperty(AvailableSettings.HBM2DDL_AUTO, "create");
    }

    private static SessionFactory seeded(SessionFactory factory) {
        factory.inTransaction(session -> {
            for (long id = 1; id <= 64; id++) {
                session.persist(new Shop(id));
            }
        });
        return factory;
    }

    private static void seed(int children, SessionFactory factory) {
        factory.inTransaction(session -> {
            session.createMutationQuery("delete from Sale").executeUpdate();
            for (long id = 1; id <= children; id++) {
                session.persist(new Sale(id, session.getReference(Shop.class, 1 + id % 64)));
            }
        });
    }

    private static long flush(SessionFactory factory, BiConsumer<Session, Sale> change) {
        return factory.fromTransaction(session -> {
            session.createSelectionQuery("from Sale", Sale.class)
                    .getResultList()
                    .forEach(sale -> change.accept(session, sale));
            long begun = System.nanoTime();
            session.flush();
            return System.nanoTime() - begun;
        });
    }

    private static long edit(SessionFactory factory) {
        seed(EDITED, factory);
        return flush(factory, (session, sale) -> sale.text = "edited " + sale.id);
    }

    private static long remove(SessionFactory factory) {
        seed(REMOVED, factory);
        return flush(factory, Session::remove);
    }

    private static long persist(SessionFactory factory) {
        seed(0, factory);
        long begun = System.nanoTime();
        for (long id = 1; id <= QUERIES; id++) {
            long child = id;
            factory.inTransaction(session ->
                    session.persist(new Sale(child, session.getReference(Shop.class, 1 + child % 64))));
        }
        return (System.nanoTime() - begun) / QUERIES;
    }

    /** The shops need not be there: nothing is flushed or committed but the sales, whose foreign key H2 is told not to check. */
    private static long query(SessionFactory factory) {
        return factory.fromSession(session -> {
            session.beginTransaction();
            session.createNativeMutationQuery("set referential_integrity false").executeUpdate();
            for (long id = 1; id <= PENDING; id++) {
                session.persist(new Sale(1_000_000 + id, session.getReference(Shop.class, 1_000 + id)));
                if (id % 1_000 == 0) {
                    session.flush();
                    session.clear();
                }
            }
            long begun = System.nanoTime();
            for (int i = 0; i < QUERIES; i++) {
                session.createSelectionQuery("select count(*) from Note", Long.class)
                        .getSingleResult();
            }
            long time = (System.nanoTime() - begun) / QUERIES;
            session.getTransaction().rollback();
            return time;
        });
    }

    /** Nanoseconds for a child, of all threads together. */
    private static long events(int threads, SessionFactory factory) throws Exception {
        seed(0, factory);
        CountDownLatch ready = new CountDownLatch(threads);
        var pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> running = new ArrayList<>();
            CountDownLatch start = new CountDownLatch(1);
            for (int thread = 1; thread <= threads; thread++) {
                long shop = thread;
                running.add(pool.submit(() -> {
                    ready.countDown();
                    start.await();
                    for (int i = 0; i < EVENTS / threads; i++) {
                        long id = shop * EVENTS + i;
                        factory.inTransaction(
                                session -> session.persist(new Sale(id, session.getReference(Shop.class, shop))));
                    }
                    return null;
                }));
            }
            ready.await();
            long begun = System.nanoTime();
            start.countDown();
            for (Future<?> each : running) {
                each.get();
            }
            return (System.nanoTime() - begun) / EVENTS;
        } finally {
            pool.shutdown();
        }
    }
}
