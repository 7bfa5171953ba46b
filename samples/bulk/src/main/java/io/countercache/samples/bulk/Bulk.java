package io.countercache.samples.bulk;

import com.sun.management.ThreadMXBean;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.countercache.RepairReport;
import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.CounterRepair;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.lang.management.ManagementFactory;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.hibernate.SessionFactory;
import org.hibernate.boot.model.naming.PhysicalNamingStrategySnakeCaseImpl;
import org.hibernate.cfg.AvailableSettings;
import org.hibernate.cfg.Configuration;

/** In rounds, by turns: the same bulk DELETE, with the library and without. */
public final class Bulk {

    private static final int ROUNDS = 11;
    private static final int POSTS = 1_000;
    private static final int MEBIBYTE = 1 << 20;
    private static final String DELETE = "delete from Comment where spam = true";

    private final HikariDataSource database;
    private final SessionFactory counted;
    private final SessionFactory bare;

    private Bulk(HikariDataSource database, SessionFactory counted, SessionFactory bare) {
        this.database = database;
        this.counted = counted;
        this.bare = bare;
    }

    public static void main(String[] args) throws Exception {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.builder()
                        .setServerConfig("fsync", "on")
                        .setServerConfig("synchronous_commit", "on")
                        .start();
                HikariDataSource database = pool(postgres);
                SessionFactory counted = hibernate(database, true);
                SessionFactory bare = hibernate(database, false)) {
            Bulk bulk = new Bulk(database, counted, bare);
            System.out.println("nothing refers to a comment:");
            bulk.measure(10_000);
            bulk.measure(100_000);
            System.out.println("reactions refer to comments, as in most applications something does:");
            bulk.execute("alter table reaction add foreign key (comment_id) references comment");
            bulk.measure(10_000);
            bulk.measure(100_000);
        }
    }

    private static HikariDataSource pool(EmbeddedPostgres postgres) {
        HikariConfig config = new HikariConfig();
        config.setDataSource(postgres.getPostgresDatabase());
        return new HikariDataSource(config);
    }

    private static SessionFactory hibernate(HikariDataSource database, boolean counted) {
        Configuration configuration = new Configuration();
        configuration.addAnnotatedClasses(Post.class, Comment.class, Reaction.class);
        configuration.setPhysicalNamingStrategy(new PhysicalNamingStrategySnakeCaseImpl());
        configuration.getProperties().put(AvailableSettings.JAKARTA_NON_JTA_DATASOURCE, database);
        configuration.setProperty(AvailableSettings.HBM2DDL_AUTO, counted ? "create" : "none");
        configuration.setProperty(CounterCacheSettings.ENABLED, Boolean.toString(counted));
        return configuration.buildSessionFactory();
    }

    /** What one DELETE took. */
    private record Cost(double millis, long bytes) {}

    private void measure(int rows) throws SQLException {
        List<Double> ratios = new ArrayList<>();
        List<Double> millis = new ArrayList<>();
        List<Double> bareMillis = new ArrayList<>();
        long bytes = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            boolean first = round % 2 == 0;
            Cost one = delete(first ? counted : bare, rows);
            Cost other = delete(first ? bare : counted, rows);
            Cost with = first ? one : other;
            Cost without = first ? other : one;
            ratios.add(with.millis() / without.millis());
            millis.add(with.millis());
            bareMillis.add(without.millis());
            bytes = Math.min(bytes, with.bytes());
        }
        System.out.printf(
                "  %,7d comments of %,d posts: bare %.0f ms, counted %.0f ms, ratio %.2f (from %.2f to %.2f), %.1f MiB allocated%n",
                rows,
                POSTS,
                median(bareMillis),
                median(millis),
                median(ratios),
                Collections.min(ratios),
                Collections.max(ratios),
                (double) bytes / MEBIBYTE);
    }

    private Cost delete(SessionFactory factory, int rows) throws SQLException {
        fill(rows);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long allocated = threads.getCurrentThreadAllocatedBytes();
        long begun = System.nanoTime();
        factory.inTransaction(session -> session.createMutationQuery(DELETE).executeUpdate());
        Cost cost = new Cost((System.nanoTime() - begun) / 1e6, threads.getCurrentThreadAllocatedBytes() - allocated);
        if (factory == counted) {
            RepairReport report = CounterRepair.of(factory, Post.class).verify();
            if (!report.isClean()) {
                throw new IllegalStateException("A stored count is not the actual one");
            }
        }
        return cost;
    }

    /** As many comments again stay. */
    private void fill(int rows) throws SQLException {
        execute("truncate reaction, comment, post");
        execute("insert into post (id, comments_count) select i, " + 2 * rows / POSTS + " from generate_series(1, "
                + POSTS + ") i");
        execute("insert into comment (id, post_id, spam, text) select i, 1 + (i / 2) % " + POSTS
                + ", i % 2 = 0, 'comment ' || i from generate_series(1, " + 2 * rows + ") i");
        execute("vacuum analyze");
        execute("checkpoint");
    }

    private static double median(List<Double> values) {
        List<Double> sorted = new ArrayList<>(values);
        Collections.sort(sorted);
        return sorted.get(sorted.size() / 2);
    }

    private void execute(String sql) throws SQLException {
        try (var connection = database.getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
