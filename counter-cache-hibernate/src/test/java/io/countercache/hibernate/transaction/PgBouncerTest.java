package io.countercache.hibernate.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.Concurrently;
import io.countercache.hibernate.support.PgBouncer;
import io.countercache.hibernate.support.Relay;
import io.countercache.hibernate.support.TestDatabase;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.exception.ConstraintViolationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Through a PgBouncer that gives a connection to another client when it sees the end of a transaction. */
@Tag("postgresql")
class PgBouncerTest {

    private static final int POSTS = 4;
    private static final int THREADS = 8;

    /** Half as many connections as there are threads. */
    private static final int SERVERS = 4;

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Post.class, Author.class, Comment.class);

    private PgBouncer bouncer;
    private Relay relay;
    private HikariDataSource connections;
    private SessionFactory factory;
    private List<Post> posts;

    @BeforeEach
    void open() throws IOException {
        var program = PgBouncer.program();
        assumeTrue(program.isPresent(), PgBouncer.HOW_TO_INSTALL);
        bouncer = new PgBouncer(program.get(), db.connections(), SERVERS);
        relay = new Relay(bouncer.url());
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(relay.url() + "&prepareThreshold=0");
        config.setUsername("tests");
        config.setMaximumPoolSize(THREADS);
        connections = new HikariDataSource(config);
        var configuration = db.configuration();
        configuration.getProperties().put("hibernate.hbm2ddl.auto", "none");
        configuration.getProperties().put("hibernate.connection.datasource", connections);
        factory = configuration.buildSessionFactory();
        posts = IntStream.range(0, POSTS).mapToObj(i -> new Post("post " + i)).toList();
        factory.inTransaction(session -> posts.forEach(session::persist));
    }

    @AfterEach
    void close() throws IOException {
        if (bouncer != null) {
            factory.close();
            connections.close();
            relay.close();
            bouncer.close();
        }
    }

    private void comment(Session session, int post) {
        session.persist(new Comment(session.getReference(Post.class, posts.get(post).id)));
    }

    @Test
    void aCounterGoesAlongWithTheCommit() {
        factory.inTransaction(session -> comment(session, 0));
        List<String> messages = relay.messagesOf(() -> factory.inTransaction(session -> comment(session, 0)));
        assertThat(messages.get(messages.size() - 1)).matches("update post .*; commit");
        assertThat(messages).doesNotContain("COMMIT");
    }

    @Test
    void aCounterThatCannotBeWrittenLeavesAllConnectionsUsable() {
        db.execute("alter table post add constraint few check (comments_count < 1)");
        for (int i = 0; i < 2 * SERVERS; i++) {
            assertThatThrownBy(() -> factory.inTransaction(session -> comment(session, 0)))
                    .isInstanceOf(ConstraintViolationException.class);
        }
        db.execute("alter table post drop constraint few");
        for (int i = 0; i < 2 * SERVERS; i++) {
            factory.inTransaction(session -> comment(session, 0));
        }
        assertThat(db.number("select sum(comments_count) from post")).isEqualTo(2 * SERVERS);
    }

    @Test
    void threadsThatCountOnTheSamePostsLeaveNoDrift() {
        try (Concurrently threads = new Concurrently(db)) {
            List<? extends Future<?>> running = IntStream.range(0, THREADS)
                    .mapToObj(thread -> threads.start(() -> race(new Random(thread))))
                    .toList();
            running.forEach(Concurrently::finish);
        }
        long committed = db.number("select count(*) from comment");
        assertThat(committed).isPositive();
        assertThat(db.number("select sum(comments_count) from post")).isEqualTo(committed);
    }

    /** Inserts, moves and failures. */
    private void race(Random random) {
        for (int i = 0; i < 40; i++) {
            factory.inTransaction(session -> {
                comment(session, random.nextInt(POSTS));
                if (random.nextBoolean()) {
                    comment(session, random.nextInt(POSTS));
                }
            });
            if (random.nextInt(4) == 0) {
                factory.inTransaction(session -> {
                    comment(session, random.nextInt(POSTS));
                    session.flush();
                    session.getTransaction().markRollbackOnly();
                });
            }
        }
    }
}
