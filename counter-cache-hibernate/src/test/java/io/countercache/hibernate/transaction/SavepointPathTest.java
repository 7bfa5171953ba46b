package io.countercache.hibernate.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.support.Magazine.Article;
import io.countercache.hibernate.support.Magazine.Desk;
import io.countercache.hibernate.support.Magazine.Letter;
import io.countercache.hibernate.support.Magazine.Writer;
import io.countercache.hibernate.support.TestDatabase;
import java.util.List;
import org.hibernate.Session;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Counters further up, conditions and totals, through rollbacks to savepoints. */
class SavepointPathTest {

    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(Desk.class, Writer.class, Article.class, Letter.class);

    private SpringTransactions spring;

    @BeforeEach
    void twoWritersAndALetterAboutAnArticleOfTheFirst() {
        spring = SpringTransactions.of("hibernate", db.factory());
        db.inTransaction(session -> {
            Desk first = new Desk(1);
            Desk second = new Desk(2);
            Writer ann = new Writer(1, first);
            Writer bob = new Writer(2, second);
            Article article = new Article(1, ann);
            List.of(first, second, ann, bob, article, new Letter(article, 20, true))
                    .forEach(session::persist);
        });
    }

    private static void letter(Session session) {
        session.persist(new Letter(session.find(Article.class, 1L), 30, true));
    }

    private static void giveTo(Session session, long writer) {
        session.find(Article.class, 1L).by(session.find(Writer.class, writer));
    }

    /** What the two writers and the two desks have. */
    private List<Long> stored() {
        return List.of(
                db.number("select letters_count from writer where id = 1"),
                db.number("select letters_count from writer where id = 2"),
                db.number("select letters_count from adesk where id = 1"),
                db.number("select letters_count from adesk where id = 2"));
    }

    private static List<Long> shown(Session session) {
        return List.of(
                (long) session.find(Writer.class, 1L).lettersCount,
                (long) session.find(Writer.class, 2L).lettersCount,
                (long) session.find(Desk.class, 1L).letters(),
                (long) session.find(Desk.class, 2L).letters());
    }

    @Test
    void aChildBeneath() {
        spring.outer(session -> {
            assertThat(shown(session)).containsExactly(1L, 0L, 1L, 0L);
            letter(session);
            session.flush();
            assertThat(shown(session)).containsExactly(2L, 0L, 2L, 0L);
            spring.rolledBack(SavepointPathTest::letter);
            assertThat(shown(session)).containsExactly(2L, 0L, 2L, 0L);
        });
        assertThat(stored()).containsExactly(2L, 0L, 2L, 0L);
        assertThat(db.number("select words_total from writer where id = 1")).isEqualTo(50);
    }

    @Test
    void whatWasWrittenInside() {
        spring.outer(session -> {
            assertThat(shown(session)).containsExactly(1L, 0L, 1L, 0L);
            letter(session);
            session.flush();
            assertThat(shown(session)).containsExactly(2L, 0L, 2L, 0L);
            spring.rolledBack(nested -> {
                letter(nested);
                CounterCaches.of(nested).flush();
                letter(nested);
            });
            assertThat(shown(session)).containsExactly(2L, 0L, 2L, 0L);
            letter(session);
        });
        assertThat(stored()).containsExactly(3L, 0L, 3L, 0L);
    }

    @Test
    void aMoveOnTheWayInside() {
        spring.outer(session -> {
            assertThat(shown(session)).containsExactly(1L, 0L, 1L, 0L);
            spring.rolledBack(nested -> {
                giveTo(nested, 2);
                CounterCaches.of(nested).flush();
                assertThat(shown(nested)).containsExactly(0L, 1L, 0L, 1L);
            });
            assertThat(shown(session)).containsExactly(1L, 0L, 1L, 0L);
        });
        assertThat(stored()).containsExactly(1L, 0L, 1L, 0L);
    }

    @Test
    void aMoveOnTheWayBeforeThatWasWrittenInside() {
        spring.outer(session -> {
            giveTo(session, 2);
            session.flush();
            spring.rolledBack(nested -> {
                nested.find(Writer.class, 2L).desk = nested.find(Desk.class, 1L);
                CounterCaches.of(nested).flush();
                assertThat(shown(nested)).containsExactly(0L, 1L, 1L, 0L);
            });
        });
        assertThat(stored()).containsExactly(0L, 1L, 0L, 1L);
    }
}
