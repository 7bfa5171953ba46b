package io.countercache.hibernate.path;

import static io.countercache.hibernate.support.SameSource.insert;
import static io.countercache.hibernate.support.TestDatabase.counterUpdates;
import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.Drift;
import io.countercache.RepairReport;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.support.Magazine.Article;
import io.countercache.hibernate.support.Magazine.Desk;
import io.countercache.hibernate.support.Magazine.Letter;
import io.countercache.hibernate.support.Magazine.Writer;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import java.util.List;
import java.util.function.Consumer;
import org.hibernate.Session;
import org.hibernate.StatelessSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Counters further up, through rows that move, come and go themselves. */
class PathTest {

    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(Desk.class, Writer.class, Article.class, Letter.class);

    @BeforeEach
    void twoDesksWithTwoWritersAndThreeArticles() {
        db.inTransaction(session -> {
            Desk first = new Desk(1);
            Desk second = new Desk(2);
            Writer ann = new Writer(1, first);
            Writer bob = new Writer(2, second);
            List.of(first, second, ann, bob, new Article(1, ann), new Article(2, ann), new Article(3, bob))
                    .forEach(session::persist);
        });
    }

    private static Article article(Session session, long id) {
        return session.getReference(Article.class, id);
    }

    private void letters(long article, int number) {
        db.inTransaction(session -> {
            for (int i = 0; i < number; i++) {
                session.persist(new Letter(article(session, article), 10 * (i + 1), i % 2 == 0));
            }
        });
    }

    /** What the two writers have, then what the two desks have. */
    private List<Long> counted() {
        return List.of(
                db.number("select letters_count from writer where id = 1"),
                db.number("select letters_count from writer where id = 2"),
                db.number("select letters_count from adesk where id = 1"),
                db.number("select letters_count from adesk where id = 2"));
    }

    @Test
    void aChildIsCountedAtEveryStepOfTheWay() {
        letters(1, 2);
        letters(2, 1);
        letters(3, 1);
        assertThat(db.number("select letters_count from article where id = 1")).isEqualTo(2);
        assertThat(counted()).containsExactly(3L, 1L, 3L, 1L);
        assertThat(db.number("select words_total from writer where id = 1")).isEqualTo(40);
        assertThat(db.number("select printed_count from writer where id = 1")).isEqualTo(2);
    }

    @Test
    void aMovedChildMovesWhatItCountsFurtherUp() {
        letters(1, 1);
        db.inTransaction(session -> session.find(Letter.class, onlyLetter()).article = article(session, 3));
        assertThat(counted()).containsExactly(0L, 1L, 0L, 1L);
    }

    private long onlyLetter() {
        return db.number("select id from letter");
    }

    @Test
    void aChildThatMovesBelowTheSameRowMovesNothingThere() {
        letters(1, 1);
        List<String> updates = counterUpdates(db.statementsOf(() ->
                db.inTransaction(session -> session.find(Letter.class, onlyLetter()).article = article(session, 2))));
        assertThat(updates).hasSize(2).allMatch(sql -> sql.startsWith("update article"));
        assertThat(counted()).containsExactly(1L, 0L, 1L, 0L);
    }

    @Test
    void aRowOnTheWayThatMovesTakesAlongWhatIsBeneathIt() {
        letters(1, 2);
        letters(2, 1);
        db.inTransaction(session -> session.find(Article.class, 1L).by(session.getReference(Writer.class, 2L)));
        assertThat(counted()).containsExactly(1L, 2L, 1L, 2L);
        db.inTransaction(session -> session.find(Writer.class, 2L).desk = session.getReference(Desk.class, 1L));
        assertThat(counted()).containsExactly(1L, 2L, 3L, 0L);
        db.inTransaction(session -> session.find(Writer.class, 2L).desk = null);
        assertThat(counted()).containsExactly(1L, 2L, 1L, 0L);
        db.inTransaction(session -> session.find(Article.class, 1L).by(null));
        assertThat(counted()).containsExactly(1L, 0L, 1L, 0L);
        db.inTransaction(session -> session.find(Article.class, 1L).by(session.find(Writer.class, 1L)));
        assertThat(counted()).containsExactly(3L, 0L, 3L, 0L);
    }

    @Test
    void rowsMoveOnEveryStepWhileChildrenComeGoAndMoveInOneTransaction() {
        letters(1, 2);
        letters(3, 2);
        db.inTransaction(session -> {
            Article moved = session.find(Article.class, 1L);
            session.persist(new Letter(moved, 7, true));
            session.flush();
            moved.writer = session.find(Writer.class, 2L);
            session.flush();
            session.persist(new Letter(moved, 8, false));
            session.remove(session.find(Letter.class, db.number("select min(id) from letter where article_id = 1")));
            session.find(Letter.class, db.number("select min(id) from letter where article_id = 3")).article = moved;
            session.find(Writer.class, 2L).desk = session.find(Desk.class, 1L);
        });
        assertThat(counted()).containsExactly(0L, 5L, 5L, 0L);
    }

