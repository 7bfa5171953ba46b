package io.countercache.hibernate.counting;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.CounterCache;
import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.OwnDatabase;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import jakarta.persistence.ConstraintMode;
import jakarta.persistence.Entity;
import jakarta.persistence.ForeignKey;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Version;
import java.util.List;
import org.hibernate.Hibernate;
import org.hibernate.annotations.DynamicUpdate;
import org.hibernate.annotations.OptimisticLockType;
import org.hibernate.annotations.OptimisticLocking;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What managed parents show, and that the application cannot change it. */
class InMemoryTest {

    @Entity(name = "Board")
    @OptimisticLocking(type = OptimisticLockType.ALL)
    @DynamicUpdate
    static class Board {
        @Id
        Long id = 1L;

        String title;
        int messagesCount;
    }

    @Entity(name = "Message")
    static class Message {
        @Id
        @GeneratedValue
        Long id;

        @Version
        int version;

        @ManyToOne
        @JoinColumn(foreignKey = @ForeignKey(ConstraintMode.NO_CONSTRAINT))
        @CounterCache
        Board board;

        Message() {}

        Message(Board board) {
            this.board = board;
        }
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(Post.class, Author.class, Comment.class, Board.class, Message.class);

    private Post post;

    @BeforeEach
    void post() {
        post = db.persist(new Post("post"));
    }

    private long stored() {
        return db.number("select comments_count from post");
    }

    @Test
    void aManagedParentShowsTheNewValueRightAfterTheFlush() {
        db.inTransaction(session -> {
            Post managed = session.find(Post.class, post.id);
            session.persist(new Comment(managed));
            session.flush();
            assertThat(managed.commentsCount).isEqualTo(1);
            session.persist(new Comment(managed));
            session.flush();
            assertThat(managed.commentsCount).isEqualTo(2);
            assertThat(session.isDirty()).isFalse();
        });
        assertThat(db.number("select version from post")).isZero();
    }

    @Test
    void aParentThatIsChangedInTheSameFlushShowsTheNewValueToo() {
        db.inTransaction(session -> {
            Post managed = session.find(Post.class, post.id);
            session.persist(new Comment(managed));
            managed.title = "edited";
            session.flush();
            assertThat(managed.commentsCount).isEqualTo(1);
            session.persist(new Comment(managed));
            session.flush();
            assertThat(managed.commentsCount).isEqualTo(2);
        });
        assertThat(stored()).isEqualTo(2);
        assertThat(db.number("select version from post")).isEqualTo(1);
    }

    @Test
    void anUninitialisedProxyStaysOne() {
        db.inTransaction(session -> {
            Post proxy = session.getReference(Post.class, post.id);
            session.persist(new Comment(proxy));
            session.flush();
            assertThat(Hibernate.isInitialized(proxy)).isFalse();
            assertThat(proxy.shown()).isEqualTo(1);
        });
    }

    @Test
    void aReadOnlyParentShowsTheNewValueToo() {
        db.inTransaction(session -> {
            session.setDefaultReadOnly(true);
            Post managed = session.find(Post.class, post.id);
            session.persist(new Comment(managed));
            session.flush();
            assertThat(managed.commentsCount).isEqualTo(1);
        });
    }

    @Test
    void aValueAssignedByTheApplicationIsPutRightAndNeverStored() {
        db.persist(new Comment(post));
        List<String> sql = db.statementsOf(() -> db.inTransaction(session -> {
            Post managed = session.find(Post.class, post.id);
            managed.commentsCount = 999;
            assertThat(session.isDirty()).isFalse();
            session.flush();
            assertThat(managed.commentsCount).isEqualTo(1);
        }));
        assertThat(sql).noneMatch(statement -> statement.startsWith("update"));
        assertThat(stored()).isEqualTo(1);
    }

    @Test
    void aValueAssignedTogetherWithAChangeIsPutRightAndNeverStored() {
        db.inTransaction(session -> {
            Post managed = session.find(Post.class, post.id);
            managed.commentsCount = 999;
            managed.title = "edited";
            session.persist(new Comment(managed));
            session.flush();
            assertThat(managed.commentsCount).isEqualTo(1);
        });
        assertThat(stored()).isEqualTo(1);
        assertThat(db.number("select count(*) from post where title = 'edited'"))
                .isEqualTo(1);
    }

    @Test
    void aStaleParentThatIsMergedDoesNotOverwriteTheCount() {
        Post stale = db.fromTransaction(session -> session.find(Post.class, post.id));
        db.persist(new Comment(post));
        stale.title = "edited by a slow user";
        stale.commentsCount = 500;
        db.inTransaction(session -> {
            Post merged = session.merge(stale);
            session.flush();
            assertThat(merged.commentsCount).isEqualTo(1);
        });
        assertThat(stored()).isEqualTo(1);
    }

    @Test
    void anUpdateOfTheParentDoesNotNameTheCounter() {
        List<String> sql =
                db.statementsOf(() -> db.inTransaction(session -> session.find(Post.class, post.id).title = "edited"));
        assertThat(sql).contains("update post set title=?,version=? where id=? and version=?");
    }

    @Test
    void aParentThatComparesAllItsColumnsDoesNotCompareTheCounter() {
        Board board = db.persist(new Board());
        db.inTransaction(session -> {
            Board stale = session.find(Board.class, board.id);
            db.persist(new Message(board));
            stale.title = "edited";
        });
        assertThat(db.number("select messages_count from board")).isEqualTo(1);
        assertThat(db.number("select count(*) from board where title = 'edited'"))
                .isEqualTo(1);
    }

    @Test
    void aChildThatIsInsertedBeforeItsParentIsCountedOnce() {
        db.inTransaction(session -> {
            session.persist(new Message(session.getReference(Board.class, 77L)));
            Board late = new Board();
            late.id = 77L;
            session.persist(late);
            session.flush();
            assertThat(late.messagesCount).isEqualTo(1);
        });
        assertThat(db.number("select messages_count from board where id = 77")).isEqualTo(1);
    }

    @Test
    void theColumnHasADefaultForRowsThatOthersInsert() {
        db.execute("insert into post (id, title, version) values (-1, 'by hand', 0)");
        assertThat(db.number("select comments_count from post where id = -1")).isZero();
    }

    @OwnDatabase
    @Test
    void aNullThatIsInTheDatabaseCountsAsZero() {
        db.execute(
                TestServer.IS_MARIADB
                        ? "alter table author modify comments_count int null"
                        : "alter table author alter column comments_count drop not null");
        db.execute("insert into author (name, comments_count) values ('Ann', null)");
        db.inTransaction(session -> session.persist(new Comment(post, session.getReference(Author.class, "Ann"))));
        assertThat(db.number("select comments_count from author")).isEqualTo(1);
    }
}
