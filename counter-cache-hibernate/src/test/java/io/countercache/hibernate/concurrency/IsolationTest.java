package io.countercache.hibernate.concurrency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.countercache.CounterCache;
import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.support.JpaBootstrap;
import io.countercache.hibernate.support.SnakeCase;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OptimisticLockException;
import jakarta.persistence.PersistenceException;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.AvailableSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every isolation level of PostgreSQL: exact, or the database refuses, and then the application gets the exception that a
 * conflict of its own would have given it, and tries again.
 */
@Tag("postgresql")
@ParameterizedClass(name = "{0}")
@ValueSource(strings = {"TRANSACTION_READ_COMMITTED", "TRANSACTION_REPEATABLE_READ", "TRANSACTION_SERIALIZABLE"})
class IsolationTest {

    private static final int TOPICS = 4;

    @Entity(name = "Topic")
    static class Topic {
        @Id
        Long id;

        String title;

        int repliesCount;

        /** Unlike the field, what a proxy answers is what its entity has. */
        Long id() {
            return id;
        }
    }

    @Entity(name = "Reply")
    static class Reply {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        String text;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("repliesCount")
        Topic topic;

        Reply() {}

        Reply(Topic topic) {
            this.topic = topic;
        }
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Topic.class, Reply.class);

    private final String isolation;
    private HikariDataSource connections;

    IsolationTest(String isolation) {
        this.isolation = isolation;
    }

    @BeforeEach
    void topics() {
        HikariConfig config = new HikariConfig();
        db.connections().copyStateTo(config);
        config.setTransactionIsolation(isolation);
        connections = new HikariDataSource(config);
        db.inTransaction(session -> {
            for (long id = 1; id <= TOPICS; id++) {
                Topic topic = new Topic();
                topic.id = id;
                session.persist(topic);
            }
        });
    }

    @AfterEach
    void close() {
        connections.close();
    }

    /** A factory of Hibernate's own API, or of Jakarta Persistence: they wrap exceptions in different ways. */
    private EntityManagerFactory factory(String api, String write) {
        if (api.equals("hibernate")) {
            var configuration = db.configuration();
            configuration.getProperties().put("hibernate.connection.datasource", connections);
            return configuration.setProperty(CounterCacheSettings.WRITE, write).buildSessionFactory();
        }
        return JpaBootstrap.factory(
                List.of(Topic.class, Reply.class),
                Map.of(
                        "hibernate.connection.datasource",
                        connections,
                        AvailableSettings.PHYSICAL_NAMING_STRATEGY,
                        SnakeCase.class,
                        CounterCacheSettings.WRITE,
                        write));
    }

    @ParameterizedTest(name = "{0}, write at {1}")
    @CsvSource({
        "hibernate, with_commit",
        "hibernate, before_commit",
        "hibernate, flush",
        "jpa, with_commit",
        "jpa, before_commit",
        "jpa, flush"
    })
    void aConflictOverACounterIsTheSameExceptionAsOneOverAnyAttribute(String api, String write) {
        try (EntityManagerFactory factory = factory(api, write)) {
            List<?> ordinary =
                    types(conflict(factory, manager -> manager.find(Topic.class, 1L).title = manager.toString()));
            List<?> counted = types(conflict(
                    factory, manager -> manager.persist(new Reply(manager.getReference(Topic.class, 1L)))));
            assertThat(counted).isEqualTo(ordinary);
            assertThat(counted.isEmpty()).isEqualTo(isolation.equals("TRANSACTION_READ_COMMITTED"));
        }
    }

    @Test
    void aResetThatMeetsAChangeIsTheSameExceptionAsAFlushThatDoes() {
        db.execute("update topic set replies_count = 7 where id = 1");
        try (EntityManagerFactory factory = factory("jpa", "with_commit")) {
            List<?> ordinary = types(conflict(factory, manager -> {
                manager.find(Topic.class, 2L).title = manager.toString();
                manager.flush();
            }));
            List<?> reset =
                    types(conflict(factory, manager -> CounterCaches.of(manager).resetCounters(Topic.class, 1L)));
            assertThat(reset).isEqualTo(ordinary);
            inTransaction(factory, manager -> CounterCaches.of(manager).resetCounters(Topic.class, 1L));
        }
    }

