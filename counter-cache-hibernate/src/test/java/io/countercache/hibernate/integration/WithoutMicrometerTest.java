package io.countercache.hibernate.integration;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.hibernate.internal.observe.Figure;
import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.Figures;
import io.countercache.hibernate.support.OwnClassPath;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The library where Micrometer is not on the class path. */
class WithoutMicrometerTest {

    private static final String MICROMETER = "io.micrometer.core.instrument.MeterRegistry";

    /** Counts, and adds up what that has cost. */
    public static final class Program implements Callable<String> {

        @Override
        public String call() {
            TestDatabase db = TestDatabase.with(Post.class, Comment.class, Author.class);
            db.beforeEach(null);
            try (var factory = db.factory()) {
                Post post = db.persist(new Post("first"));
                factory.inTransaction(session -> session.persist(new Comment(session.find(Post.class, post.id))));
                return "%s %d %d"
                        .formatted(
                                OwnClassPath.has(MICROMETER),
                                db.number("select comments_count from post"),
                                Figures.of(factory).get(Figure.DERIVED_ROWS));
            } finally {
                TestServer.drop(db.connections());
            }
        }
    }

    @Test
    @Tag("postgresql") // DriverManager hands no driver of H2 to classes of another loader
    void countsAll() throws Exception {
        assertThat(OwnClassPath.has(MICROMETER)).isTrue();
        assertThat(OwnClassPath.without("micrometer-", Program.class)).isEqualTo("false 1 1");
    }
}
