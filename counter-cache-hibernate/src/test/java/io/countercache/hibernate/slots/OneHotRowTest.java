package io.countercache.hibernate.slots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.countercache.Counter;
import io.countercache.CounterCache;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.support.Concurrently;
import io.countercache.hibernate.support.SameSource;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.LockModeType;
import jakarta.persistence.ManyToOne;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Many transactions count on the same rows at the same time: none of them fails, and none is lost, whatever else they write. */
@Tag("databases") // where children and slots lock the row
@ParameterizedClass(name = "{0}")
@ValueSource(strings = {AtIsolation.READ_COMMITTED, AtIsolation.REPEATABLE_READ})
class OneHotRowTest {

    private static final int THREADS = 8;
    private static final int TRANSACTIONS = 40;

    @Entity(name = "Channel")
    static class Channel {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        String title = "a channel";

        int postsCount;

        int linksCount;

        /** So many slots that no two connections meet in one. */
        @Counter(slots = 64)
        long views;
    }

    @Entity(name = "Post")
    static class Post {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(slots = 8)
        Channel channel;

        Post() {}

        Post(Channel channel) {
            this.channel = channel;
        }
    }

    /** It is counted in a column. */
    @Entity(name = "Link")
    static class Link {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        Channel channel;

        Link() {}

        Link(Channel channel) {
            this.channel = channel;
        }
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Channel.class, Post.class, Link.class);

    private final String isolation;
    private AtIsolation isolated;
    private SessionFactory factory;
    private long one;
    private long other;

    OneHotRowTest(String isolation) {
        AtIsolation.assumeNothingIsRefused(isolation);
        this.isolation = isolation;
    }

    /** What one of many transactions does. */
    private interface Work {
        void in(Session session);
    }

    @BeforeEach
    void channels() {
        one = db.persist(new Channel()).id;
        other = db.persist(new Channel()).id;
        isolated = AtIsolation.of(isolation, db);
        factory = isolated.factory();
    }

    @AfterEach
    void close() {
        isolated.close();
    }

    private static Channel channel(long id, Session session) {
        return session.getReference(Channel.class, id);
    }

