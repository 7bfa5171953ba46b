package io.countercache.hibernate.observe;

import static io.countercache.hibernate.internal.observe.Figure.DERIVED_NANOS;
import static io.countercache.hibernate.internal.observe.Figure.DERIVED_ROWS;
import static io.countercache.hibernate.internal.observe.Figure.DERIVED_STATEMENTS;
import static io.countercache.hibernate.internal.observe.Figure.DERIVED_UPDATES;
import static io.countercache.hibernate.internal.observe.Figure.EXPLICIT_ROWS;
import static io.countercache.hibernate.internal.observe.Figure.EXPLICIT_STATEMENTS;
import static io.countercache.hibernate.internal.observe.Figure.EXPLICIT_UPDATES;
import static io.countercache.hibernate.internal.observe.Figure.SAVED_ROUND_TRIPS;
import static io.countercache.hibernate.support.TestServer.IS_H2;
import static io.countercache.hibernate.support.TestServer.IS_MARIADB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.Counter;
import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.internal.observe.Figure;
import io.countercache.hibernate.support.Blog;
import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.Figures;
import io.countercache.hibernate.support.OwnDatabase;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How many statements of counters, of which kind, and of how many rows: exactly. */
class WriteFiguresTest {

    @Entity(name = "Page")
    static class Page {
        @Id
        @GeneratedValue
        Long id;

        @Column(unique = true)
        String path;

        @Counter(max = 3)
        int views;

        Page() {}

        Page(String path) {
            this.path = path;
        }
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(Post.class, Comment.class, Author.class, Page.class);

    private static final boolean COMMITS_ALONG = !IS_H2 && !IS_MARIADB;

    private Map<Figure, Long> during(Runnable work) {
        return Figures.during(db, work);
    }

    /** Two comments on the first post, one on each other. */
    private static void comment(List<Post> posts, TestDatabase db) {
        db.inTransaction(session -> {
            posts.forEach(post -> session.persist(new Comment(session.getReference(Post.class, post.id))));
            session.persist(new Comment(session.getReference(Post.class, posts.get(0).id)));
        });
    }

    private static Map<Figure, Long> derived(long statements, long updates, long rows) {
        return Map.of(DERIVED_STATEMENTS, statements, DERIVED_UPDATES, updates, DERIVED_ROWS, rows);
    }

    private static Map<Figure, Long> explicit(long statements, long updates, long rows) {
        Map<Figure, Long> expected =
                new HashMap<>(Map.of(EXPLICIT_STATEMENTS, statements, EXPLICIT_UPDATES, updates, EXPLICIT_ROWS, rows));
        expected.values().removeIf(amount -> amount == 0);
        return expected;
    }

    /** The same where the COMMIT has gone along with the last statement. */
    private static Map<Figure, Long> withCommit(Map<Figure, Long> expected) {
        Map<Figure, Long> saved = new HashMap<>(expected);
        if (COMMITS_ALONG) {
            saved.put(SAVED_ROUND_TRIPS, 1L);
        }
        return saved;
    }

    @Test
    void oneRowIsOneStatement() {
        List<Post> posts = Blog.posts(1, db);

        assertThat(during(() -> comment(posts, db))).isEqualTo(withCommit(derived(1, 1, 1)));
    }

    /** In a message with the COMMIT, or in a JDBC batch. */
    @Test
    void twoRowsAreOneStatementOfTwoUpdates() {
        List<Post> posts = Blog.posts(2, db);

        assertThat(during(() -> comment(posts, db))).isEqualTo(withCommit(derived(1, 2, 2)));
    }

    @Test
    void aBatchIsOneStatement() {
        List<Post> posts = Blog.posts(6, db);

        assertThat(during(() -> comment(posts, db))).isEqualTo(derived(1, 6, 6));
    }

    @Test
    void manyRowsInArraysAreOneUpdate() {
        List<Post> posts = Blog.posts(30, db);

        assertThat(during(() -> comment(posts, db)))
                .isEqualTo(!COMMITS_ALONG ? derived(1, 30, 30) : withCommit(derived(1, 1, 30)));
    }

