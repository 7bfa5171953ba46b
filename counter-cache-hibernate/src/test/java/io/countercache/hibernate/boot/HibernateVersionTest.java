package io.countercache.hibernate.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.hibernate.internal.orm.HibernateVersion;
import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.LogMessages;
import io.countercache.hibernate.support.ToldVersion;
import java.util.List;
import java.util.concurrent.Callable;
import org.hibernate.cfg.Configuration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is said of the version of Hibernate: Hibernate tells another one here than it has. */
@Tag("postgresql") // one database is enough: nothing is sent
class HibernateVersionTest {

    /** Builds a session factory; returns why that failed, or what it was warned of. */
    public static class Building implements Callable<String> {

        @Override
        public String call() {
            try (LogMessages log = new LogMessages(HibernateVersion.class.getName())) {
                Configuration configuration = new Configuration()
                        .setProperty("hibernate.connection.url", "jdbc:postgresql://localhost:1/none")
                        .setProperty("hibernate.dialect", "org.hibernate.dialect.PostgreSQLDialect")
                        .setProperty("hibernate.boot.allow_jdbc_metadata_access", "false")
                        .setProperty("hibernate.counter_cache.check_schema", "off");
                settings(configuration);
                List.of(Post.class, Comment.class, Author.class).forEach(configuration::addAnnotatedClass);
                configuration.buildSessionFactory().close();
                return String.join("; ", log.warnings());
            } catch (RuntimeException e) {
                Throwable root = e;
                while (root.getCause() != null) {
                    root = root.getCause();
                }
                return root.getClass().getSimpleName() + ": " + root.getMessage();
            }
        }

        void settings(Configuration configuration) {}
    }

    /** The same with the library off. */
    public static final class Off extends Building {

        @Override
        void settings(Configuration configuration) {
            configuration.setProperty("hibernate.counter_cache.enabled", "false");
        }
    }

    private static String building(String version, Class<? extends Building> program) throws Exception {
        return (String) ToldVersion.withHibernate(version, program);
    }

    @ParameterizedTest
    @ValueSource(strings = {"6.5.3.Final", "9.0.0.Final"})
    void oneThatDoesNotFitIsRefusedWithItsJarAndWhatBringsAnother(String version) throws Exception {
        assertThat(building(version, Building.class))
                .startsWith("CounterCacheException: Counter Cache needs Hibernate 6.6 to 8.0, found " + version
                        + " in file:")
                .contains("hibernate-core")
                .endsWith(
                        ".jar: Spring Boot 3.4 to 4.1 and Quarkus 3.15 to 3.37 have a fitting one; or set hibernate.counter_cache.enabled to false");
    }

    @Test
    void whereTheLibraryIsOffAnyWillDo() throws Exception {
        assertThat(building("6.5.3.Final", Off.class)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = "8.1.0.CR1")
    void oneThatIsNewerThanWhatWasTestedIsWarnedOf(String version) throws Exception {
        assertThat(building(version, Building.class))
                .startsWith("Counter Cache was tested with Hibernate 6.6 to 8.0, found " + version + " in file:")
                .endsWith(".jar: look for a newer Counter Cache");
    }

    @ParameterizedTest
    @ValueSource(strings = "7.4.99.Final")
    void oneThatFitsIsNotSpokenOf(String version) throws Exception {
        assertThat(building(version, Building.class)).isEmpty();
    }

    @Test
    void oneThatDoesNotTellItIsWarnedOf() throws Exception {
        assertThat(building("[WORKING]", Building.class))
                .startsWith("the version of Hibernate in file:")
                .endsWith("is not known: Counter Cache needs Hibernate 6.6 to 8.0");
    }
}
