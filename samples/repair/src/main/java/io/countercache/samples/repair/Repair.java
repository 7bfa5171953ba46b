package io.countercache.samples.repair;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.countercache.RepairReport;
import io.countercache.hibernate.CounterRepair;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.AvailableSettings;
import org.hibernate.cfg.Configuration;

/** In rounds, by turns: the bare check, a verification and a repair, all while others write. */
public final class Repair {

    private static final int ROUNDS = 7;
    private static final int WRITERS = 4;
    private static final int COMMENTS_PER_POST = 20;

    private static final String BARE_CHECK = """
            select p.id, p.comments_count, count(c.id)
            from Post p left join Comment c on c.post_id = p.id
            group by p.id, p.comments_count
            having p.comments_count <> count(c.id)
            """;

    private final HikariDataSource database;
    private final SessionFactory factory;
    private final int posts;

    private Repair(HikariDataSource database, SessionFactory factory, int posts) {
        this.database = database;
        this.factory = factory;
        this.posts = posts;
    }

    public static void main(String[] args) throws Exception {
        for (int posts : new int[] {10_000, 100_000}) {
            try (EmbeddedPostgres postgres = EmbeddedPostgres.builder()
                            .setServerConfig("fsync", "on")
                            .setServerConfig("synchronous_commit", "on")
                            .start();
                    HikariDataSource database = pool(postgres);
                    SessionFactory factory = hibernate(database)) {
                new Repair(database, factory, posts).measure();
            }
        }
    }

    private static HikariDataSource pool(EmbeddedPostgres postgres) {
        HikariConfig config = new HikariConfig();
        config.setDataSource(postgres.getPostgresDatabase());
        return new HikariDataSource(config);
    }

    private static SessionFactory hibernate(HikariDataSource database) {
        Configuration configuration = new Configuration();
        configuration.addAnnotatedClass(Post.class).addAnnotatedClass(Comment.class);
        configuration.getProperties().put(AvailableSettings.JAKARTA_NON_JTA_DATASOURCE, database);
        configuration.setProperty(AvailableSettings.HBM2DDL_AUTO, "create");
        return configuration.buildSessionFactory();
    }

    private void measure() throws Exception {
        fill();
        System.out.printf(
                "%n%,d posts, %,d comments, 1%% wrong, %d threads writing, ms%n",
                posts, (long) posts * COMMENTS_PER_POST, WRITERS);
        System.out.printf("   %5s | %10s | %6s | %6s%n", "round", "bare check", "verify", "repair");
        List<Double> ratios = new ArrayList<>();
        try (Writers writers = new Writers(factory, posts, WRITERS)) {
            for (int round = 1; round <= ROUNDS; round++) {
                breakOneInAHundred();
                long bare = millis(() -> execute(BARE_CHECK));
                long verify = millis(() -> repair().verify());
                long repair = millis(() -> repair().repair());
                ratios.add((double) repair / bare);
                System.out.printf("   %5d | %,10d | %,6d | %,6d%n", round, bare, verify, repair);
            }
            System.out.printf("   the writers committed %,d transactions%n", writers.transactions());
        }
        Collections.sort(ratios);
        System.out.printf(
                "   repair / bare check: median %.2f, from %.2f to %.2f%n",
                ratios.get(ROUNDS / 2), ratios.get(0), ratios.get(ROUNDS - 1));
        System.out.printf("   most memory in use after a chunk: %,d KiB%n", mostMemory() / 1024);
        RepairReport end = repair().verify();
        System.out.printf("   wrong at the end: %d of %,d%n", end.drifted(), end.examined());
        if (!end.isClean()) {
            throw new IllegalStateException("A stored count is not the actual one");
        }
    }

    private void fill() throws SQLException {
        execute("insert into Post (id, comments_count) select i, " + COMMENTS_PER_POST + " from generate_series(1, "
                + posts + ") i");
        execute("insert into Comment (id, post_id) select i, 1 + i % " + posts + " from generate_series(1, "
                + posts * COMMENTS_PER_POST + ") i");
        execute("vacuum analyze");
    }

    private void breakOneInAHundred() throws SQLException {
        execute("update Post set comments_count = comments_count + 1 where id % 100 = 7");
    }

    private CounterRepair repair() {
        return CounterRepair.of(factory, Post.class);
    }

    /** What is in use once all that is garbage is gone, measured after each chunk of a repair of everything wrong. */
    private long mostMemory() throws SQLException {
        execute("update Post set comments_count = comments_count + 1");
        long[] most = {0};
        repair().onProgress(progress -> most[0] = Math.max(most[0], memoryInUse()))
                .repair();
        return most[0];
    }

    private static long memoryInUse() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    private void execute(String sql) throws SQLException {
        try (var connection = database.getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private interface Work {
        void run() throws SQLException;
    }

    private static long millis(Work work) throws SQLException {
        long begun = System.nanoTime();
        work.run();
        return (System.nanoTime() - begun) / 1_000_000;
    }
}
