package io.countercache.hibernate.counting;

import static io.countercache.hibernate.support.SameSource.insert;
import static io.countercache.hibernate.support.TestDatabase.counterUpdates;
import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import java.util.ArrayList;
import java.util.List;
import org.hibernate.Session;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What a managed parent shows after the write: on PostgreSQL what the database holds, others' commits included, as long
 * as the UPDATE can say so without leaving a batch; else what was loaded and this session's own changes.
 */
class ReturnedValueTest {

    private static final String UPDATE =
            "update post set comments_count = coalesce(comments_count, 0) + ? where id = ?";
    private static final String RETURNING = TestServer.IS_POSTGRESQL ? " returning comments_count" : "";
    private static final int OTHERS_IF_RETURNED = TestServer.IS_POSTGRESQL ? 1 : 0;

    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(Post.class, Author.class, Comment.class);

    private Post first;
    private Post second;

    @BeforeEach
    void posts() {
        first = db.persist(new Post("first"));
        second = db.persist(new Post("second"));
    }

    private Post find(Session session, Post post) {
        return session.find(Post.class, post.id);
    }

    /** Another transaction's comment, after this one has loaded the post. */
    private void meanwhile(Post post) {
        db.persist(new Comment(post));
    }

    @Test
    void aManagedParentShowsWhatTheDatabaseHolds() {
        Post shown = db.fromTransaction(session -> {
            Post managed = find(session, first);
            meanwhile(first);
            session.persist(new Comment(managed));
            return managed;
        });
        assertThat(shown.commentsCount).isEqualTo(OTHERS_IF_RETURNED + 1);
        assertThat(db.number("select comments_count from post where id = " + first.id))
                .isEqualTo(2);
    }

    @Test
    void oneRowThatIsManagedIsAskedForItsValue() {
        List<String> sql =
                db.statementsOf(() -> db.inTransaction(session -> session.persist(new Comment(find(session, first)))));
        assertThat(counterUpdates(sql)).containsExactly(UPDATE + RETURNING);
    }

    @Test
    void aRowThatIsNotManagedIsNotAsked() {
        List<String> sql = db.statementsOf(() ->
                db.inTransaction(session -> session.persist(new Comment(session.getReference(Post.class, first.id)))));
        assertThat(counterUpdates(sql)).containsExactly(UPDATE);
    }

    @Test
    @SinceHibernate("7.2")
    void aStatelessSessionDoesNotAsk() {
        List<String> sql = db.statementsOf(
                () -> db.factory().inStatelessTransaction(session -> insert(session, new Comment(first))));
        assertThat(counterUpdates(sql)).containsExactly(UPDATE);
    }

    @Test
    void rowsInOneBatchAreNotAskedAndShowTheirOwnChanges() {
        List<Post> shown = new ArrayList<>();
        List<String> sql = db.statementsOf(() -> db.inTransaction(session -> {
            shown.add(find(session, first));
            shown.add(find(session, second));
            session.persist(new Comment(shown.get(0)));
            session.persist(new Comment(shown.get(1)));
        }));
        assertThat(counterUpdates(sql)).containsExactly(UPDATE, UPDATE);
        assertThat(shown).allSatisfy(post -> assertThat(post.commentsCount).isEqualTo(1));
        Post seen = db.fromTransaction(session -> {
            Post managed = find(session, first);
            meanwhile(first);
            session.persist(new Comment(managed));
            session.persist(new Comment(find(session, second)));
            return managed;
        });
        assertThat(seen.commentsCount).isEqualTo(1 + 1);
        assertThat(db.number("select comments_count from post where id = " + first.id))
                .isEqualTo(3);
    }

    @Test
    void whatIsReturnedMakesNothingDirtyAndLaterChangesComeOnTop() {
        Post shown = db.fromTransaction(session -> {
            Post managed = find(session, first);
            meanwhile(first);
            session.persist(new Comment(managed));
            CounterCaches.of(session).flush();
            assertThat(managed.commentsCount).isEqualTo(OTHERS_IF_RETURNED + 1);
            assertThat(session.isDirty()).isFalse();
            session.persist(new Comment(managed));
            session.flush();
            assertThat(managed.commentsCount).isEqualTo(OTHERS_IF_RETURNED + 2);
            return managed;
        });
        assertThat(shown.commentsCount).isEqualTo(OTHERS_IF_RETURNED + 2);
        assertThat(db.number("select version from post where id = " + first.id)).isZero();
    }

    @Test
    void aReadOnlyParentShowsWhatIsReturnedToo() {
        Post shown = db.fromTransaction(session -> {
            session.setDefaultReadOnly(true);
            Post managed = find(session, first);
            meanwhile(first);
            session.persist(new Comment(managed));
            return managed;
        });
        assertThat(shown.commentsCount).isEqualTo(OTHERS_IF_RETURNED + 1);
    }

    @Test
    void aNewParentIsAskedToo() {
        List<String> sql = db.statementsOf(() -> db.inTransaction(session -> {
            Author ann = new Author("Ann");
            session.persist(ann);
            session.flush();
            session.persist(new Comment(null, ann));
        }));
        assertThat(counterUpdates(sql))
                .containsExactly("update author set comments_count = coalesce(comments_count, 0) + ? where name = ?"
                        + RETURNING);
    }
}
