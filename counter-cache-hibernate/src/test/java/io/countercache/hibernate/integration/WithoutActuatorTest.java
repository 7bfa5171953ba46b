package io.countercache.hibernate.integration;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.spring.CounterCacheAutoConfiguration;
import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.OwnClassPath;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import java.util.concurrent.Callable;
import org.hibernate.SessionFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** An application with Spring Boot where parts of it, or Micrometer, are not on the class path. */
@Tag("postgresql") // DriverManager hands no driver of H2 to classes of another loader
class WithoutActuatorTest {

    private static final String ENDPOINT = "org.springframework.boot.actuate.endpoint.annotation.Endpoint";
    private static final String METERS = "io.micrometer.core.instrument.MeterRegistry";

    /** Uses the bean {@code CounterCaches}. */
    public static final class Program implements Callable<String> {

        @Override
        public String call() {
            TestDatabase db = TestDatabase.with(Post.class, Comment.class, Author.class);
            db.beforeEach(null);
            try (var factory = db.factory();
                    var application = new AnnotationConfigApplicationContext()) {
                application.registerBean("blog", SessionFactory.class, () -> factory);
                application.register(CounterCacheAutoConfiguration.class);
                application.refresh();
                CounterCaches counters = application.getBean(CounterCaches.class);
                new TransactionTemplate(new JpaTransactionManager(factory))
                        .executeWithoutResult(status -> counters.verify().requireClean());
                return "%s %s".formatted(OwnClassPath.has(ENDPOINT), OwnClassPath.has(METERS));
            } finally {
                TestServer.drop(db.connections());
            }
        }
    }

    @Test
    void bothAreThereElse() {
        assertThat(OwnClassPath.has(ENDPOINT)).isTrue();
        assertThat(OwnClassPath.has(METERS)).isTrue();
    }

    @ParameterizedTest(name = "without {0}")
    @CsvSource({"spring-boot-actuator, false true", "spring-boot-health, true true", "micrometer-, true false"})
    void theRestIsThere(String missing, String there) throws Exception {
        assertThat(OwnClassPath.without(missing, Program.class)).isEqualTo(there);
    }
}
