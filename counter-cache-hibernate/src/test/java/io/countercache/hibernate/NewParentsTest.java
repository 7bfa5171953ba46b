package io.countercache.hibernate;

import static io.countercache.hibernate.TestDatabase.counterUpdates;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.CounterCache;
import io.countercache.hibernate.Blog.Author;
import io.countercache.hibernate.Blog.Comment;
import io.countercache.hibernate.Blog.Post;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OptimisticLockException;
import jakarta.persistence.PersistenceException;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.hibernate.FlushMode;
import org.hibernate.Session;
import org.hibernate.annotations.ColumnDefault;
import org.hibernate.annotations.SQLInsert;
import org.hibernate.annotations.SoftDelete;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.engine.spi.SessionImplementor;
import org.hibernate.event.spi.EventType;
import org.hibernate.event.spi.PreInsertEventListener;
import org.hibernate.exception.SnapshotIsolationException;
import org.hibernate.jdbc.Expectation;
import org.hibernate.resource.transaction.spi.TransactionObserver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Parents that are inserted in the same flush as their children: their INSERT has the count already. */
class NewParentsTest {

    @Entity(name = "Trip")
    static class Trip {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        int openCount;
        int walksCount;
        int kilosTotal;

        @Column(precision = 12, scale = 2)
        BigDecimal costTotal;

        double lengthTotal;

        Integer stopsCount;

        Instant changedAt;

        @ColumnDefault("0")
        @Column(insertable = false)
        int seenCount;
    }

    @Entity(name = "Stop")
    @SoftDelete
    static class Stop {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        boolean open;

        @Column(precision = 12, scale = 2)
        BigDecimal cost = new BigDecimal("1.50");

        double length = 0.1;
        int kilos;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(value = "openCount", where = "open = true")
        @CounterCache(value = "costTotal", sum = "cost")
        @CounterCache(value = "lengthTotal", sum = "length")
        @CounterCache(value = "kilosTotal", sum = "kilos")
        Trip trip;

        Stop() {}

        Stop(Trip trip, boolean open) {
            this.trip = trip;
            this.open = open;
        }
    }

    @Entity(name = "Visit")
    static class Visit {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(value = "stopsCount", touch = "changedAt")
        @CounterCache(value = "seenCount", where = "id > 0")
        Trip trip;

        Visit() {}

        Visit(Trip trip) {
            this.trip = trip;
        }
    }

    @Entity(name = "Walk")
    static class Walk {
        @Id
        @GeneratedValue(strategy = GenerationType.IDENTITY)
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(value = "walksCount", where = "id > 0")
        Trip trip;
    }

    /** Is inserted if there is none. */
    @Entity(name = "Inn")
    @SQLInsert(
            sql =
                    "insert into inn (guests_count, id) select cast(? as int), n.id from (select cast(? as bigint) as id) n"
                            + " where not exists (select 1 from inn i where i.id = n.id)",
            verify = Expectation.None.class)
    static class Inn {
        @Id
        Long id;

        int guestsCount;
    }

    @Entity(name = "Guest")
    static class Guest {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        Inn inn;
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(
            Post.class,
            Author.class,
            Comment.class,
            Trip.class,
            Stop.class,
            Visit.class,
            Walk.class,
            Inn.class,
            Guest.class);

    private static Post post(int comments) {
        Post post = new Post("new");
        for (int i = 0; i < comments; i++) {
            post.add(new Comment());
        }
        return post;
    }

    private List<String> updatesOf(Consumer<Session> work) {
        return counterUpdates(db.statementsOf(() -> db.inTransaction(work)));
    }

    private long stored() {
        return db.number("select comments_count from post");
    }

    @Test
    void noUpdateIsSent() {
        Post post = post(3);
        assertThat(updatesOf(session -> {
                    session.persist(post);
                    session.flush();
                    assertThat(post.commentsCount).isEqualTo(3);
                    assertThat(session.isDirty()).isFalse();
                    assertThat(stored(session)).isEqualTo(3);
                }))
                .isEmpty();
        assertThat(stored()).isEqualTo(3);
        assertThat(post.version).isZero();
    }

    private static int stored(Session session) {
        return session.doReturningWork(connection -> {
            try (var statement = connection.createStatement();
                    var rows = statement.executeQuery("select comments_count from post")) {
                rows.next();
                return rows.getInt(1);
            }
        });
    }

    @Test
    void whatTheApplicationGaveComesOnTop() {
        Post post = post(2);
        post.commentsCount = 5;
        assertThat(updatesOf(session -> session.persist(post))).isEmpty();
        assertThat(post.commentsCount).isEqualTo(7);
        assertThat(stored()).isEqualTo(7);
        db.inTransaction(session -> CounterCaches.of(session).resetCounters(Post.class, post.id));
    }