    /** Of an exception and its causes, but those of the driver. */
    private static List<?> types(Throwable failure) {
        return Stream.<Throwable>iterate(failure, cause -> cause != null, Throwable::getCause)
                .filter(cause -> !(cause instanceof SQLException))
                .map(Throwable::getClass)
                .toList();
    }

    /** Two transactions that make the same change, both begun before either makes it: what the second gets. */
    private static Throwable conflict(EntityManagerFactory factory, Consumer<EntityManager> change) {
        try (EntityManager first = factory.createEntityManager(Map.of());
                EntityManager second = factory.createEntityManager(Map.of())) {
            first.getTransaction().begin();
            second.getTransaction().begin();
            second.createQuery("select count(*) from Topic", Long.class).getSingleResult();
            change.accept(first);
            first.getTransaction().commit();
            return catchThrowable(() -> {
                try {
                    change.accept(second);
                    second.getTransaction().commit();
                } finally {
                    if (second.getTransaction().isActive()) {
                        second.getTransaction().rollback();
                    }
                }
            });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"with_commit", "before_commit"})
    void whoeverTriesAgainEndsExact(String write) {
        AtomicInteger seeds = new AtomicInteger();
        try (EntityManagerFactory factory = factory("hibernate", write)) {
            inTransaction(
                    factory,
                    manager -> LongStream.range(0, 40)
                            .forEach(i ->
                                    manager.persist(new Reply(manager.getReference(Topic.class, 1 + i % TOPICS)))));
            TrafficTest.onThreads(6, () -> {
                Random random = new Random(seeds.incrementAndGet());
                for (int i = 0; i < 40; i++) {
                    untilCommitted(factory, manager -> change(manager, random));
                }
                return null;
            });
        }
        assertThat(db.number("select count(*) from reply where text = 'inserted'"))
                .isPositive();
    }

    private static void change(EntityManager manager, Random random) {
        Topic topic = manager.getReference(Topic.class, 1L + random.nextInt(TOPICS));
        if (random.nextInt(4) == 0) {
            CounterCaches.of(manager).resetCounters(Topic.class, topic.id());
        }
        List<Reply> replies = manager.createQuery("from Reply order by random()", Reply.class)
                .setMaxResults(2)
                .getResultList();
        for (Reply reply : replies) {
            if (random.nextBoolean()) {
                reply.topic = topic;
            } else {
                manager.remove(reply);
            }
        }
        for (int i = 0; i < 2; i++) {
            Reply inserted = new Reply(manager.getReference(Topic.class, 1L + random.nextInt(TOPICS)));
            inserted.text = "inserted";
            manager.persist(inserted);
        }
    }

    private static void untilCommitted(EntityManagerFactory factory, Consumer<EntityManager> work) {
        for (int attempt = 1; ; attempt++) {
            try {
                inTransaction(factory, work);
                return;
            } catch (PersistenceException conflict) {
                if (attempt == 1000 || !isConflict(conflict)) {
                    throw conflict;
                }
            }
        }
    }

    private static boolean isConflict(Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                .anyMatch(cause -> cause instanceof OptimisticLockException
                        || (cause instanceof SQLException sql
                                && ("40001".equals(sql.getSQLState()) || isDeadlockOverReplies(sql))));
    }

    /** Two transactions that change the same replies in opposite orders: that the application does itself. */
    private static boolean isDeadlockOverReplies(SQLException failure) {
        return "40P01".equals(failure.getSQLState())
                && String.valueOf(failure.getMessage()).contains("in relation \"reply\"");
    }

    private static void inTransaction(EntityManagerFactory factory, Consumer<EntityManager> work) {
        factory.unwrap(SessionFactory.class).inTransaction(work);
    }
}
