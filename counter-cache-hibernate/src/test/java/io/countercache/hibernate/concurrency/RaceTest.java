package io.countercache.hibernate.concurrency;

import static io.countercache.hibernate.support.Concurrently.finish;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.countercache.Drift;
import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.Concurrently;
import io.countercache.hibernate.support.EachWrite;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.hibernate.Session;
import org.hibernate.exception.ConstraintViolationException;
import org.hibernate.resource.jdbc.spi.StatementInspector;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Resets, inserts, moves and deletes of parents at once, in every order of their steps. */
@EachWrite
@Tag("databases")
class RaceTest {

    /** The statements of a reset that finds something: measure, lock, measure, update. Then it commits. */
    private static final int STEPS = TestServer.IS_PORTABLE ? 7 : 4;

    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(Post.class, Author.class, Comment.class);

    private Post post;
    private Post other;
    private Comment comment;

    RaceTest(String write) {
        db.setting(CounterCacheSettings.WRITE, write);
    }

    @BeforeEach
    void aCommentOnAPostWithAWrongCount() {
        post = db.persist(new Post("post"));
        other = db.persist(new Post("other"));
        comment = db.persist(new Comment(post));
        spoil();
    }

    private void spoil() {
        db.execute("update post set comments_count = comments_count + 5 where id = " + post.id);
    }

    private long stored(Post of) {
        return db.number("select comments_count from post where id = " + of.id);
    }

    private static List<Drift> reset(Session session, Post of) {
        return CounterCaches.of(session).resetCounters(Post.class, of.id);
    }

    private enum Change {
        INSERT,
        DELETE,
        MOVE;

        void make(Session session, RaceTest test) {
            switch (this) {
                case INSERT -> session.persist(new Comment(session.getReference(Post.class, test.post.id)));
                case DELETE -> session.remove(session.find(Comment.class, test.comment.id));
                case MOVE ->
                    session.find(Comment.class, test.comment.id).post = session.getReference(Post.class, test.other.id);
            }
        }
    }

    static Change[] changes() {
        return Change.values();
    }

    /** Of the statements of a reset, its commit, and what comes after. */
    @ParameterizedTest
    @MethodSource("changes")
    void aResetAndAChangeAreExactInEveryOrderOfTheirSteps(Change change) {
        assumeFalse(
                TestServer.IS_MARIADB, "a change waits for a reset before its first statement, and has no such steps");
        for (int flushed = 0; flushed <= STEPS; flushed++) {
            for (int committed = flushed; committed <= STEPS + 1; committed++) {
                interleave(change, flushed, committed);
                assertThat(List.of(stored(post), stored(other)))
                        .as("%s flushed before step %d and committed before %d", change, flushed, committed)
                        .isEqualTo(
                                switch (change) {
                                    case INSERT -> List.of(2L, 0L);
                                    case DELETE -> List.of(0L, 0L);
                                    case MOVE -> List.of(0L, 1L);
                                });
                aCommentOnAPostWithAWrongCount();
            }
        }
        db.inTransaction(session -> reset(session, post));
    }

    private void interleave(Change change, int flushed, int committed) {
        AtomicInteger step = new AtomicInteger();
        AtomicReference<Future<?>> committing = new AtomicReference<>();
        try (Concurrently concurrently = new Concurrently(db);
                Session writer = db.factory().openSession()) {
            writer.beginTransaction();
            Runnable interleave = () -> {
                int now = step.getAndIncrement();
                if (now == flushed) {
                    change.make(writer, this);
                    writer.flush();
                }
                if (now == committed) {
                    committing.set(
                            concurrently.start(() -> writer.getTransaction().commit()));
                    concurrently.awaitDoneOrWaiting(committing.get());
                }
            };
            StatementInspector beforeEach = sql -> {
                interleave.run();
                return sql;
            };
            try (Session resetting = db.openSession(beforeEach)) {
                resetting.beginTransaction();
                assertThat(reset(resetting, post)).hasSize(1);
                assertThat(step).hasValue(STEPS);
                interleave.run();
                resetting.getTransaction().commit();
            }
            interleave.run();
            finish(committing.get());
        }
    }

    @ParameterizedTest
    @MethodSource("changes")
    void aResetThatWaitsForAChangeSeesItWhole(Change change) {
        try (Concurrently concurrently = new Concurrently(db);
                Session writer = db.factory().openSession()) {
            writer.beginTransaction();
            change.make(writer, this);
            CounterCaches.of(writer).flush();
            var resetting = concurrently.start(() ->
                    db.inTransaction(session -> assertThat(reset(session, post)).hasSize(1)));
            concurrently.awaitWaiting(1);
            writer.getTransaction().commit();
            finish(resetting);
        }
        assertThat(stored(post)).isEqualTo(change == Change.INSERT ? 2 : 0);
    }