    @Test
    void whatComesInAnotherFlushIsAnUpdate() {
        assertThat(updatesOf(session -> {
                    Post post = post(2);
                    session.persist(post);
                    session.flush();
                    session.persist(post.add(new Comment()));
                }))
                .hasSize(1);
        assertThat(stored()).isEqualTo(3);
    }

    @Test
    void conditionsAndTotalsAreForeseenToo() {
        Trip trip = new Trip();
        assertThat(updatesOf(session -> {
                    session.persist(trip);
                    session.persist(new Stop(trip, true));
                    session.persist(new Stop(trip, false));
                    session.persist(new Stop(trip, true));
                }))
                .isEmpty();
        assertThat(trip.openCount).isEqualTo(2);
        assertThat(trip.costTotal).isEqualByComparingTo("4.50");
        assertThat(db.text("select cost_total from trip")).isEqualTo("4.50");
        assertThat(db.number("select open_count from trip")).isEqualTo(2);
    }

    @Test
    void whatIsTouchedAndWhatIsNotInsertedTakesAnUpdate() {
        Trip trip = new Trip();
        assertThat(updatesOf(session -> {
                    session.persist(trip);
                    session.persist(new Visit(trip));
                    session.persist(new Visit(trip));
                }))
                .hasSize(1);
        assertThat(db.number("select count(*) from trip where changed_at is not null and stops_count = 2"))
                .isEqualTo(1);
        assertThat(db.number("select seen_count from trip")).isEqualTo(2);
    }

    /** What looks at the session without a flush has foreseen what then does not come. */
    @Test
    void whatWasForeseenAndDoesNotComeIsTakenBack() {
        assertThat(updatesOf(session -> {
                    Post post = post(3);
                    session.persist(post);
                    assertThat(session.isDirty()).isTrue();
                    Comment gone = post.comments.remove(0);
                    session.remove(gone);
                    session.flush();
                    assertThat(post.commentsCount).isEqualTo(2);
                }))
                .hasSizeLessThan(2);
        assertThat(stored()).isEqualTo(2);
    }

    @Test
    void whatWasForeseenAndGoesElsewhereIsCountedThere() {
        db.inTransaction(session -> {
            Post from = post(2);
            Post to = post(1);
            session.persist(from);
            session.persist(to);
            assertThat(session.isDirty()).isTrue();
            Comment moved = from.comments.remove(0);
            to.add(moved);
        });
        assertThat(db.number("select count(*) from post where comments_count = 1"))
                .isEqualTo(1);
        assertThat(db.number("select count(*) from post where comments_count = 2"))
                .isEqualTo(1);
    }

    @Test
    void aQueryInBetweenSeesTheCount() {
        db.inTransaction(session -> {
            Post post = post(2);
            session.persist(post);
            assertThat(session.createSelectionQuery("select commentsCount from Post", Integer.class)
                            .getSingleResult())
                    .isEqualTo(2);
            session.persist(post.add(new Comment()));
            assertThat(session.createSelectionQuery("select commentsCount from Post", Integer.class)
                            .getSingleResult())
                    .isEqualTo(3);
        });
        assertThat(stored()).isEqualTo(3);
    }

    @Test
    void whatIsSkippedIsNotForeseen() {
        Post post = post(2);
        db.inTransaction(session -> {
            try (var skipped = CounterCaches.of(session).skip()) {
                assertThat(skipped).isNotNull();
                session.persist(post);
            }
            assertThat(stored(session)).isZero();
            CounterCaches.of(session).resetCounters(Post.class, post.id);
        });
    }

    /** There is no later moment that could make up for what was foreseen. */
    @Test
    void whatIsFlushedAfterTheCountersAreWrittenIsCountedOnce() {
        Post first = post(1);
        db.inTransaction(session -> {
            session.persist(first);
            session.unwrap(SessionImplementor.class).getTransactionCoordinator().addObserver(new LastMoment(() -> {
                session.persist(post(2));
                session.flush();
            }));
        });
        assertThat(db.number("select sum(comments_count) from post")).isEqualTo(3);
    }

    /** Hibernate tells of a flush before the query too, though there is none. */
    @Test
    void aListenerThatAsksInTheMiddleOfTheFlushChangesNothing() {
        beforeEachInsert(
                event -> {
                    event.getSession()
                            .createSelectionQuery("select count(*) from Author", Long.class)
                            .getSingleResult();
                    return false;
                },
                false);
        db.inTransaction(session -> {
            session.setHibernateFlushMode(FlushMode.MANUAL);
            session.persist(post(2));
            session.persist(post(3));
            session.flush();
        });
        assertThat(db.number("select sum(comments_count) from post")).isEqualTo(5);
    }

