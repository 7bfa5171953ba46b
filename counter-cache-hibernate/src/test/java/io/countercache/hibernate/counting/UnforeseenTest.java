package io.countercache.hibernate.counting;

import static io.countercache.hibernate.support.TestDatabase.counterUpdates;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.CounterCache;
import io.countercache.hibernate.counting.Trips.Stop;
import io.countercache.hibernate.counting.Trips.Trip;
import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.SameSource;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
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
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.hibernate.FlushMode;
import org.hibernate.Session;
import org.hibernate.annotations.SQLInsert;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.event.spi.EventType;
import org.hibernate.event.spi.PreInsertEventListener;
import org.hibernate.exception.SnapshotIsolationException;
import org.hibernate.jdbc.Expectation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** New parents whose INSERT cannot have the count, or not only once: what is stored is right all the same. */
class UnforeseenTest {

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
            sql = "insert into inn (guests_count, id) select ? + 0, n.id from (select ? + 0 as id) n"
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
            Post.class, Author.class, Comment.class, Trip.class, Stop.class, Walk.class, Inn.class, Guest.class);

    /** In a class of its own: 6.6 has no such exception. */
    private static final class Late {
        static RuntimeException failure() {
            return new SnapshotIsolationException("late", new SQLException("by a test"), "insert");
        }
    }

    private List<String> updatesOf(Consumer<Session> work) {
        return counterUpdates(db.statementsOf(() -> db.inTransaction(work)));
    }

    /** Hibernate tells of a flush before the query too, though there is none. */
    @Test
    void aListenerThatAsksInTheMiddleOfTheFlushChangesNothing() {
        beforeEachInsert(
                event -> {
                    SameSource.session(event)
                            .createSelectionQuery("select count(*) from Author", Long.class)
                            .getSingleResult();
                    return false;
                },
                false);
        db.inTransaction(session -> {
            session.setHibernateFlushMode(FlushMode.MANUAL);
            session.persist(NewParentsTest.post(2));
            session.persist(NewParentsTest.post(3));
            session.flush();
        });
        assertThat(db.number("select sum(comments_count) from post")).isEqualTo(5);
    }

    private void beforeEachInsert(PreInsertEventListener listener, boolean first) {
        var listeners = db.factory()
                .unwrap(SessionFactoryImplementor.class)
                .getEventEngine()
                .getListenerRegistry();
        if (first) {
            listeners.prependListeners(EventType.PRE_INSERT, listener);
        } else {
            listeners.appendListeners(EventType.PRE_INSERT, listener);
        }
    }

    @Test
    @SinceHibernate("7.0")
    void anInsertThatIsTriedAgainWritesTheSame() {
        AtomicBoolean failed = new AtomicBoolean();
        beforeEachInsert(
                event -> {
                    if (event.getEntity() instanceof Post && failed.compareAndSet(false, true)) {
                        throw Late.failure();
                    }
                    return false;
                },
                false);
        Post post = NewParentsTest.post(2);
        assertThat(updatesOf(session -> {
                    session.persist(post);
                    assertThatThrownBy(session::flush).isInstanceOf(OptimisticLockException.class);
                    session.flush();
                    assertThat(NewParentsTest.stored(session)).isEqualTo(2);
                    assertThat(post.commentsCount).isEqualTo(2);
                }))
                .isEmpty();
    }

    @Test
    @SinceHibernate("7.0")
    void anInsertThatIsTriedAgainAfterWhatWasForeseenIsForgotten() {
        AtomicInteger attempts = new AtomicInteger();
        beforeEachInsert(
                event -> {
                    if (event.getEntity() instanceof Post && attempts.getAndIncrement() == 0) {
                        throw Late.failure();
                    }
                    return false;
                },
                false);
        beforeEachInsert(
                event -> {
                    if (attempts.get() > 0) {
                        SameSource.session(event)
                                .createSelectionQuery("select count(*) from Author", Long.class)
                                .getSingleResult();
                    }
                    return false;
                },
                true);
        db.inTransaction(session -> {
            session.setHibernateFlushMode(FlushMode.MANUAL);
            session.persist(NewParentsTest.post(2));
            assertThatThrownBy(session::flush).isInstanceOf(OptimisticLockException.class);
            session.flush();
        });
        assertThat(attempts).hasValueGreaterThan(1);
        assertThat(db.number("select comments_count from post")).isEqualTo(2);
    }

    @Test
    void aParentThatAnotherListenerInsertsGetsAnUpdate() {
        beforeEachInsert(
                event -> {
                    if (event.getEntity() instanceof Post) {
                        SameSource.session(event).doWork(connection -> {
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
        Post post = NewParentsTest.post(2);
        assertThat(updatesOf(session -> session.persist(post))).hasSize(1);
        assertThat(db.number("select comments_count from post")).isEqualTo(2);
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
}