    @Test
    void aRowThatMovesTwiceInOneTransactionHasMovedOnce() {
        letters(1, 2);
        Consumer<Session> twice = session -> {
            Article article = session.find(Article.class, 1L);
            article.writer = session.find(Writer.class, 2L);
            session.flush();
            article.writer = session.find(Writer.class, 1L);
        };
        assertThat(counterUpdates(db.statementsOf(() -> db.inTransaction(twice))))
                .isEmpty();
        assertThat(counted()).containsExactly(2L, 0L, 2L, 0L);
    }

    @Test
    void aRowOnTheWayIsDeletedWithItsChildren() {
        letters(1, 2);
        letters(2, 1);
        db.inTransaction(session -> session.remove(session.find(Article.class, 1L)));
        assertThat(counted()).containsExactly(1L, 0L, 1L, 0L);
    }

    @Test
    void aRowOnTheWayIsDeletedAfterItsChildrenHaveLeft() {
        letters(1, 2);
        db.inTransaction(session -> {
            Article left = session.find(Article.class, 1L);
            for (Letter letter : List.copyOf(left.letters)) {
                session.persist(copy(letter, article(session, 3)));
            }
            session.remove(left);
        });
        assertThat(counted()).containsExactly(0L, 2L, 0L, 2L);
    }

    private static Letter copy(Letter letter, Article article) {
        return new Letter(article, letter.words, letter.printed);
    }

    @Test
    void theWholeWayIsDeletedAtOnce() {
        letters(3, 2);
        db.inTransaction(session -> {
            session.remove(session.find(Article.class, 3L));
            session.remove(session.find(Writer.class, 2L));
            session.remove(session.find(Desk.class, 2L));
        });
        assertThat(db.number("select count(*) from letter")).isZero();
    }

    @Test
    void theWholeWayIsInsertedAtOnce() {
        db.inTransaction(session -> {
            Desk desk = new Desk(7);
            Writer writer = new Writer(7, desk);
            Article article = new Article(7, writer);
            article.letters.add(new Letter(article));
            article.letters.add(new Letter(article));
            List.of(desk, writer, article).forEach(session::persist);
        });
        assertThat(db.number("select letters_count from adesk where id = 7")).isEqualTo(2);
        assertThat(db.number("select letters_count from writer where id = 7")).isEqualTo(2);
    }

    @Test
    void managedRowsShowItAtTheFlushAsFarAsTheWayIsKnown() {
        letters(1, 1);
        db.inTransaction(session -> {
            Writer ann = session.find(Writer.class, 1L);
            Desk desk = session.find(Desk.class, 1L);
            session.find(Article.class, 1L);
            session.persist(new Letter(article(session, 1), 5, true));
            session.flush();
            assertThat(List.of(ann.lettersCount, desk.letters())).containsExactly(2, 2);
            assertThat(ann.wordsTotal).isEqualTo(15);
            session.refresh(ann);
            assertThat(ann.lettersCount).isEqualTo(2);
        });
    }

    @Test
    void managedRowsShowWhatWasWrittenWhereTheWayWasNotKnown() {
        letters(1, 1);
        db.inTransaction(session -> {
            Writer ann = session.find(Writer.class, 1L);
            Writer bob = session.find(Writer.class, 2L);
            session.persist(new Letter(article(session, 1)));
            session.flush();
            assertThat(ann.lettersCount).as("the article is not loaded").isEqualTo(1);
            session.find(Article.class, 1L).by(bob);
            session.persist(new Letter(article(session, 1)));
            CounterCaches.of(session).flush();
            assertThat(List.of(ann.lettersCount, bob.lettersCount)).containsExactly(0, 3);
        });
        assertThat(counted()).containsExactly(0L, 3L, 0L, 3L);
    }

    @Test
    void aManagedRowShowsWhatWasWrittenThoughNothingOnTheWayIsLoaded() {
        db.inTransaction(session -> {
            Writer ann = session.find(Writer.class, 1L);
            session.persist(new Letter(article(session, 1), 3, true));
            CounterCaches.of(session).flush();
            assertThat(ann.lettersCount).isEqualTo(1);
            assertThat(ann.wordsTotal).isEqualTo(3);
        });
    }

