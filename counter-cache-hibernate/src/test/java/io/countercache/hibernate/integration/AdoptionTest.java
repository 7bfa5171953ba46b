package io.countercache.hibernate.integration;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.CounterCache;
import io.countercache.RepairReport;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.support.Concurrently;
import io.countercache.hibernate.support.SnakeCase;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.MappedSuperclass;
import jakarta.persistence.OneToMany;
import jakarta.persistence.OptimisticLockException;
import jakarta.persistence.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import org.hibernate.Hibernate;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.Configuration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A counter is added to an application that runs, in the steps that the documentation names, while its versions before and
 * after each step take turns and write all the time.
 */
@Tag("postgresql")
class AdoptionTest {

    private static final int TOPICS = 10;

    @MappedSuperclass
    abstract static class AnyTopic {
        @Id
        Long id;

        abstract List<?> replies();
    }

    @MappedSuperclass
    abstract static class AnyReply<T> {
        @Id
        @GeneratedValue(strategy = GenerationType.IDENTITY)
        Long id;

        abstract void on(T topic);
    }

    /** The application as it was. */
    @Entity(name = "Topic")
    @Table(name = "topic")
    static class BeforeTopic extends AnyTopic {
        @OneToMany(mappedBy = "topic")
        List<BeforeReply> replies = new ArrayList<>();

        @Override
        List<?> replies() {
            return replies;
        }
    }

    @Entity(name = "Reply")
    @Table(name = "reply")
    static class BeforeReply extends AnyReply<BeforeTopic> {
        @ManyToOne(fetch = FetchType.LAZY)
        BeforeTopic topic;

        @Override
        void on(BeforeTopic topic) {
            this.topic = topic;
        }
    }

    /** With a counter that is maintained, but tells no size. */
    @Entity(name = "Topic")
    @Table(name = "topic")
    static class CountedTopic extends AnyTopic {
        @OneToMany(mappedBy = "topic")
        List<CountedReply> replies = new ArrayList<>();

        int repliesCount;

        @Override
        List<?> replies() {
            return replies;
        }
    }

    @Entity(name = "Reply")
    @Table(name = "reply")
    static class CountedReply extends AnyReply<CountedTopic> {
        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        CountedTopic topic;

        @Override
        void on(CountedTopic topic) {
            this.topic = topic;
        }
    }

    /** With a counter that tells the size. */
    @Entity(name = "Topic")
    @Table(name = "topic")
    static class SizedTopic extends AnyTopic {
        @OneToMany(mappedBy = "topic")
        List<SizedReply> replies = new ArrayList<>();

        int repliesCount;

        @Override
        List<?> replies() {
            return replies;
        }
    }

    @Entity(name = "Reply")
    @Table(name = "reply")
    static class SizedReply extends AnyReply<SizedTopic> {
        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(size = true)
        SizedTopic topic;

        @Override
        void on(SizedTopic topic) {
            this.topic = topic;
        }
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(BeforeTopic.class, BeforeReply.class);

    /** A version of the application, with two threads that write. */
    private final class Application<T extends AnyTopic, R extends AnyReply<T>> implements AutoCloseable {

        final SessionFactory factory;
        private final Class<T> topic;
        private final Class<R> reply;
        private final Concurrently threads = new Concurrently(db);
        private final List<Future<?>> writers = new ArrayList<>();
        private final CountDownLatch busy = new CountDownLatch(100);
        private volatile boolean stopped;

        Application(Class<T> topic, Class<R> reply) {
            this.topic = topic;
            this.reply = reply;
            Configuration configuration = new Configuration()
                    .addAnnotatedClass(topic)
                    .addAnnotatedClass(reply)
                    .setPhysicalNamingStrategy(new SnakeCase());
            configuration.getProperties().put("hibernate.connection.datasource", db.recording(db.connections()));
            factory = configuration.buildSessionFactory();
            for (int i = 0; i < 2; i++) {
                Random random = new Random(i);
                writers.add(threads.start(() -> write(random)));
            }
        }

        private void write(Random random) {
            while (!stopped) {
                try {
                    change(random);
                    busy.countDown();
                } catch (OptimisticLockException stale) {
                    // another one has taken the same reply
                }
            }
        }

        private void change(Random random) {
            factory.inTransaction(session -> {
                T place = session.getReference(topic, (long) random.nextInt(TOPICS));
                switch (random.nextInt(3)) {
                    case 0 -> session.persist(reply(place));
                    case 1 -> some(random, session).ifPresent(session::remove);
                    default -> some(random, session).ifPresent(moved -> moved.on(place));
                }
            });
        }

        private R reply(T place) {
            try {
                R fresh = reply.getDeclaredConstructor().newInstance();
                fresh.on(place);
                return fresh;
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }

        private Optional<R> some(Random random, Session session) {
            return session
                    .createSelectionQuery("from Reply where id >= :from order by id", reply)
                    .setParameter("from", random.nextLong(200))
                    .setMaxResults(1)
                    .getResultList()
                    .stream()
                    .findFirst();
        }

        /** Until it has written for a while. */
        void awaitTraffic() throws InterruptedException {
            busy.await();
        }

        /** Whether it says how many replies a topic has without a look at them. */
        boolean isToldSizes() {
            return factory.fromTransaction(session -> {
                T first = session.find(topic, 0L);
                int size = first.replies().size();
                boolean told = !Hibernate.isInitialized(first.replies());
                assertThat(size).isNotNegative();
                return told;
            });
        }

        @Override
        public void close() {
            stopped = true;
            try {
                writers.forEach(Concurrently::finish);
            } finally {
                threads.close();
                factory.close();
            }
        }
    }

    @Test
    void aCounterIsAddedInFourSteps() throws InterruptedException {
        db.inTransaction(session -> {
            for (long i = 0; i < TOPICS; i++) {
                BeforeTopic topic = new BeforeTopic();
                topic.id = i;
                session.persist(topic);
                for (int j = 0; j < 20; j++) {
                    BeforeReply reply = new BeforeReply();
                    reply.on(topic);
                    session.persist(reply);
                }
            }
        });
        var before = new Application<>(BeforeTopic.class, BeforeReply.class);
        before.awaitTraffic();
        db.execute("alter table topic add column replies_count int not null default 0");

        var counted = new Application<>(CountedTopic.class, CountedReply.class);
        counted.awaitTraffic();
        before.close();
        assertThat(counted.isToldSizes()).isFalse();

        RepairReport repaired = CounterRepair.of(counted.factory, CountedTopic.class)
                .chunkSize(3)
                .repair();
        assertThat(repaired.drifted()).isPositive();
        assertThat(CounterRepair.of(counted.factory, CountedTopic.class).verify())
                .matches(RepairReport::isClean, "no drift while others write");

        var sized = new Application<>(SizedTopic.class, SizedReply.class);
        sized.awaitTraffic();
        assertThat(sized.isToldSizes()).isTrue();
        counted.close();
        try (sized) {
            assertThat(CounterRepair.of(sized.factory, SizedTopic.class).verify())
                    .matches(RepairReport::isClean, "no drift while others write");
        }
        assertThat(db.number("select count(*) from topic t where replies_count <>"
                        + " (select count(*) from reply r where r.topic_id = t.id)"))
                .isZero();
    }
}
