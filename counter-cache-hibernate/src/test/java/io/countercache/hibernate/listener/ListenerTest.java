package io.countercache.hibernate.listener;

import static io.countercache.hibernate.support.SameSource.insert;
import static io.countercache.hibernate.support.Told.move;
import static io.countercache.hibernate.support.Told.once;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.CounterMove;
import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.Skipped;
import io.countercache.hibernate.support.Blog;
import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.EachMode;
import io.countercache.hibernate.support.OwnDatabase;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.Told;
import jakarta.persistence.PersistenceException;
import java.util.List;
import java.util.function.Consumer;
import org.hibernate.Session;
import org.hibernate.StatelessSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a listener is told of counters that are equal to their children. */
@EachMode
class ListenerTest {

    private static final Told TOLD = new Told();

    @RegisterExtension
    final TestDatabase db =
            TestDatabase.shared(Post.class, Author.class, Comment.class).setting(CounterCacheSettings.LISTENER, TOLD);

    private Post first;
    private Post second;
    private Author ann;

    ListenerTest(String write) {
        db.setting(CounterCacheSettings.WRITE, write);
    }

    @BeforeEach
    void twoPosts() {
        first = db.persist(new Post("first"));
        second = db.persist(new Post("second"));
        ann = db.persist(new Author("ann"));
    }

    private List<List<CounterMove>> told(Consumer<Session> work) {
        return TOLD.of(() -> db.inTransaction(work));
    }

    private static CounterMove comments(Post post, long number) {
        return move("Post", post.id, "commentsCount", number);
    }

    private long stored(Post post) {
        return db.number("select comments_count from post where id = " + post.id);
    }

    private Comment comment(Post on) {
        return db.persist(new Comment(on));
    }

    @Test
    void oneCallForATransactionWithTheSumForEachRow() {
        assertThat(told(session -> {
                    session.persist(new Comment(first, ann));
                    session.persist(new Comment(second));
                    session.flush();
                    session.persist(new Comment(first, ann));
                }))
                .singleElement()
                .satisfies(moves -> assertThat(moves)
                        .containsExactlyInAnyOrder(
                                comments(first, 2), comments(second, 1), move("Author", "ann", "commentsCount", 2L)));
    }

    @Test
    void aMoveIsToldOfBothParents() {
        Comment comment = comment(first);
        assertThat(told(session -> session.find(Comment.class, comment.id).post = second))
                .singleElement()
                .satisfies(
                        moves -> assertThat(moves).containsExactlyInAnyOrder(comments(first, -1), comments(second, 1)));
    }

    @Test
    void whatAddsUpToZeroIsNotTold() {
        Comment comment = comment(first);
        assertThat(told(session -> {
                    session.remove(session.find(Comment.class, comment.id));
                    session.flush();
                    session.persist(new Comment(first));
                }))
                .isEmpty();
        assertThat(told(session -> session.find(Post.class, first.id).title = "new"))
                .isEmpty();
    }

    @Test
    void whatIsWrittenBeforeAQueryIsToldWithTheRestAfterTheCommit() {
        assertThat(told(session -> {
                    session.persist(new Comment(first));
                    assertThat(session.createSelectionQuery(
                                            "select commentsCount from Post where id = :id", Integer.class)
                                    .setParameter("id", first.id)
                                    .getSingleResult())
                            .isEqualTo(1);
                    session.persist(new Comment(first));
                    assertThat(TOLD.calls()).isEmpty();
                }))
                .isEqualTo(once(comments(first, 2)));
    }

    @Test
    void aTransactionThatIsRolledBackTellsNothingAndNeitherDoesTheNextOneOfItsSession() {
        assertThat(TOLD.of(() -> {
                    try (Session session = db.factory().openSession()) {
                        session.beginTransaction();
                        session.persist(new Comment(first));
                        CounterCaches.of(session).flush();
                        session.getTransaction().rollback();
                        session.clear();
                        session.beginTransaction();
                        session.persist(new Comment(second));
                        session.getTransaction().commit();
                    }
                }))
                .isEqualTo(once(comments(second, 1)));
    }

    /** Authors are written before posts. */
    @Test
    @OwnDatabase
    void aCommitThatFailsTellsNothingOfWhatItHadWritten() {
        db.execute("alter table post add constraint few check (comments_count < 2)");
        comment(first);
        assertThatThrownBy(() -> told(session -> session.persist(new Comment(first, ann))))
                .isInstanceOf(PersistenceException.class);
        assertThat(TOLD.calls()).isEmpty();
        assertThat(stored(first)).isEqualTo(1);
    }

