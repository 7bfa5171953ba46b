package io.countercache.hibernate.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.EachWrite;
import io.countercache.hibernate.support.Load;
import io.countercache.hibernate.support.MortalServer;
import io.countercache.hibernate.support.Soak;
import io.countercache.hibernate.support.TestServer;
import jakarta.persistence.PersistenceException;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.Configuration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers, connections and applications that die in the middle of it: whatever is committed is counted. */
@Tag("soak")
@EachWrite
class FaultTest {

    private static final int POSTS = 5;

    @TempDir
    Path directory;

    private final String write;
    private MortalServer server;
    private HikariDataSource connections;
    private SessionFactory factory;

    FaultTest(String write) {
        this.write = write;
    }

    @BeforeEach
    void start() {
        server = MortalServer.start(directory);
        connections = server.connections("root");
        factory = factory(connections, write);
        factory.inTransaction(
                session -> IntStream.range(0, POSTS).forEach(i -> session.persist(new Post("post " + i))));
    }

    @AfterEach
    void stop() {
        if (server != null) { // else there is none to be had
            factory.close();
            connections.close();
            server.close();
        }
    }

    private static SessionFactory factory(HikariDataSource connections, String write) {
        Configuration configuration = new Configuration();
        List.of(Post.class, Author.class, Comment.class).forEach(configuration::addAnnotatedClass);
        configuration.getProperties().put("hibernate.connection.datasource", connections);
        configuration.setProperty(CounterCacheSettings.WRITE, write);
        return configuration.setProperty("hibernate.hbm2ddl.auto", "update").buildSessionFactory();
    }

    private long number(String sql) {
        try (Connection connection = connections.getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            assertThat(rows.next()).isTrue();
            return rows.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = connections.getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** In one statement, so that it is right while others write. */
    private long drifted() {
        return number("""
                select count(*) from Post p
                where p.commentsCount <> (select count(*) from Comment c where c.post_id = p.id)
                """);
    }

    /** One transaction of inserts, moves and deletes. */
    private static void change(Session session, Random random) {
        List<Post> posts = session.createSelectionQuery("from Post order by " + TestServer.RANDOM, Post.class)
                .getResultList();
        session.persist(new Comment(posts.get(0)));
        session.flush();
        session.persist(new Comment(posts.get(1)));
        List<Comment> comments = session.createSelectionQuery(
                        "from Comment order by " + TestServer.RANDOM, Comment.class)
                .setMaxResults(2)
                .getResultList();
        comments.get(0).post = posts.get(2);
        if (comments.size() > 1 && random.nextBoolean()) {
            session.remove(comments.get(1));
        }
    }

    @Test
    void aServerThatIsKilledUnderEightWritingThreadsComesBackWithoutDrift() {
        try (Load load = new Load(8, factory, FaultTest::change)) {
            for (int i = 0; i < Soak.of(10); i++) {
                load.awaitCommitted(50);
                server.kill();
                server.restart();
                // those that nobody used when it died
                connections.getHikariPoolMXBean().softEvictConnections();
                assertThat(drifted()).isZero();
            }
        }
        assertThat(drifted()).isZero();
        assertThat(number("select count(*) from Comment")).isPositive();
    }

    @Test
    void aConnectionThatIsDroppedInTheMiddleOfTheCounterWriteLeavesNothing() throws Exception {
        List<Long> ids = factory.fromTransaction(
                session -> session.createSelectionQuery("select id from Post order by id", Long.class)
                        .getResultList());
        try (Connection holder = connections.getConnection()) {
            holder.setAutoCommit(false);
            try (var statement = holder.createStatement()) {
                statement.execute("select id from Post where id = " + ids.get(1) + MortalServer.LOCK);
            }
            var writing = CompletableFuture.runAsync(() -> factory.inTransaction(session -> {
                for (Long id : ids) {
                    session.persist(new Comment(session.getReference(Post.class, id)));
                }
            }));
            Load.await(() -> number("select count(*)" + MortalServer.WAITING) == 1, "waiting");
            execute(MortalServer.end(number("select " + MortalServer.CONNECTION + MortalServer.WAITING)));
            assertThatThrownBy(writing::join).hasCauseInstanceOf(PersistenceException.class);
            holder.rollback();
        }
        assertThat(number("select count(*) from Comment")).isZero();
        assertThat(number("select sum(commentsCount) from Post")).isZero();
    }

    @Test
    void anApplicationThatIsKilledBetweenItsFlushAndItsCommitLeavesNothing() throws Exception {
        Process application = application("flush", Redirect.PIPE);
        try (var said = application.inputReader(StandardCharsets.UTF_8)) {
            assertThat(said.lines().anyMatch("flushed"::equals)).isTrue();
            assertThat(backends()).isPositive();
        } finally {
            application.destroyForcibly().waitFor();
        }
        Load.await(() -> backends() == 0, "rolled back");
        assertThat(number("select count(*) from Comment")).isZero();
        assertThat(number("select sum(commentsCount) from Post")).isZero();
    }

    private long backends() {
        return number(MortalServer.CONNECTIONS_OF_APPLICATION);
    }

    @Test
    void anApplicationThatIsKilledUnderLoadLeavesNoDrift() throws Exception {
        Random random = new Random(1);
        for (int i = 0; i < 2; i++) {
            Process application = application("load", Redirect.DISCARD);
            try {
                long until = number("select count(*) from Comment") + 30 + random.nextInt(100);
                Load.await(() -> number("select count(*) from Comment") > until, "writing");
            } finally {
                application.destroyForcibly().waitFor();
            }
            Load.await(() -> backends() == 0, "rolled back");
            assertThat(number("select count(*) from Comment")).isPositive();
            assertThat(drifted()).isZero();
        }
    }

    private Process application(String what, Redirect output) throws IOException {
        return new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Dtest.database=" + System.getProperty("test.database"),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Application.class.getName(),
                        server.url(MortalServer.APPLICATION),
                        write,
                        what)
                .redirectOutput(output)
                .redirectError(Redirect.DISCARD)
                .start();
    }

    /** What runs in a JVM of its own, until it is killed. */
    static final class Application {

        private Application() {}

        public static void main(String[] arguments) {
            SessionFactory factory = factory(MortalServer.poolOf(arguments[0]), arguments[1]);
            if (arguments[2].equals("load")) {
                new Load(4, factory, FaultTest::change);
                return;
            }
            factory.inTransaction(session -> {
                session.createSelectionQuery("from Post", Post.class)
                        .getResultList()
                        .forEach(post -> session.persist(new Comment(post)));
                CounterCaches.of(session).flush();
                System.out.println("flushed");
                Load.await(() -> false, "killed");
            });
        }
    }
}
