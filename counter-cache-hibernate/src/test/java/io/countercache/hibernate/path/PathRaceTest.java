package io.countercache.hibernate.path;

import static io.countercache.hibernate.support.Concurrently.finish;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.countercache.CounterCache;
import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.concurrency.TrafficTest;
import io.countercache.hibernate.support.Concurrently;
import io.countercache.hibernate.support.EachWrite;
import io.countercache.hibernate.support.Magazine.Article;
import io.countercache.hibernate.support.Magazine.Desk;
import io.countercache.hibernate.support.Magazine.Letter;
import io.countercache.hibernate.support.Magazine.Writer;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OptimisticLockException;
import jakarta.persistence.PersistenceException;
import jakarta.persistence.PessimisticLockException;
import java.sql.Connection;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.hibernate.Session;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two transactions of which one moves, or deletes, a row on the way of what the other counts. */
@EachWrite
class PathRaceTest {

    @Entity(name = "Shelf")
    static class Shelf {
        @Id
        Long id;

        int coinsCount;
    }

    /** Carries no counter itself. */
    @Entity(name = "Box")
    static class Box {
        @Id
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        Shelf shelf;
    }

    @Entity(name = "Coin")
    static class Coin {
        @Id
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(path = "shelf")
        Box box;
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(
            Desk.class, Writer.class, Article.class, Letter.class, Shelf.class, Box.class, Coin.class);

    PathRaceTest(String write) {
        db.setting(CounterCacheSettings.WRITE, write);
    }

    @BeforeEach
    void anArticleWithALetter() {
        db.inTransaction(session -> {
            Desk first = new Desk(1);
            Desk second = new Desk(2);
            Writer ann = new Writer(1, first);
            Writer bob = new Writer(2, second);
            List.of(first, second, ann, bob, new Article(1, ann), new Article(2, ann), new Article(3, bob))
                    .forEach(session::persist);
        });
        db.inTransaction(session -> session.persist(new Letter(article(session, 1), 20, true)));
    }

    private static Article article(Session session, long id) {
        return session.getReference(Article.class, id);
    }

    private static Letter letter(Session session) {
        return session.createSelectionQuery("from Letter", Letter.class).getSingleResult();
    }

    /** What one transaction does beneath the first article while another moves that; what both writers have then. */
    private enum Beneath {
        INSERT(0, 2),
        DELETE(0, 0),
        MOVE_AWAY(1, 0),
        CHANGE(0, 1);

        final long ofTheFirst;
        final long ofTheSecond;

        Beneath(long ofTheFirst, long ofTheSecond) {
            this.ofTheFirst = ofTheFirst;
            this.ofTheSecond = ofTheSecond;
        }

        void change(Session session) {
            switch (this) {
                case INSERT -> session.persist(new Letter(article(session, 1), 30, true));
                case DELETE -> session.remove(letter(session));
                case MOVE_AWAY -> letter(session).article = article(session, 2);
                case CHANGE -> {
                    letter(session).printed = false;
                    letter(session).words = 5;
                }
            }
        }
    }

    private static void moveFirstArticle(Session session) {
        session.find(Article.class, 1L).by(session.getReference(Writer.class, 2L));
    }

    private void assertMoved(Beneath beneath) {
        assertThat(List.of(
                        db.number("select letters_count from writer where id = 1"),
                        db.number("select letters_count from writer where id = 2")))
                .containsExactly(beneath.ofTheFirst, beneath.ofTheSecond);
    }

    @ParameterizedTest
    @EnumSource
    void whatIsFlushedBeforeTheRowMovesAndCommittedAfterItCountsWhereItHasGone(Beneath beneath) {
        assumeFalse(TestServer.LOCKS_PARENTS, "there the flush locks the row, so that it moves after the commit");
        try (Session session = db.factory().openSession()) {
            session.beginTransaction();
            beneath.change(session);
            session.flush();
            db.inTransaction(PathRaceTest::moveFirstArticle);
            session.getTransaction().commit();
        }
        assertMoved(beneath);
    }

    @ParameterizedTest
    @EnumSource
    void whatIsCommittedWhileTheRowIsMovingWaitsAndCountsWhereItHasGone(Beneath beneath) {
        try (Concurrently concurrently = new Concurrently(db);
                Session session = db.factory().openSession()) {
            session.beginTransaction();
            moveFirstArticle(session);
            session.flush();
            Future<?> other = concurrently.start(() -> db.inTransaction(beneath::change));
            concurrently.awaitWaiting(1);
            session.getTransaction().commit();
            finish(other);
        }
        assertMoved(beneath);
    }

    @ParameterizedTest
    @EnumSource
    void aRowThatWaitsToMoveTakesAlongWhatHasComeMeanwhile(Beneath beneath) {
        try (Concurrently concurrently = new Concurrently(db);
                Session session = db.factory().openSession()) {
            session.beginTransaction();
            beneath.change(session);
            CounterCaches.of(session).flush();
            Future<?> other = concurrently.start(() -> db.inTransaction(PathRaceTest::moveFirstArticle));
            concurrently.awaitWaiting(1);
            session.getTransaction().commit();
            finish(other);
        }
        assertMoved(beneath);
    }

    @Test
    void ofTwoTransactionsThatMoveTheSameRowTheLaterWinsAndBothAreCounted() {
        try (Session session = db.factory().openSession()) {
            session.beginTransaction();
            Article stale = session.find(Article.class, 1L);
            db.inTransaction(PathRaceTest::moveFirstArticle);
            stale.by(null);
            session.getTransaction().commit();
        }
        assertThat(db.number("select count(*) from article where id = 1 and writer_id is null"))
                .isEqualTo(1);
        assertThat(db.number("select letters_count from writer where id = 2")).isZero();
    }