    /** @param works what the threads do, in turn */
    private void atTheSameTime(Work... works) {
        try (Concurrently threads = new Concurrently(db)) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                Work work = works[i % works.length];
                all.add(threads.start(() -> {
                    for (int j = 0; j < TRANSACTIONS; j++) {
                        factory.inTransaction(work::in);
                    }
                }));
            }
            all.forEach(Concurrently::finish);
        }
        CounterRepair.verifyAll(factory).requireClean();
    }

    private Channel found(long id) {
        return factory.fromTransaction(session -> session.find(Channel.class, id));
    }

    private void post(Session session) {
        session.persist(new Post(channel(one, session)));
    }

    private void link(Session session) {
        session.persist(new Link(channel(one, session)));
    }

    @Test
    void posts() {
        atTheSameTime(this::post);
        assertThat(found(one).postsCount).isEqualTo(THREADS * TRANSACTIONS);
    }

    @Test
    void postsAndWhatIsCountedInAColumn() {
        atTheSameTime(this::post, this::link, session -> {
            post(session);
            link(session);
        });
        assertThat(found(one).postsCount + found(one).linksCount).isEqualTo((THREADS + 2) * TRANSACTIONS);
    }

    @Test
    void postsAndAnotherTitle() {
        atTheSameTime(this::post, session -> {
            Channel channel = session.find(Channel.class, one);
            channel.title = "a title of " + Thread.currentThread().getName();
            session.persist(new Post(channel));
        });
        assertThat(found(one).postsCount).isEqualTo(THREADS * TRANSACTIONS);
    }

    /** Children refer to their parents in any order; those in a column lock them in one order. */
    @Test
    void postsAndLinksOfTwoChannels() {
        atTheSameTime(
                session -> {
                    boolean isOneFirst = ThreadLocalRandom.current().nextBoolean();
                    session.persist(new Post(channel(isOneFirst ? one : other, session)));
                    session.persist(new Post(channel(isOneFirst ? other : one, session)));
                },
                session -> {
                    session.persist(new Link(channel(one, session)));
                    session.persist(new Link(channel(other, session)));
                });
        assertThat(found(other).postsCount).isEqualTo(THREADS / 2 * TRANSACTIONS);
        assertThat(found(other).linksCount).isEqualTo(THREADS / 2 * TRANSACTIONS);
    }

    /** A bulk statement announces no parent before it is sent: all are locked with the commit. */
    @Test
    void postsAndLinksThatABulkStatementDeletes() {
        Queue<Long> posts = new ConcurrentLinkedQueue<>();
        Queue<Long> links = new ConcurrentLinkedQueue<>();
        Queue<Long> linksOfOther = new ConcurrentLinkedQueue<>();
        factory.inTransaction(session -> {
            for (int i = 0; i < THREADS * TRANSACTIONS; i++) {
                posts.add(persisted(new Post(channel(one, session)), session));
                links.add(persisted(new Link(channel(one, session)), session));
                linksOfOther.add(persisted(new Link(channel(other, session)), session));
            }
        });
        atTheSameTime(
                session -> {
                    delete("Post", posts.remove(), session);
                    delete("Link", linksOfOther.remove(), session);
                },
                session -> {
                    delete("Link", links.remove(), session);
                    delete("Link", linksOfOther.remove(), session);
                },
                session -> {
                    delete("Post", posts.remove(), session);
                    delete("Link", links.remove(), session);
                });
        assertThat(found(one).postsCount).isEqualTo(posts.size());
        assertThat(found(other).linksCount).isEqualTo(linksOfOther.size());
    }

    private static Long persisted(Object child, Session session) {
        session.persist(child);
        return (Long) session.getIdentifier(child);
    }

    private static void delete(String entity, long id, Session session) {
        session.createMutationQuery("delete from " + entity + " where id = :id")
                .setParameter("id", id)
                .executeUpdate();
    }

    /** Whoever squashes has no row locked while it waits for another one: an application counts on several rows in any order. */
    @Test
    void viewsInAnyOrderAndASquash() {
        assumeTrue(TestServer.HAS_SLOTS, "without slots, these deadlock with each other");
        AtomicBoolean isOver = new AtomicBoolean();
        try (Concurrently threads = new Concurrently(db)) {
            Future<?> squashing = threads.start(() -> {
                while (!isOver.get()) {
                    CounterRepair.of(factory, Channel.class).squash();
                }
            });
            atTheSameTime(
                    session -> {
                        view(one, session);
                        view(other, session);
                    },
                    session -> {
                        view(other, session);
                        view(one, session);
                    });
            isOver.set(true);
            Concurrently.finish(squashing);
        }
        assertThat(found(one).views).isEqualTo(THREADS * TRANSACTIONS);
        assertThat(found(other).views).isEqualTo(THREADS * TRANSACTIONS);
    }

    private static void view(long channel, Session session) {
        CounterCaches.of(session).on(Channel.class, channel).increment("views");
    }

    @Test
    void viewsAndWhoeverLocksTheRow() {
        long enough = 10_000;
        factory.inTransaction(
                session -> CounterCaches.of(session).on(Channel.class, one).increment("views", enough));
        atTheSameTime(
                session -> CounterCaches.of(session).on(Channel.class, one).increment("views", 2),
                session -> CounterCaches.of(session).on(Channel.class, one).take("views", 1),
                session -> {
                    Channel locked = SameSource.find(session, Channel.class, one, LockModeType.PESSIMISTIC_WRITE);
                    long views = locked.views;
                    CounterCaches.of(session).on(Channel.class, one).increment("views");
                    // on PostgreSQL the lock does not keep others from adding to slots
                    assertThat(locked.views - views).isBetween(1L, TestServer.IS_MARIADB ? 1L : enough);
                },
                session -> {
                    post(session);
                    CounterCaches.of(session).on(Channel.class, one).increment("views");
                    CounterCaches.of(session).on(Channel.class, other).increment("views");
                });
        assertThat(found(one).views).isEqualTo(enough + THREADS / 4 * TRANSACTIONS * 3);
        CounterRepair.of(factory, Channel.class).squash();
        assertThat(found(one).views).isEqualTo(enough + THREADS / 4 * TRANSACTIONS * 3);
    }
}