    private void beforeEachInsert(PreInsertEventListener listener, boolean first) {
        var listeners = db.factory().unwrap(SessionFactoryImplementor.class).getEventListenerRegistry();
        if (first) {
            listeners.prependListeners(EventType.PRE_INSERT, listener);
        } else {
            listeners.appendListeners(EventType.PRE_INSERT, listener);
        }
    }

    @Test
    void anInsertThatIsTriedAgainWritesTheSame() {
        AtomicBoolean failed = new AtomicBoolean();
        beforeEachInsert(
                event -> {
                    if (event.getEntity() instanceof Post && failed.compareAndSet(false, true)) {
                        throw new SnapshotIsolationException("late", new SQLException("by a test"), "insert");
                    }
                    return false;
                },
                false);
        Post post = post(2);
        assertThat(updatesOf(session -> {
                    session.persist(post);
                    assertThatThrownBy(session::flush).isInstanceOf(OptimisticLockException.class);
                    assertThat(post.commentsCount).isZero();
                    session.flush();
                    assertThat(stored(session)).isEqualTo(2);
                    assertThat(post.commentsCount).isEqualTo(2);
                }))
                .isEmpty();
    }

    @Test
    void aParentThatAnotherListenerInsertsGetsAnUpdate() {
        beforeEachInsert(
                event -> {
                    if (event.getEntity() instanceof Post) {
                        event.getSession().doWork(connection -> {
                            try (var insert = connection.prepareStatement(
                                    "insert into post (id, title, version, comments_count) values (?, '', 0, 0)")) {
                                insert.setObject(1, event.getId());
                                insert.executeUpdate();
                            }
                        });
                    }
                    return event.getEntity() instanceof Post;
                },
                true);
        Post post = post(2);
        assertThat(updatesOf(session -> session.persist(post))).hasSize(1);
        assertThat(stored()).isEqualTo(2);
    }

    @Test
    void whatSqlOfTheApplicationInsertsIsNotForeseen() {
        for (int guests = 1; guests < 3; guests++) {
            db.inTransaction(session -> {
                Inn inn = new Inn();
                inn.id = 1L;
                Guest guest = new Guest();
                guest.inn = inn;
                session.persist(inn);
                session.persist(guest);
            });
            assertThat(db.number("select guests_count from inn")).isEqualTo(guests);
        }
    }

    @Test
    void whatTheDatabaseRoundsIsCountedWhenItIsInserted() {
        Trip trip = new Trip();
        Stop stop = new Stop(trip, true);
        stop.cost = new BigDecimal("1.005");
        db.inTransaction(session -> {
            session.persist(trip);
            session.persist(stop);
        });
        assertThat(db.text("select cost_total from trip")).isEqualTo(db.text("select cost from stop"));
    }

    @Test
    void aTotalThatIsTooLargeIsRefusedByTheDatabase() {
        assertThatThrownBy(() -> db.inTransaction(session -> {
                    Trip trip = new Trip();
                    session.persist(trip);
                    for (int i = 0; i < 3; i++) {
                        Stop stop = new Stop(trip, true);
                        stop.kilos = 1_000_000_000;
                        session.persist(stop);
                    }
                }))
                .isInstanceOf(PersistenceException.class);
        assertThat(db.number("select count(*) from trip")).isZero();
    }

    /** Which looks at the session twice: Hibernate sees no need to flush, but the children count for another parent, too. */
    @Test
    void aQueryOnAnotherParentForeseesTheSame() {
        assertThat(updatesOf(session -> {
                    session.persist(post(2));
                    session.createSelectionQuery("from Author", Author.class).getResultList();
                    assertThat(stored(session)).isEqualTo(2);
                }))
                .isEmpty();
    }

    @Test
    void aChildThatHasNoIdUntilTheTransactionBegins() {
        Trip known = db.persist(new Trip());
        try (Session session = db.factory().openSession()) {
            Walk walk = new Walk();
            walk.trip = session.getReference(Trip.class, known.id);
            session.persist(new Trip());
            session.persist(walk);
            session.beginTransaction();
            session.getTransaction().commit();
        }
        assertThat(db.number("select walks_count from trip where id = " + known.id))
                .isEqualTo(1);
    }

    private record LastMoment(Runnable work) implements TransactionObserver {

        @Override
        public void afterBegin() {}

        @Override
        public void beforeCompletion() {
            work.run();
        }

        @Override
        public void afterCompletion(boolean successful, boolean delayed) {}
    }

    @Test
    void aParentThatIsInsertedAgainIsCountedOnce() {
        Post post = post(2);
        db.inTransaction(session -> {
            session.persist(post);
            session.flush();
            session.remove(post);
            session.flush();
            Post again = post(3);
            session.persist(again);
        });
        assertThat(stored()).isEqualTo(3);
    }
}
