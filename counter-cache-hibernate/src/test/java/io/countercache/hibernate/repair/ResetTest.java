package io.countercache.hibernate.repair;

import static io.countercache.hibernate.support.TestDatabase.counterUpdates;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.countercache.CounterCache;
import io.countercache.CounterCacheException;
import io.countercache.Drift;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.TransactionRequiredException;
import java.util.Arrays;
import java.util.List;
import org.hibernate.FlushMode;
import org.hibernate.Session;
import org.hibernate.annotations.Filter;
import org.hibernate.annotations.FilterDef;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Recounting by hand. */
@Tag("databases")
class ResetTest {

    private static final boolean LOCKS_FIRST = TestServer.IS_MARIADB || TestServer.IS_PORTABLE;

    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(Post.class, Author.class, Comment.class, Shelf.class, Book.class);

    private Post first;
    private Post second;

    @BeforeEach
    void posts() {
        first = db.persist(new Post("first"));
        second = db.persist(new Post("second"));
        db.persist(new Comment(first));
    }

    private long stored(Post post) {
        return db.number("select comments_count from post where id = " + post.id);
    }

    private void store(Post post, int count) {
        db.execute("update post set comments_count = " + count + " where id = " + post.id);
    }

    private static Drift drift(Post post, long stored, long actual) {
        return new Drift("Post", post.id, "commentsCount", (int) stored, actual);
    }

    @Test
    void aWrongCounterIsReportedAndCorrectedByItsCollection() {
        store(first, 41);
        List<Drift> wrong = db.fromTransaction(
                session -> CounterCaches.of(session).resetCounters(Post.class, first.id, "comments"));
        assertThat(wrong).containsExactly(drift(first, 41, 1));
        assertThat(stored(first)).isEqualTo(1);
    }

    @Test
    void whereThereIsNoIndexTheChildrenOfManyRowsAreReadOnceAndNotForEachRow() {
        assumeFalse(LOCKS_FIRST, "what seems right may be old there, so that it is counted once only");
        store(first, 41);
        store(second, 7);
        List<String> sql = db.statementsOf(() -> db.inTransaction(session -> assertThat(CounterCaches.of(session)
                        .on(Post.class, List.of(first.id, second.id))
                        .reset("commentsCount"))
                .containsExactly(drift(first, 41, 1), drift(second, 7, 0))));
        assertThat(sql)
                .filteredOn(text -> text.contains("count(*)"))
                .hasSize(2)
                .allMatch(text -> text.contains("group by"));
    }

    @Test
    void aCounterCanBeNamedByItself() {
        store(first, -3);
        List<Drift> wrong = db.fromTransaction(
                session -> CounterCaches.of(session).on(Post.class, first.id).reset("commentsCount"));
        assertThat(wrong).containsExactly(drift(first, -3, 1));
        assertThat(stored(first)).isEqualTo(1);
    }

    @Test
    void aCounterCanBeNamedByAttributesOfTheMetamodel() {
        store(first, 5);
        db.inTransaction(session -> {
            var post = session.getMetamodel().entity(Post.class);
            var reset = CounterCaches.of(session)
                    .on(Post.class, first.id)
                    .reset(post.getAttribute("comments"), post.getAttribute("commentsCount"));
            assertThat(reset).containsExactly(drift(first, 5, 1));
        });
    }

    @Test
    void withoutANameEveryCounterIsReset() {
        store(first, 5);
        List<Drift> wrong = db.fromTransaction(
                session -> CounterCaches.of(session).on(Post.class, first.id).reset());
        assertThat(wrong).hasSize(1);
    }

    @Test
    void manyRowsAreResetAndOnlyTheWrongOnesAreLockedAndWritten() {
        assumeFalse(TestServer.IS_PORTABLE, TestServer.MORE_STATEMENTS);
        store(second, 7);
        List<String> sql = db.statementsOf(() -> db.inTransaction(session -> assertThat(CounterCaches.of(session)
                        .on(Post.class, List.of(first.id, second.id, first.id, -1L))
                        .reset("comments"))
                .containsExactly(drift(second, 7, 0))));
        assertThat(counterUpdates(sql)).hasSize(1);
        assertThat(sql.stream().filter(statement -> statement.contains(" for ")))
                .hasSize(1);
        assertThat(stored(second)).isZero();
    }

    @Test
    void whatIsRightIsNeitherLockedNorWritten() {
        assumeFalse(LOCKS_FIRST, "what seems right may be old there, so that it is locked");
        List<String> sql = db.statementsOf(() -> db.inTransaction(session -> assertThat(
                        CounterCaches.of(session).on(Post.class, first.id).reset())
                .isEmpty()));
        assertThat(sql).hasSize(1).noneMatch(statement -> statement.contains(" for "));
    }

    @Test
    void driftTellsWithoutWriting() {
        store(first, 9);
        List<String> sql = db.statementsOf(() -> db.inTransaction(session -> assertThat(
                        CounterCaches.of(session).on(Post.class, first.id).drift("comments"))
                .containsExactly(drift(first, 9, 1))));
        // there what seems wrong may be old, so that it is locked and measured again
        assertThat(sql)
                .hasSize(TestServer.IS_PORTABLE ? 6 : TestServer.IS_MARIADB ? 3 : 1)
                .allMatch(statement -> statement.startsWith("select")
                        || (TestServer.IS_PORTABLE // which locks it so
                                && statement.equals("update post set comments_count = comments_count where id = ?")));
        assertThat(stored(first)).isEqualTo(9);
        store(first, 1);
    }