    @Test
    void theSecondOfTwoResetsFindsNothingToCorrect() {
        try (Concurrently concurrently = new Concurrently(db);
                Session first = db.factory().openSession()) {
            first.beginTransaction();
            assertThat(reset(first, post)).hasSize(1);
            var second = concurrently.start(() ->
                    db.inTransaction(session -> assertThat(reset(session, post)).isEmpty()));
            concurrently.awaitWaiting(1);
            first.getTransaction().commit();
            finish(second);
        }
        assertThat(stored(post)).isEqualTo(1);
    }

    @Test
    void resetsOfTwoPostsInOppositeOrderDoNotDeadlock() {
        db.execute("update post set comments_count = 7");
        try (Concurrently concurrently = new Concurrently(db);
                Session first = db.factory().openSession()) {
            first.beginTransaction();
            reset(first, post);
            var second = concurrently.start(() -> db.inTransaction(session -> CounterCaches.of(session)
                    .on(Post.class, List.of(other.id, post.id))
                    .reset()));
            concurrently.awaitWaiting(1);
            reset(first, other);
            first.getTransaction().commit();
            finish(second);
        }
    }

    @Test
    @Tag("postgresql") // H2 lets the comment have a post that is gone
    void aPostCannotBeDeletedWhileACommentOfItIsInserted() {
        db.inTransaction(session -> session.remove(session.find(Comment.class, comment.id)));
        try (Concurrently concurrently = new Concurrently(db);
                Session writer = db.factory().openSession()) {
            writer.beginTransaction();
            Change.INSERT.make(writer, this);
            writer.flush();
            var deleting = concurrently.start(
                    () -> db.inTransaction(session -> session.remove(session.find(Post.class, post.id))));
            concurrently.awaitDoneOrWaiting(deleting);
            writer.getTransaction().commit();
            assertThatThrownBy(() -> finish(deleting)).isInstanceOf(ConstraintViolationException.class);
        }
        spoilt(false);
    }

    @Test
    @Tag("postgresql") // H2 lets the comment have a post that is gone
    void aCommentCannotBeInsertedWhileItsPostIsDeleted() {
        try (Concurrently concurrently = new Concurrently(db);
                Session deleter = db.factory().openSession()) {
            deleter.beginTransaction();
            deleter.remove(deleter.find(Post.class, post.id));
            deleter.flush();
            var inserting = concurrently.start(() -> db.inTransaction(session -> Change.INSERT.make(session, this)));
            concurrently.awaitWaiting(1);
            deleter.getTransaction().commit();
            assertThatThrownBy(() -> finish(inserting)).isInstanceOf(ConstraintViolationException.class);
        }
        assertThat(db.number("select count(*) from comment")).isZero();
    }

    @Test
    void aCommentIsInsertedAndCountedWhenItsPostIsNotDeletedAfterAll() {
        try (Concurrently concurrently = new Concurrently(db);
                Session deleter = db.factory().openSession()) {
            deleter.beginTransaction();
            deleter.remove(deleter.find(Post.class, post.id));
            deleter.flush();
            var inserting = concurrently.start(() -> db.inTransaction(session -> Change.INSERT.make(session, this)));
            concurrently.awaitWaiting(1);
            deleter.getTransaction().rollback();
            finish(inserting);
        }
        spoilt(true);
    }

    /** What is spoilt stays so under changes, until it is reset. */
    private void spoilt(boolean withTheFirstComment) {
        assertThat(stored(post)).isEqualTo(withTheFirstComment ? 7 : 6);
        db.inTransaction(session -> reset(session, post));
    }

    @Test
    @Tag("postgresql")
    void twoCommentsOnAPostThatIsNotCommittedAreRefusedAndSucceedAfterwards() {
        assumeFalse(TestServer.IS_MARIADB, "there they wait for the end of the transaction");
        Post created = new Post("not committed");
        try (Session creator = db.factory().openSession()) {
            creator.beginTransaction();
            creator.persist(created);
            creator.flush();
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> db.inTransaction(
                                session -> session.persist(new Comment(session.getReference(Post.class, created.id)))))
                        .isInstanceOf(ConstraintViolationException.class);
            }
            creator.persist(new Comment(created));
            creator.getTransaction().commit();
        }
        try (Concurrently concurrently = new Concurrently(db)) {
            var comments = List.of(1, 2).stream()
                    .map(any -> concurrently.start(() -> db.persist(new Comment(created))))
                    .toList();
            comments.forEach(Concurrently::finish);
        }
        assertThat(stored(created)).isEqualTo(3);
        db.inTransaction(session -> reset(session, post));
    }
}
