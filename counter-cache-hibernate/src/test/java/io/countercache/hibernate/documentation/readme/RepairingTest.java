package io.countercache.hibernate.documentation.readme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.CounterCacheException;
import io.countercache.Drift;
import io.countercache.RepairReport;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.documentation.Blocks;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.scheduling.annotation.Scheduled;

class RepairingTest {

    @RegisterExtension
    TestDatabase db = TestDatabase.with(Post.class, Comment.class);

    Post post;

    @BeforeEach
    void onePostIsWrong() {
        post = db.persist(new Post());
        db.persist(new Comment(post));
        db.execute("update post set comments_count = 7");
    }

    @Test
    void itIsRepaired() {
        assertThat(repair(db.factory()).drifted()).isEqualTo(1);
    }

    private static RepairReport repair(EntityManagerFactory entityManagerFactory) {
        // tag::repair[]
        RepairReport report = CounterRepair.of(entityManagerFactory, Post.class).repair();
        // end::repair[]
        // tag::print[]
        System.out.printf("%d of %d posts were wrong%n", report.drifted(), report.examined());
        report.first().forEach(System.out::println);
        report.failures().forEach(System.out::println);
        // end::print[]
        // tag::verify[]
        CounterRepair.of(entityManagerFactory, Post.class).verify().requireClean();
        // end::verify[]
        // tag::verifyAll[]
        CounterRepair.verifyAll(entityManagerFactory).requireClean();
        // end::verifyAll[]
        return report;
    }

    @Test
    void itIsFoundAndRepaired() {
        firstAid(db.factory());
    }

    private static void firstAid(EntityManagerFactory entityManagerFactory) {
        // tag::firstAid[]
        RepairReport found = CounterRepair.of(entityManagerFactory, Post.class).verify();
        found.first().forEach(System.out::println);
        CounterRepair.of(entityManagerFactory, Post.class).repair();
        // end::firstAid[]
    }

    @Test
    void itIsRepairedSlowly() {
        options(db.factory());
    }

    private static void options(EntityManagerFactory entityManagerFactory) {
        // tag::options[]
        CounterRepair.of(entityManagerFactory, Post.class)
                .counters("commentsCount")
                .chunkSize(1_000)
                .pause(Duration.ofMillis(100))
                .onProgress(progress -> System.out.println(progress))
                .repair();
        // end::options[]
    }

    /** As a bean of Spring. */
    private record NightlyCheck(EntityManagerFactory entityManagerFactory) {

        // tag::nightly[]
        @Scheduled(cron = "0 0 3 * * *")
        void check() {
            CounterRepair.verifyAll(entityManagerFactory).requireClean();
        }
        // end::nightly[]
    }

    @Test
    void aNightlyCheckSaysWhatIsWrong() {
        NightlyCheck nightly = new NightlyCheck(db.factory());
        assertThatThrownBy(nightly::check)
                .isInstanceOf(CounterCacheException.class)
                .hasMessageContaining("Post.commentsCount of " + post.id + " is 7, and 1 are counted");
        repair(db.factory());
        nightly.check();
    }

    @Test
    void itIsReset() {
        List<Drift> corrected = db.fromTransaction(session -> reset(CounterCaches.of(session)));
        assertThat(corrected).hasSize(1);
    }

    private static List<Drift> reset(CounterCaches counters) {
        // tag::reset[]
        List<Drift> corrected = counters.on(Post.class, List.of(1L, 2L, 3L)).reset();
        // end::reset[]
        return corrected;
    }

    @Test
    void anImportSkipsCounting() {
        db.inTransaction(session -> {
            Post found = session.find(Post.class, post.id);
            skip(session, found, List.of(new Comment(found), new Comment(found)));
        });
        assertThat(db.number("select comments_count from post")).isEqualTo(3);
    }

    @SuppressWarnings("try") // it is only closed
    private static void skip(EntityManager entityManager, Post post, List<Comment> comments) {
        CounterCaches counters = CounterCaches.of(entityManager);
        // tag::skip[]
        try (var skipped = counters.skip()) {
            comments.forEach(entityManager::persist);
        }
        counters.resetCounters(Post.class, post.getId());
        // end::skip[]
    }

    @Test
    @Tag("postgresql")
    void addingToARunningApplication() throws Exception {
        run(Blocks.testedBy("RepairingTest#addingToARunningApplication"));
        itIsRepaired();
    }

    @Test
    @Tag("postgresql")
    void aMigrationScript() throws Exception {
        run(Blocks.testedBy("RepairingTest#aMigrationScript"));
        itIsRepaired();
    }

    @Test
    @Tag("postgresql")
    void aLiquibaseScript() throws Exception {
        List<String> script = Blocks.testedBy("RepairingTest#aLiquibaseScript");
        List<String> rollback = Blocks.rollbackOf("RepairingTest#aLiquibaseScript");
        assertThat(rollback).hasSameSizeAs(script);
        run(Stream.of(script, rollback, script).flatMap(List::stream).toList());
        itIsRepaired();
    }

    /** Runs a page from the schema before it; its query finds what is wrong, and then the entities of the page correct it. */
    private void run(List<String> statements) throws Exception {
        var connections = TestServer.emptySchema();
        try (var connection = connections.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("create table post (id bigint primary key)");
            statement.execute("create table comment (id bigint primary key, post_id bigint references post)");
            statement.execute("insert into post values (1)");
            statement.execute("insert into comment values (1, 1)");
            for (String sql : statements) {
                if (statement.execute(sql)) {
                    assertThat(statement.getResultSet().next()).as(sql).isTrue();
                }
            }
            Configuration configuration = db.configuration();
            configuration.getProperties().put("hibernate.connection.datasource", connections);
            configuration.getProperties().put("hibernate.hbm2ddl.auto", "none");
            try (SessionFactory factory = configuration.buildSessionFactory()) {
                assertThat(repair(factory).drifted()).isEqualTo(1);
            }
        } finally {
            TestServer.drop(connections);
        }
    }
}