    @Test
    void whatTheSessionHasNotFlushedIsCountedOnce() {
        store(first, 0);
        db.inTransaction(session -> {
            session.persist(new Comment(first));
            List<Drift> wrong = CounterCaches.of(session).resetCounters(Post.class, first.id, "comments");
            assertThat(wrong).containsExactly(drift(first, 1, 2));
            session.persist(new Comment(first));
        });
        assertThat(stored(first)).isEqualTo(3);
    }

    @Test
    void underManualFlushWhatIsNotFlushedIsNotCounted() {
        db.inTransaction(session -> {
            session.setHibernateFlushMode(FlushMode.MANUAL);
            session.persist(new Comment(first));
            assertThat(CounterCaches.of(session).resetCounters(Post.class, first.id))
                    .isEmpty();
            session.flush();
        });
        assertThat(stored(first)).isEqualTo(2);
    }

    @Test
    void aManagedInstanceShowsTheCorrectedValueAndIsNotDirty() {
        store(first, 9);
        db.inTransaction(session -> {
            Post managed = session.find(Post.class, first.id);
            assertThat(managed.commentsCount).isEqualTo(9);
            CounterCaches.of(session).resetCounters(Post.class, first.id);
            assertThat(managed.commentsCount).isEqualTo(1);
            assertThat(session.isDirty()).isFalse();
        });
    }

    @Test
    void aStatelessSessionCanResetToo() {
        store(first, 9);
        db.factory()
                .inStatelessTransaction(
                        session -> assertThat(CounterCaches.of(session).resetCounters(Post.class, first.id, "comments"))
                                .containsExactly(drift(first, 9, 1)));
        assertThat(stored(first)).isEqualTo(1);
    }

    @Test
    void aRowThatDoesNotExistIsNotDriftAndNoRowsNeedNoSql() {
        db.inTransaction(session -> assertThat(CounterCaches.of(session).resetCounters(Post.class, -1L))
                .isEmpty());
        assertThat(db.statementsOf(() -> db.inTransaction(session -> assertThat(CounterCaches.of(session)
                                .on(Post.class, List.of())
                                .reset())
                        .isEmpty())))
                .isEmpty();
    }

    @Test
    void wrongCallsAreRefusedBeforeAnySql() {
        List<String> sql = db.statementsOf(() -> db.inTransaction(session -> {
            CounterCaches counters = CounterCaches.of(session);
            assertThatThrownBy(() -> counters.resetCounters(Post.class, 1L, "commments"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("Post has no counter 'commments': name one of its counters, or a collection that is"
                            + " counted: commentsCount");
            assertThatThrownBy(() -> counters.resetCounters(Comment.class, 1L, "post"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("Comment has no counters: put @CounterCache on an association that leads to it");
            assertThatThrownBy(() -> counters.on(String.class, 1L))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("java.lang.String is not an entity: name one that has counters");
            assertThatThrownBy(() -> counters.on(Post.class, "1"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("Post has ids of type Long, not String: pass one of those");
            assertThatThrownBy(() -> counters.on(Post.class, (Object) null))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("Post has ids of type Long, not null: pass one of those");
            assertThatThrownBy(() -> counters.on(Post.class, Arrays.asList(1L, null)))
                    .isInstanceOf(IllegalArgumentException.class);
        }));
        assertThat(sql).isEmpty();
    }

    @Entity(name = "Shelf")
    static class Shelf {
        @Id
        Long id = 1L;

        int booksCount;
    }

    @Entity(name = "Book")
    @FilterDef(name = "inPrint")
    @Filter(name = "inPrint", condition = "in_print = true")
    static class Book {
        @Id
        @GeneratedValue
        Long id;

        boolean inPrint;

        @ManyToOne
        @CounterCache
        Shelf shelf;
    }

    @Test
    void rowsThatAFilterHidesAreNotLeftOutButRefused() {
        Shelf shelf = db.persist(new Shelf());
        Book book = new Book();
        book.shelf = shelf;
        db.persist(book);
        db.inTransaction(session -> {
            session.enableFilter("inPrint");
            assertThatThrownBy(() -> CounterCaches.of(session).resetCounters(Shelf.class, shelf.id))
                    .isInstanceOf(CounterCacheException.class)
                    .hasMessage("Book is filtered in this session, and rows that are hidden cannot be counted: disable"
                            + " inPrint, or use another session");
        });
        assertThat(db.number("select books_count from shelf")).isEqualTo(1);
    }

    @Test
    void outsideATransactionNothingIsReset() {
        try (Session session = db.factory().openSession()) {
            assertThatThrownBy(() -> CounterCaches.of(session).resetCounters(Post.class, first.id))
                    .isInstanceOf(TransactionRequiredException.class)
                    .hasMessage(
                            "Counters of Post can be recounted in a transaction only: begin one (in Spring: @Transactional on the calling method)");
        }
    }
}