    @Test
    void aNewParentIsToldOfTheChildrenThatItsInsertHasCounted() {
        Post post = new Post("new");
        assertThat(told(session -> {
                    session.persist(post);
                    session.persist(new Comment(post));
                    session.flush();
                    session.persist(new Comment(post));
                }))
                .isEqualTo(once(comments(post, 2)));
        assertThat(told(session -> session.persist(new Post("without children"))))
                .isEmpty();
    }

    @Test
    void aParentThatIsDeletedIsNotTold() {
        assertThat(told(session -> {
                    Post post = session.find(Post.class, first.id);
                    post.add(new Comment());
                    session.flush();
                    CounterCaches.of(session).flush();
                    session.remove(post);
                    session.persist(new Comment(second));
                }))
                .isEqualTo(once(comments(second, 1)));
    }

    @Test
    @SinceHibernate("7.2")
    void aBulkStatementIsTold() {
        comment(first);
        comment(first);
        comment(second);
        assertThat(told(session -> session.createMutationQuery("update Comment set post = :post")
                        .setParameter("post", second)
                        .executeUpdate()))
                .singleElement()
                .satisfies(
                        moves -> assertThat(moves).containsExactlyInAnyOrder(comments(first, -2), comments(second, 2)));
    }

    @Test
    void manyRowsAreOneCall() {
        List<Post> posts = Blog.posts(30, db);
        assertThat(told(session -> posts.forEach(post -> session.persist(new Comment(post)))))
                .singleElement()
                .satisfies(moves -> assertThat(moves)
                        .containsExactlyInAnyOrderElementsOf(
                                posts.stream().map(post -> comments(post, 1)).toList()));
    }

    @Test
    void whatIsSkippedIsNotTold() {
        assertThat(told(session -> {
                    Skipped uncounted = CounterCaches.of(session).skip();
                    session.persist(new Comment(first));
                    uncounted.close();
                }))
                .isEmpty();
        assertThat(told(session -> CounterCaches.of(session).resetCounters(Post.class, first.id)))
                .isEqualTo(once(comments(first, 1)));
    }

    @Test
    void aResetTellsTheDifference() {
        comment(first);
        db.execute("update post set comments_count = 8 where id = " + first.id);
        assertThat(told(session -> {
                    session.persist(new Comment(first));
                    CounterCaches.of(session).resetCounters(Post.class, first.id);
                }))
                .isEqualTo(once(comments(first, -6)));
        assertThat(stored(first)).isEqualTo(2);
    }

    @Test
    void aRepairTellsOnceForEachOfItsTransactions() {
        db.execute("update post set comments_count = 3");
        assertThat(TOLD.of(() ->
                        CounterRepair.of(db.factory(), Post.class).chunkSize(1).repair()))
                .containsExactly(List.of(comments(first, -3)), List.of(comments(second, -3)));
        assertThat(TOLD.of(() -> CounterRepair.verifyAll(db.factory()))).isEmpty();
    }

    @Test
    @SinceHibernate("7.2")
    void aStatelessSessionTellsToo() {
        assertThat(TOLD.of(() -> db.factory().inStatelessTransaction(session -> {
                    insert(session, new Comment(first));
                    insert(session, new Comment(second));
                    insert(session, new Comment(first));
                })))
                .singleElement()
                .satisfies(
                        moves -> assertThat(moves).containsExactlyInAnyOrder(comments(first, 2), comments(second, 1)));
    }

    @Test
    void sessionsThatShareATransactionAreOneCall() {
        assertThat(told(session -> {
                    session.persist(new Comment(first));
                    session.flush();
                    try (Session sharing =
                            session.sessionWithOptions().connection().openSession()) {
                        sharing.persist(new Comment(first));
                        sharing.persist(new Comment(second));
                        sharing.flush();
                    }
                }))
                .singleElement()
                .satisfies(
                        moves -> assertThat(moves).containsExactlyInAnyOrder(comments(first, 2), comments(second, 1)));
    }

    @Test
    @SinceHibernate("7.2")
    void withoutATransactionEachStatementIsToldAtOnce() {
        assertThat(TOLD.of(() -> {
                    try (StatelessSession session = db.factory().openStatelessSession()) {
                        insert(session, new Comment(first));
                        assertThat(TOLD.calls()).hasSize(1);
                        insert(session, new Comment(first));
                    }
                }))
                .containsExactly(List.of(comments(first, 1)), List.of(comments(first, 1)));
    }
}