    @Test
    void eachTableHasAStatementOfItsOwn() {
        List<Post> posts = Blog.posts(1, db);
        db.persist(new Author("Ann"));

        assertThat(during(() -> db.inTransaction(session -> session.persist(new Comment(
                        session.getReference(Post.class, posts.get(0).id),
                        session.getReference(Author.class, "Ann"))))))
                .isEqualTo(withCommit(derived(2, 2, 2)));
    }

    @Test
    void whatIsRolledBackBeforeItIsWrittenIsNoStatement() {
        List<Post> posts = Blog.posts(1, db);

        assertThat(during(() -> db.inTransaction(session -> {
                    session.persist(new Comment(session.getReference(Post.class, posts.get(0).id)));
                    session.flush();
                    session.getTransaction().markRollbackOnly();
                })))
                .isEmpty();
    }

    /** Its failure may be what takes so long: a lock, for one. */
    @Test
    @OwnDatabase
    void aStatementThatFailsHasNoRows() {
        List<Post> posts = Blog.posts(1, db);
        db.execute("alter table post add constraint few check (comments_count < 2)");

        assertThat(during(() -> assertThatThrownBy(() -> comment(posts, db)).isNotNull()))
                .isEqualTo(Map.of(DERIVED_STATEMENTS, 1L, DERIVED_UPDATES, 1L));
    }

    @Test
    void itsTimeIsCounted() {
        List<Post> posts = Blog.posts(1, db);
        long before = Figures.of(db.factory()).get(DERIVED_NANOS);
        long begun = System.nanoTime();

        comment(posts, db);

        assertThat(Figures.of(db.factory()).get(DERIVED_NANOS) - before).isBetween(1L, System.nanoTime() - begun);
    }

    // ---- by hand ----

    @Test
    void anIncrementIsAnExplicitStatement() {
        Page page = db.persist(new Page("a"));

        assertThat(during(() -> db.inTransaction(session ->
                        CounterCaches.of(session).on(Page.class, page.id).increment("views"))))
                .isEqualTo(explicit(1, 1, 1));
    }

    @Test
    void anIncrementOfManyRowsIsABatch() {
        List<Long> pages = List.of(db.persist(new Page("a")).id, db.persist(new Page("b")).id);

        assertThat(during(() -> db.inTransaction(session ->
                        CounterCaches.of(session).on(Page.class, pages).set("views", 2))))
                .isEqualTo(explicit(1, 2, 2));
        assertThat(during(() -> db.inTransaction(session ->
                        CounterCaches.of(session).on(Page.class, pages).increment("views"))))
                .isEqualTo(explicit(1, 2, 2));
    }

    @Test
    void anIncrementPastALimitChangesNoRow() {
        Page page = db.persist(new Page("a"));

        assertThat(during(() -> db.inTransaction(session -> assertThat(CounterCaches.of(session)
                                .on(Page.class, page.id)
                                .tryIncrement("views", 4))
                        .isFalse())))
                .isEqualTo(explicit(1, 1, 0));
    }

    /** Not the query for the row that an UPSERT of H2 cannot return. */
    @Test
    void anUpsertIsAnExplicitStatement() {
        assertThat(during(() -> db.inTransaction(
                        session -> CounterCaches.of(session).bump(Page.class, Map.of("path", "a"), "views"))))
                .isEqualTo(explicit(1, 1, 1));
    }

    /** Where the application has the counters written before the commit. */
    @Nested
    class BeforeCommit {

        @RegisterExtension
        final TestDatabase own = TestDatabase.shared(Post.class, Comment.class, Author.class)
                .setting(CounterCacheSettings.WRITE, "before_commit");

        @Test
        void noRoundTripIsSaved() {
            List<Post> posts = Blog.posts(2, own);

            assertThat(Figures.during(own, () -> comment(posts, own))).isEqualTo(derived(1, 2, 2));
        }
    }
}