    @Test
    void aQueryThatReadsACounterFurtherUpSeesIt() {
        db.inTransaction(session -> {
            session.persist(new Letter(article(session, 1)));
            assertThat(letterCount(session, 1)).isEqualTo(1);
            session.find(Article.class, 1L).by(session.find(Writer.class, 2L));
            assertThat(letterCount(session, 2)).isEqualTo(1);
            session.persist(new Letter(article(session, 1)));
        });
        assertThat(counted()).containsExactly(0L, 2L, 0L, 2L);
    }

    private static int letterCount(Session session, long writer) {
        return session.createSelectionQuery("select w.lettersCount from Writer w where w.id = :id", Integer.class)
                .setParameter("id", writer)
                .getSingleResult();
    }

    @Test
    @SinceHibernate("7.2")
    void aStatelessSessionMovesCountersFurtherUp() {
        letters(1, 2);
        long letter = db.number("select min(id) from letter");
        db.factory().inStatelessTransaction(session -> {
            insert(session, new Letter(session.get(Article.class, 1L), 3, true));
            Letter moved = session.get(Letter.class, letter);
            moved.article = session.get(Article.class, 3L);
            session.update(moved);
        });
        assertThat(counted()).containsExactly(2L, 1L, 2L, 1L);
        db.factory().inStatelessTransaction(session -> move(session, 1, 2));
        assertThat(counted()).containsExactly(0L, 3L, 0L, 3L);
        db.factory().inStatelessTransaction(session -> session.delete(session.get(Letter.class, letter)));
        assertThat(counted()).containsExactly(0L, 2L, 0L, 2L);
    }

    private static void move(StatelessSession session, long article, long writer) {
        Article moved = session.get(Article.class, article);
        moved.writer = session.get(Writer.class, writer);
        session.update(moved);
    }

    @Test
    @SinceHibernate("7.2")
    void withoutATransactionCountersFurtherUpMoveAtOnce() {
        try (var session = db.factory().openStatelessSession()) {
            insert(session, new Letter(session.get(Article.class, 1L)));
            assertThat(counted()).containsExactly(1L, 0L, 1L, 0L);
            move(session, 1, 2);
            assertThat(counted()).containsExactly(0L, 1L, 0L, 1L);
        }
    }

    @Test
    void aRollbackLeavesNothingBehind() {
        letters(1, 1);
        try (Session session = db.factory().openSession()) {
            session.beginTransaction();
            session.find(Article.class, 1L).by(session.find(Writer.class, 2L));
            session.persist(new Letter(article(session, 1)));
            session.flush();
            session.getTransaction().rollback();
            session.clear();
            session.beginTransaction();
            session.persist(new Letter(article(session, 1)));
            session.getTransaction().commit();
        }
        assertThat(counted()).containsExactly(2L, 0L, 2L, 0L);
    }

    @Test
    void countersFurtherUpAreRecountedAndRepaired() {
        letters(1, 2);
        letters(3, 1);
        db.execute("update writer set letters_count = 9, words_total = 1, fees_total = null where id = 1");
        db.execute("update adesk set letters_count = 9");
        List<Drift> wrong = db.fromTransaction(
                session -> CounterCaches.of(session).on(Writer.class, 1L).reset());
        assertThat(wrong)
                .extracting(Drift::counter, drift -> drift.actual().intValue())
                .contains(
                        org.assertj.core.groups.Tuple.tuple("lettersCount", 2),
                        org.assertj.core.groups.Tuple.tuple("wordsTotal", 30));
        RepairReport report = CounterRepair.of(db.factory(), Desk.class).repair();
        assertThat(report.drifted()).isEqualTo(2);
        assertThat(counted()).containsExactly(2L, 1L, 2L, 1L);
    }

    @Test
    void oneChildCostsOneUpdateForEachCountedRow() {
        List<String> statements =
                db.statementsOf(() -> db.inTransaction(session -> session.persist(new Letter(article(session, 1)))));
        assertThat(counterUpdates(statements)).hasSize(3);
        assertThat(statements.stream().filter(sql -> sql.matches("select .* for (no key )?update.*")))
                .as("one lock for each row on the way, and of the first one before the insert where that locks it, too")
                .hasSize(TestServer.LOCKS_PARENTS ? 3 : 2);
    }

    @Test
    void whatWasShownIsTakenBackThoughTheWayIsNoLongerKnown() {
        db.inTransaction(session -> {
            Writer writer = session.find(Writer.class, 1L);
            Article article = session.find(Article.class, 1L);
            Letter letter = new Letter(article);
            session.persist(letter);
            session.flush();
            assertThat(writer.lettersCount).isEqualTo(1);
            session.detach(letter);
            session.detach(article);
            session.remove(session.find(Letter.class, letter.id));
            session.flush();
            CounterCaches.of(session).flush();
            assertThat(writer.lettersCount).isZero();
        });
    }
}