    @Test
    void twoRowsOfTheSameWayMoveAtOnce() {
        try (Concurrently concurrently = new Concurrently(db);
                Session session = db.factory().openSession()) {
            session.beginTransaction();
            moveFirstArticle(session);
            session.flush();
            Future<?> second =
                    concurrently.start(() -> db.inTransaction(other -> other.find(Writer.class, 1L).desk = null));
            concurrently.awaitDoneOrWaiting(second);
            Future<?> third = concurrently.start(() ->
                    db.inTransaction(other -> other.find(Writer.class, 2L).desk = other.find(Desk.class, 1L)));
            if (!TestServer.LOCKS_PARENTS) { // where they wait for the first one, which has locked both writers
                finish(second);
                finish(third);
            }
            session.getTransaction().commit();
            finish(second);
            finish(third);
        }
        assertThat(db.number("select letters_count from adesk where id = 1")).isEqualTo(1);
        assertThat(db.number("select letters_count from adesk where id = 2")).isZero();
    }

    @Test
    @Tag("postgresql") // H2 does not look at the article again after it has waited
    void aRowThatIsDeletedWithItsChildrenTakesNothingElseAway() {
        try (Concurrently concurrently = new Concurrently(db);
                Session session = db.factory().openSession()) {
            session.beginTransaction();
            session.remove(session.find(Article.class, 1L));
            session.flush();
            Future<?> other = concurrently.start(() ->
                    db.inTransaction(adding -> adding.persist(new Letter(adding.getReference(Article.class, 1L)))));
            concurrently.awaitWaiting(1);
            session.getTransaction().commit();
            assertThatThrownBy(() -> finish(other)).isInstanceOf(PersistenceException.class);
        }
        assertMoved(Beneath.DELETE);
    }

    /**
     * A transaction that reads a snapshot does not see what has come beneath the row that it moves, or has gone: the
     * database refuses it, although neither the row nor the one that it came from has changed.
     */
    @Test
    @Tag("postgresql")
    void aRowIsNotMovedBySomebodyWhoDoesNotSeeWhatIsBeneathIt() {
        twoBoxesOnTheFirstOfTwoShelvesWithACoinInOne();
        try (Session session = db.factory().openSession()) {
            session.doWork(connection -> connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ));
            session.beginTransaction();
            Box box = session.find(Box.class, 1L);
            db.inTransaction(other -> other.find(Coin.class, 1L).box = other.find(Box.class, 2L));
            box.shelf = session.find(Shelf.class, 2L);
            assertThatThrownBy(() -> session.getTransaction().commit())
                    .isInstanceOf(PersistenceException.class)
                    .hasMessageContaining("could not serialize");
        }
        assertThat(db.number("select coins_count from shelf where id = 1")).isEqualTo(1);
    }

    private void twoBoxesOnTheFirstOfTwoShelvesWithACoinInOne() {
        db.inTransaction(session -> {
            Shelf first = new Shelf();
            for (long id = 1; id <= 2; id++) {
                Shelf shelf = id == 1 ? first : new Shelf();
                shelf.id = id;
                session.persist(shelf);
                Box box = new Box();
                box.id = id;
                box.shelf = first;
                session.persist(box);
            }
            Coin coin = new Coin();
            coin.id = 1L;
            coin.box = session.find(Box.class, 1L);
            session.persist(coin);
        });
    }

    @Test
    void manyAtOnceNeverDeadlockAndNeverDrift() {
        AtomicInteger seeds = new AtomicInteger();
        AtomicInteger committed = new AtomicInteger();
        TrafficTest.onThreads(8, () -> {
            Random random = new Random(seeds.incrementAndGet());
            for (int i = 0; i < 60; i++) {
                try {
                    db.inTransaction(session -> change(session, random));
                    committed.incrementAndGet();
                } catch (OptimisticLockException stale) {
                    // two transactions took the same row: one of them has to lose
                } catch (PessimisticLockException deadlock) {
                    assertThat(TestServer.LOCKS_PARENTS) // where several flushes of a transaction lock rows in turn
                            .as("no deadlock: " + deadlock)
                            .isTrue();
                }
            }
            return null;
        });
        assertThat(committed.get()).isGreaterThan(TestServer.LOCKS_PARENTS ? 100 : 200); // each deadlock takes a second
    }

    /** One row on the way moves, which locks it; or letters change in any order. */
    private static void change(Session session, Random random) {
        if (random.nextInt(4) == 0) {
            session.find(Article.class, 1L + random.nextInt(3))
                    .by(random.nextInt(5) == 0 ? null : session.find(Writer.class, 1L + random.nextInt(2)));
        } else if (random.nextInt(6) == 0) {
            session.find(Writer.class, 1L + random.nextInt(2)).desk = session.find(Desk.class, 1L + random.nextInt(2));
        } else {
            for (int i = 0; i < 3; i++) {
                session.persist(
                        new Letter(article(session, 1 + random.nextInt(3)), random.nextInt(40), random.nextBoolean()));
                session.flush();
            }
            // no more than one, for in which order an application changes its own rows is its own affair
            session.createSelectionQuery("from Letter order by " + TestServer.RANDOM, Letter.class)
                    .setMaxResults(1)
                    .getResultList()
                    .forEach(letter -> changeOrRemove(letter, session, random));
        }
    }

    private static void changeOrRemove(Letter letter, Session session, Random random) {
        if (random.nextBoolean()) {
            session.remove(letter);
        } else {
            letter.article = article(session, 1 + random.nextInt(3));
            letter.printed = random.nextBoolean();
        }
    }
}
