package io.countercache.hibernate.integration;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The library where Spring is not on the class path. */
class WithoutSpringTest {

    private static final String SPRING = "org.springframework.transaction.support.TransactionSynchronizationManager";

    /** Runs among classes of its own; they cannot be cast to those of the test. */
    public static final class Program implements Callable<String> {

        @Override
        public String call() {
            TestDatabase db = TestDatabase.with(Post.class, Comment.class, Author.class);
            db.beforeEach(null);
            try (var factory = db.factory()) {
                Post post = db.persist(new Post("first"));
                factory.inTransaction(session -> session.persist(new Comment(session.find(Post.class, post.id))));
                return isSpringThere() + " " + db.number("select comments_count from post");
            } finally {
                TestServer.drop(db.connections());
            }
        }

        private static boolean isSpringThere() {
            try {
                Class.forName(SPRING);
                return true;
            } catch (ClassNotFoundException e) {
                return false;
            }
        }
    }

    @Test
    @Tag("postgresql") // DriverManager hands no driver of H2 to classes of another loader
    void countsAll() throws Exception {
        assertThat(Class.forName(SPRING)).isNotNull();
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (URLClassLoader loader = new URLClassLoader(withoutSpring(), ClassLoader.getPlatformClassLoader())) {
            thread.setContextClassLoader(loader);
            Object program = loader.loadClass(Program.class.getName())
                    .getDeclaredConstructor()
                    .newInstance();
            assertThat(((Callable<?>) program).call()).isEqualTo("false 1");
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private static URL[] withoutSpring() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !Path.of(entry).getFileName().toString().startsWith("spring-"))
                .map(WithoutSpringTest::url)
                .toArray(URL[]::new);
    }

    private static URL url(String entry) {
        try {
            return Path.of(entry).toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalStateException(entry, e);
        }
    }
}
