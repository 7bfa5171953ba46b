package io.countercache.hibernate.slots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.countercache.Counter;
import io.countercache.CounterCache;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.support.Concurrently;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.hibernate.Session;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Who waits for whom: nobody who counts for another one who counts. */
@Tag("databases") // where all have a lock of the row
class SlotWaitsTest {

    /** So many slots that no two connections meet in one. */
    private static final int SLOTS = 64;

    @Entity(name = "Film")
    static class Film {
        @Id
        long id = 1;

        int reviewsCount;

        @Counter(slots = SLOTS)
        long views;
    }

    @Entity(name = "Review")
    static class Review {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(slots = SLOTS)
        Film film;
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Film.class, Review.class);

    @BeforeEach
    void aFilm() {
        assumeTrue(TestServer.HAS_SLOTS);
        db.persist(new Film());
        db.inTransaction(SlotWaitsTest::view);
    }

    private static void view(Session session) {
        CounterCaches.of(session).on(Film.class, 1L).increment("views");
    }

    /** A view and a review, both written, and not yet committed. */
    private static void count(Session session) {
        view(session);
        Review review = new Review();
        review.film = session.getReference(Film.class, 1L);
        session.persist(review);
        CounterCaches.of(session).flush();
    }

    private long loaded(ToLongFunction<Film> value) {
        return db.fromTransaction(session -> value.applyAsLong(session.find(Film.class, 1L)));
    }

    @Test
    void whoCountsDoesNotWaitForWhoCounts() {
        try (Concurrently threads = new Concurrently(db)) {
            db.inTransaction(session -> {
                count(session);
                Concurrently.finish(threads.start(() -> db.inTransaction(SlotWaitsTest::count)));
            });
        }
        assertThat(loaded(film -> film.reviewsCount)).isEqualTo(2);
        assertThat(loaded(film -> film.views)).isEqualTo(3);
    }

    private void whileSomebodyCounts(Consumer<Session> work) {
        try (Concurrently threads = new Concurrently(db)) {
            Future<?> waiting = db.fromTransaction(session -> {
                count(session);
                Future<?> started = threads.start(() -> db.inTransaction(work));
                threads.awaitDoneOrWaiting(started);
                return started;
            });
            Concurrently.finish(waiting);
        }
    }

    /** On PostgreSQL it takes from what is committed, and does not wait. */
    @Test
    void whoTakesSeesWhatItHasWaitedFor() {
        long seen = TestServer.IS_MARIADB ? 2 : 1;
        whileSomebodyCounts(session -> assertThat(
                        CounterCaches.of(session).on(Film.class, 1L).take("views", 1))
                .isEqualTo(seen - 1));
        assertThat(loaded(film -> film.views)).isEqualTo(1);
    }

    @Test
    void aSquashTakesWhatItHasWaitedFor() {
        whileSomebodyCounts(
                session -> CounterRepair.of(db.factory(), Film.class).squash());
        CounterRepair.of(db.factory(), Film.class).squash();
        assertThat(db.number("select views from film")).isEqualTo(2);
        assertThat(db.number("select reviews_count from film")).isEqualTo(1);
        assertThat(db.number("select count(*) from film_slots")).isZero();
    }
}
