package io.countercache.hibernate.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.internal.observe.FlightRecorder;
import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.OwnClassPath;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The library in a runtime without the module jdk.jfr, as {@code jlink} may build one. */
class WithoutFlightRecorderTest {

    private static final String FLIGHT_RECORDER = "jdk.jfr.Event";

    /** Does all that there is an event for. */
    public static final class Program implements Callable<String> {

        @Override
        public String call() {
            TestDatabase db = TestDatabase.with(Post.class, Comment.class, Author.class);
            db.beforeEach(null);
            try (var factory = db.factory()) {
                Post post = db.persist(new Post("first"));
                factory.inTransaction(session -> session.persist(new Comment(session.find(Post.class, post.id))));
                factory.inTransaction(session -> {
                    CounterCaches.of(session).on(Post.class, post.id).increment("commentsCount", 4);
                    CounterCaches.of(session).resetCounters(Post.class, post.id);
                });
                CounterRepair.of(factory, Post.class).repair();
                return "%s %s %d"
                        .formatted(
                                OwnClassPath.has(FLIGHT_RECORDER),
                                FlightRecorder.repair() != null,
                                db.number("select comments_count from post"));
            } finally {
                TestServer.drop(db.connections());
            }
        }
    }

    @Test
    @Tag("postgresql") // DriverManager hands no driver of H2 to classes of another loader
    void countsAll() throws Exception {
        assertThat(OwnClassPath.has(FLIGHT_RECORDER)).isTrue();
        assertThat(OwnClassPath.withoutClasses("jdk.jfr.", Program.class)).isEqualTo("false false 1");
    }
}
