package io.countercache.hibernate.boot;

import static io.countercache.hibernate.support.TestDatabase.counterUpdates;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.CounterMappingException;
import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.internal.boot.Installation;
import io.countercache.hibernate.internal.declaration.DisabledCounters;
import io.countercache.hibernate.internal.support.Settings;
import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.HibernateServices;
import io.countercache.hibernate.support.LogMessages;
import io.countercache.hibernate.support.TestDatabase;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.Configuration;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the settings change. */
class SettingsTest {

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Post.class, Author.class, Comment.class);

    private Post post;

    @BeforeEach
    void post() {
        post = db.persist(new Post("post"));
    }

    private long stored() {
        return db.number("select comments_count from post");
    }

    private SessionFactory factory(String setting, Object value) {
        var configuration = db.configuration();
        configuration.getProperties().put(setting, value);
        return configuration.buildSessionFactory();
    }

    /** Works with another factory on the same tables. */
    private List<String> with(String setting, Object value, Consumer<Session> work) {
        try (SessionFactory factory = factory(setting, value)) {
            return db.statementsOf(() -> factory.inTransaction(work));
        }
    }

    private static long seen(Session session) {
        // says nothing of the tables that it reads, so neither Hibernate nor the library does anything before it
        return session.doReturningWork(connection -> {
            try (var statement = connection.createStatement();
                    var rows = statement.executeQuery("select comments_count from post")) {
                rows.next();
                return rows.getLong(1);
            }
        });
    }

    // ---- write ----

    @Test
    void withWriteFlushTheCounterIsWrittenAtTheEndOfEveryFlush() {
        List<String> sql = with(CounterCacheSettings.WRITE, "flush", session -> {
            session.persist(new Comment(post));
            assertThat(seen(session)).isZero();
            session.flush();
            assertThat(seen(session)).isEqualTo(1);
            session.persist(new Comment(post));
            session.persist(new Comment(post));
            session.flush();
            assertThat(seen(session)).isEqualTo(3);
        });
        assertThat(counterUpdates(sql)).hasSize(2);
        assertThat(stored()).isEqualTo(3);
    }

    @Test
    void withWriteFlushTheFlushBeforeAQueryAndTheLastOneWriteToo() {
        List<String> sql = with(CounterCacheSettings.WRITE, "FLUSH", session -> {
            session.persist(new Comment(post));
            session.createSelectionQuery("from Comment", Comment.class).getResultList();
            assertThat(seen(session)).isEqualTo(1);
            session.persist(new Comment(post));
        });
        assertThat(counterUpdates(sql)).hasSize(2);
        assertThat(stored()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"with_commit", "Before_Commit "})
    void withWriteCommitTheCounterIsWrittenOnceAndLast(String commit) {
        List<String> sql = with(CounterCacheSettings.WRITE, commit, session -> {
            session.persist(new Comment(post));
            session.flush();
            assertThat(seen(session)).isZero();
            session.persist(new Comment(post));
            session.flush();
            assertThat(seen(session)).isZero();
        });
        assertThat(counterUpdates(sql)).hasSize(1);
        assertThat(sql.get(sql.size() - 1)).startsWith("update post");
        assertThat(stored()).isEqualTo(2);
    }

    // ---- enabled ----

    @ParameterizedTest
    @ValueSource(strings = {"false", "FALSE"})
    void disabledTheJarDoesNothing(String disabled) {
        List<String> sql = with(CounterCacheSettings.ENABLED, disabled, session -> {
            Post managed = session.find(Post.class, post.id);
            Comment comment = new Comment(managed);
            session.persist(comment);
            session.flush();
            assertThat(managed.commentsCount).isZero();
            session.remove(comment);
            managed.commentsCount = 5;
        });
        assertThat(counterUpdates(sql)).isEmpty();
        assertThat(sql).contains("update post set comments_count=?,title=?,version=? where id=? and version=?");
        assertThat(stored()).isEqualTo(5);
        db.execute("update post set comments_count = 0");
    }

    @Test
    void disabledThereIsNoListener() {
        try (SessionFactory factory = factory(CounterCacheSettings.ENABLED, false)) {
            assertThat(Installation.in((SessionFactoryImplementor) factory)).isNull();
        }
    }

    @Test
    void disabledAWarningSaysSoWhereCountersAreDeclared() {
        try (LogMessages log = new LogMessages(DisabledCounters.class.getName())) {
            factory(CounterCacheSettings.ENABLED, false).close();
            assertThat(log.texts())
                    .containsExactly(
                            "hibernate.counter_cache.enabled is false: nothing keeps the counters that Comment declare, and they cannot be changed by hand: set it to true, and repair them then");
        }
        try (LogMessages log = new LogMessages(DisabledCounters.class.getName())) {
            new Configuration(HibernateServices.registry())
                    .setProperty("hibernate.connection.url", "jdbc:h2:mem:none")
                    .setProperty(CounterCacheSettings.ENABLED, "false")
                    .addAnnotatedClass(Author.class)
                    .buildSessionFactory()
                    .close();
            assertThat(log.texts()).isEmpty();
        }
    }

    @Test
    void disabledResetSaysSoAndFlushAndSkipDoNothing() {
        with(CounterCacheSettings.ENABLED, false, session -> {
            CounterCaches counters = CounterCaches.of(session);
            assertThatThrownBy(() -> counters.resetCounters(Post.class, post.id))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("Post has no counters while hibernate.counter_cache.enabled is false: set it to true");
            assertThatThrownBy(() ->
                            CounterCaches.of(session).on(Post.class, post.id).increment("commentsCount"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("Post has no counters while hibernate.counter_cache.enabled is false: set it to true");
            counters.flush();
            counters.skip().close();
        });
    }

    // ---- values ----

    /** YAML reads off as false; Spring Boot makes that a text. */
    @ParameterizedTest
    @ValueSource(strings = {"off", "OFF", "false", "False"})
    void falseIsOffWhereASettingCanBeOff(String value) {
        assertThat(Settings.read(Map.of(CounterCacheSettings.CHECK_SCHEMA, value))
                        .checkSchema())
                .isEqualTo(Settings.CheckSchema.OFF);
    }

    @Test
    void aBooleanIsOffToo() {
        assertThat(Settings.read(Map.of(CounterCacheSettings.CHECK_SCHEMA, false))
                        .checkSchema())
                .isEqualTo(Settings.CheckSchema.OFF);
    }

    // ---- wrong values ----

    @ParameterizedTest
    @CsvSource({
        "hibernate.counter_cache.enabled, yes, true or false",
        "hibernate.counter_cache.enabled, '', true or false",
        "hibernate.counter_cache.collection_size, 1, true or false",
        "hibernate.counter_cache.write, later, with_commit or before_commit or flush",
        "hibernate.counter_cache.stale_children, ignore, lock or trust",
        "hibernate.counter_cache.bulk, false, count or reject or ignore",
        "hibernate.counter_cache.database, cockroach, auto or portable or postgresql or h2 or mysql or mariadb"
    })
    void aWrongValueIsRefusedAndTheRightOnesAreNamed(String setting, String value, String allowed) {
        assertThatThrownBy(() -> factory(setting, value))
                .isInstanceOf(CounterMappingException.class)
                .hasMessage("Cannot start: 1 wrong setting\n  - %s: '%s' is none of its values: use %s"
                        .formatted(setting, value, allowed));
    }

    @ParameterizedTest
    @CsvSource({
        "hibernate.counter_cache.wirte, hibernate.counter_cache.write",
        "hibernate.counter_cache.stale-children, hibernate.counter_cache.stale_children",
        "hibernate.counter-cache.write, hibernate.counter_cache.write",
        "hibernate.counterCache.bulk, hibernate.counter_cache.bulk",
        "hibernate.counter_cache.Enabled, hibernate.counter_cache.enabled"
    })
    void aSettingThatDoesNotExistIsRefusedAndTheNearestOneIsNamed(String setting, String nearest) {
        assertThatThrownBy(() -> factory(setting, "true"))
                .isInstanceOf(CounterMappingException.class)
                .hasMessage("Cannot start: 1 wrong setting\n  - %s: there is no such setting: use %s, or remove it"
                        .formatted(setting, nearest));
    }

    @Test
    void allWrongSettingsAreReportedAtOnce() {
        var configuration = db.configuration();
        configuration.getProperties().put("hibernate.counter_cache.bluk", "count");
        configuration.getProperties().put("hibernate.counter_cache.bulk", "never");
        configuration.getProperties().put("hibernate.counter_cache.write", "later");
        assertThatThrownBy(configuration::buildSessionFactory)
                .isInstanceOf(CounterMappingException.class)
                .hasMessage("""
                        Cannot start: 3 wrong settings
                          - hibernate.counter_cache.bluk: there is no such setting: use hibernate.counter_cache.bulk, or remove it
                          - hibernate.counter_cache.write: 'later' is none of its values: use with_commit or before_commit or flush
                          - hibernate.counter_cache.bulk: 'never' is none of its values: use count or reject or ignore""");
    }
}
