package io.countercache.hibernate.slots;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.support.Load;
import io.countercache.hibernate.support.MortalServer;
import io.countercache.hibernate.support.SnakeCase;
import io.countercache.hibernate.support.Soak;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.hibernate.LockMode;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.Configuration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers and applications that are killed while slots are written and squashed: whatever is committed is counted, once. */
@Tag("soak")
@Tag("postgresql") // elsewhere there are no slots
class SlotFaultTest {

    private static final int PAGES = 3;

    /** Each reply is a view, too, so that what is added by hand can be checked. */
    private static final String WRONG = """
            select count(*) from page_views p
            where p.replies_count + (
                    select coalesce(sum(amount), 0) from page_views_slots s
                    where s.parent_id = p.id and s.counter = 'REPLIES_COUNT')
                <> (select count(*) from reply r where r.page_id = p.id)
            or p.views + (
                    select coalesce(sum(amount), 0) from page_views_slots s
                    where s.parent_id = p.id and s.counter = 'VIEWS')
                <> (select count(*) from reply r where r.page_id = p.id)
            """;

    private static final String REPLIES = "select count(*) from reply";
    private static final String SQUASHED = "select count(*) from page_views where replies_count <> 0 and views <> 0";

    @TempDir
    Path directory;

    private MortalServer server;
    private HikariDataSource connections;
    private SessionFactory factory;

    @BeforeEach
    void start() {
        server = MortalServer.start(directory);
        connections = server.connections("root");
        factory = factory(connections);
        factory.inTransaction(session -> IntStream.range(0, PAGES).forEach(i -> session.persist(new Page())));
    }

    @AfterEach
    void stop() {
        factory.close();
        connections.close();
        server.close();
    }

    private static SessionFactory factory(HikariDataSource connections) {
        Configuration configuration = new Configuration();
        List.of(Page.class, Reply.class).forEach(configuration::addAnnotatedClass);
        configuration.setPhysicalNamingStrategy(new SnakeCase());
        configuration.getProperties().put("hibernate.connection.datasource", connections);
        return configuration.setProperty("hibernate.hbm2ddl.auto", "update").buildSessionFactory();
    }

    private long number(String sql) {
        try (var connection = connections.getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            assertThat(rows.next()).isTrue();
            return rows.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /** One transaction of inserts, moves and deletes; views are added in the order of the pages, so that nobody is in a deadlock. */
    private static void change(Session session, Random random) {
        List<Page> pages = session.createSelectionQuery("from Page order by random()", Page.class)
                .getResultList();
        Map<Long, Integer> views = new TreeMap<>();
        session.persist(new Reply(pages.get(0)));
        views.put(pages.get(0).id, 1);
        session.createSelectionQuery("from Reply order by random()", Reply.class)
                .setHibernateLockMode(
                        LockMode.UPGRADE_SKIPLOCKED) // else its page may be another one when it is written
                .setMaxResults(1)
                .getResultList()
                .forEach(reply -> {
                    views.merge(reply.page.id, -1, Integer::sum);
                    if (random.nextInt(3) > 0) {
                        reply.page = pages.get(1);
                        views.merge(reply.page.id, 1, Integer::sum);
                    } else {
                        session.remove(reply);
                    }
                });
        views.forEach(
                (page, by) -> CounterCaches.of(session).on(Page.class, page).add(Map.of("views", by)));
    }

    private static Load load(int threads, SessionFactory factory) {
        Load load = new Load(threads, factory, SlotFaultTest::change);
        load.repeat(() -> CounterRepair.of(factory, Page.class).squash());
        return load;
    }

    @Test
    void aServerThatIsKilledWhileSlotsAreWrittenAndSquashed() {
        try (Load load = load(6, factory)) {
            for (int i = 0; i < Soak.of(10); i++) {
                load.awaitCommitted(50);
                server.kill();
                server.restart();
                // those that nobody used when it died
                connections.getHikariPoolMXBean().softEvictConnections();
                assertThat(number(WRONG)).isZero();
            }
        }
        assertThat(number(WRONG)).isZero();
        assertThat(number(REPLIES)).isPositive();
        assertThat(number(SQUASHED)).isPositive();
    }

    @Test
    void anApplicationThatIsKilledWhileItWritesAndSquashesSlots() throws Exception {
        Random random = new Random(1);
        for (int i = 0; i < Soak.of(10); i++) {
            Process application = application();
            try {
                long until = number("select coalesce(max(id), 0) from reply") + 30 + random.nextInt(100);
                Load.await(() -> number("select coalesce(max(id), 0) from reply") > until, "writing");
            } finally {
                application.destroyForcibly().waitFor();
            }
            Load.await(() -> number(MortalServer.CONNECTIONS_OF_APPLICATION) == 0, "rolled back");
            assertThat(number(WRONG)).isZero();
        }
        assertThat(number(REPLIES)).isPositive();
        assertThat(number(SQUASHED)).isPositive();
    }

    private Process application() throws IOException {
        return new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Dtest.database=" + System.getProperty("test.database"),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Application.class.getName(),
                        server.url(MortalServer.APPLICATION))
                .redirectOutput(Redirect.DISCARD)
                .redirectError(Redirect.DISCARD)
                .start();
    }

    /** What runs in a JVM of its own, until it is killed. */
    static final class Application {

        private Application() {}

        public static void main(String[] arguments) {
            load(4, factory(MortalServer.poolOf(arguments[0])));
        }
    }
}
