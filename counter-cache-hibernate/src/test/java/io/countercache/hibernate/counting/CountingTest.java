package io.countercache.hibernate.counting;

import static io.countercache.hibernate.support.SameSource.insert;
import static io.countercache.hibernate.support.TestDatabase.counterUpdates;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.List;
import org.hibernate.FlushMode;
import org.hibernate.Session;
import org.hibernate.Transaction;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.resource.transaction.spi.TransactionObserver;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is stored after children came, went and moved. */
class CountingTest {

    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(Post.class, Author.class, Comment.class);

    private Post first;
    private Post second;

    @BeforeEach
    void posts() {
        first = db.persist(new Post("first"));
        second = db.persist(new Post("second"));
    }

    private long stored(Post post) {
        return db.number("select comments_count from post where id = " + post.id);
    }

    @Test
    void anInsertedCommentIsCounted() {
        List<String> sql = db.statementsOf(() -> db.persist(new Comment(first)));
        assertThat(stored(first)).isEqualTo(1);
        assertThat(counterUpdates(sql))
                .containsExactly("update post set comments_count = coalesce(comments_count, 0) + ? where id = ?");
    }

    @Test
    void aDeletedCommentIsNoLongerCounted() {
        Comment comment = db.persist(new Comment(first));
        db.persist(new Comment(first));
        db.inTransaction(session -> session.remove(session.find(Comment.class, comment.id)));
        assertThat(stored(first)).isEqualTo(1);
    }

    @Test
    void aCommentRemovedByReferenceIsNoLongerCounted() {
        Comment comment = db.persist(new Comment(first));
        db.inTransaction(session -> session.remove(session.getReference(Comment.class, comment.id)));
        assertThat(stored(first)).isZero();
    }

    @Test
    void movingACommentChangesBothPosts() {
        Comment comment = db.persist(new Comment(first));
        db.inTransaction(session -> session.find(Comment.class, comment.id).post = second);
        assertThat(stored(first)).isZero();
        assertThat(stored(second)).isEqualTo(1);
    }

    @Test
    void movingFromAndToNoPostChangesTheOther() {
        Comment comment = db.persist(new Comment(null));
        db.inTransaction(session -> session.find(Comment.class, comment.id).post = first);
        assertThat(stored(first)).isEqualTo(1);
        db.inTransaction(session -> session.find(Comment.class, comment.id).post = null);
        assertThat(stored(first)).isZero();
    }

    @Test
    void aCommentCountsOnItsPostAndOnItsAuthor() {
        Author ann = db.persist(new Author("Ann"));
        Author bob = db.persist(new Author("Bob"));
        Comment comment = db.persist(new Comment(first, ann));
        db.persist(new Comment(second, ann));
        assertThat(db.number("select comments_count from author where name = 'Ann'"))
                .isEqualTo(2);
        db.inTransaction(session -> session.find(Comment.class, comment.id).author = bob);
        assertThat(db.number("select comments_count from author where name = 'Ann'"))
                .isEqualTo(1);
        assertThat(db.number("select comments_count from author where name = 'Bob'"))
                .isEqualTo(1);
        assertThat(stored(first)).isEqualTo(1);
    }

    @Test
    void changingSomethingElseSendsNoCounterUpdate() {
        Comment comment = db.persist(new Comment(first));
        List<String> sql = db.statementsOf(() ->
                db.inTransaction(session -> session.find(Comment.class, comment.id).text = "edited"));
        assertThat(counterUpdates(sql)).isEmpty();
    }

    @Test
    void cascadesAreCounted() {
        Post post = new Post("with comments");
        post.add(new Comment());
        post.add(new Comment());
        db.persist(post);
        assertThat(stored(post)).isEqualTo(2);
        assertThat(post.commentsCount).isEqualTo(2);
    }

    @Test
    void anOrphanIsNoLongerCounted() {
        db.inTransaction(session -> {
            Post post = session.find(Post.class, first.id);
            post.add(new Comment());
            post.add(new Comment());
        });
        List<String> sql = db.statementsOf(() -> db.inTransaction(session -> {
            Post post = session.find(Post.class, first.id);
            post.comments.clear();
            post.add(new Comment());
        }));
        assertThat(stored(first)).isEqualTo(1);
        assertThat(counterUpdates(sql)).hasSize(1);
    }

    @Test
    void aDeletedPostGetsNoUpdateButTheAuthorsOfItsCommentsDo() {
        Author ann = db.persist(new Author("Ann"));
        db.inTransaction(session -> session.find(Post.class, first.id).add(new Comment(first, ann)));
        List<String> sql =
                db.statementsOf(() -> db.inTransaction(session -> session.remove(session.find(Post.class, first.id))));
        assertThat(counterUpdates(sql))
                .containsExactly("update author set comments_count = coalesce(comments_count, 0) + ? where name = ?");
        assertThat(db.number("select comments_count from author")).isZero();
    }

    @Test
    void aPostThatIsDeletedAndInsertedAgainStartsAnew() {
        Author ann = db.persist(new Author("Ann"));
        Comment comment = db.persist(new Comment(first, ann));
        db.inTransaction(session -> {
            session.remove(session.find(Comment.class, comment.id));
            session.remove(session.find(Author.class, "Ann"));
            session.flush();
            Author again = new Author("Ann");
            session.persist(again);
            session.persist(new Comment(second, again));
        });
        assertThat(db.number("select comments_count from author")).isEqualTo(1);
    }

    @Test
    void severalFlushesSendOneUpdate() {
        List<String> sql = db.statementsOf(() -> db.inTransaction(session -> {
            for (int i = 0; i < 3; i++) {
                session.persist(new Comment(session.getReference(Post.class, first.id)));
                session.flush();
            }
        }));
        assertThat(counterUpdates(sql)).hasSize(1);
        assertThat(stored(first)).isEqualTo(3);
    }

    @Test
    void addingAndRemovingTheSameCommentSendsNoCounterUpdate() {
        List<String> sql = db.statementsOf(() -> db.inTransaction(session -> {
            Comment comment = new Comment(first);
            session.persist(comment);
            session.flush();
            session.remove(comment);
        }));
        assertThat(sql).anyMatch(statement -> statement.startsWith("insert into comment"));
        assertThat(counterUpdates(sql)).isEmpty();
    }

    @Test
    void aThousandCommentsOnThreePostsSendThreeCounterUpdates() {
        Post third = db.persist(new Post("third"));
        List<Post> posts = List.of(first, second, third);
        List<String> sql = db.statementsOf(() -> db.inTransaction(session -> {
            for (int i = 0; i < 1000; i++) {
                session.persist(new Comment(posts.get(i % 3)));
            }
        }));
        assertThat(counterUpdates(sql)).hasSize(3);
        assertThat(stored(first)).isEqualTo(334);
    }

    @Test
    void readingSendsNothingExtra() {
        db.persist(new Comment(first));
        List<String> sql = db.statementsOf(() -> db.inTransaction(session -> {
            session.createSelectionQuery("from Post", Post.class).getResultList();
            session.find(Post.class, first.id);
        }));
        assertThat(sql).hasSize(1);
    }

    @Test
    void mergingADetachedCommentThatMovedIsCounted() {
        Comment detached = db.persist(new Comment(first));
        detached.post = second;
        db.inTransaction(session -> session.merge(detached));
        assertThat(stored(first)).isZero();
        assertThat(stored(second)).isEqualTo(1);
    }

    @Test
    void mergingANewCommentIsCounted() {
        db.inTransaction(session -> session.merge(new Comment(first)));
        assertThat(stored(first)).isEqualTo(1);
    }

    @Test
    void aCommentThatMovesBeforeItsFirstFlushIsCountedOnce() {
        db.inTransaction(session -> {
            Comment comment = new Comment(first);
            session.persist(comment);
            comment.post = second;
        });
        assertThat(stored(first)).isZero();
        assertThat(stored(second)).isEqualTo(1);
    }

    @Test
    void aCommentInsertedBeforeItsPostIsCounted() {
        Post late = new Post("late");
        db.inTransaction(session -> {
            session.persist(new Comment(late));
            session.persist(late);
        });
        assertThat(stored(late)).isEqualTo(1);
        assertThat(late.commentsCount).isEqualTo(1);
    }

    @Test
    void rollbackForgets() {
        assertThatThrownBy(() -> db.inTransaction(session -> {
                    session.persist(new Comment(first));
                    session.flush();
                    throw new IllegalStateException("rolled back");
                }))
                .hasMessage("rolled back");
        assertThat(stored(first)).isZero();
    }

    @Test
    void aSessionUsedAgainAfterARollbackDoesNotCountWhatWasRolledBack() {
        try (Session session = db.factory().openSession()) {
            session.beginTransaction();
            session.persist(new Comment(session.find(Post.class, first.id)));
            session.flush();
            session.getTransaction().rollback();

            session.beginTransaction();
            session.persist(new Comment(session.find(Post.class, second.id)));
            session.getTransaction().commit();

            session.beginTransaction();
            session.getTransaction().commit();
        }
        assertThat(stored(first)).isZero();
        assertThat(stored(second)).isEqualTo(1);
    }

    @Test
    void aFlushThatFailsHalfWayCountsNothing() {
        db.inTransaction(session -> {
            Comment taken = new Comment(first);
            taken.text = "taken";
            session.persist(taken);
        });
        try (Session session = db.factory().openSession()) {
            session.beginTransaction();
            session.persist(new Comment(first));
            Comment taken = new Comment(second);
            taken.text = "taken";
            session.persist(taken);
            assertThatThrownBy(session::flush).isNotNull();
            session.getTransaction().rollback();

            session.beginTransaction();
            session.persist(new Comment(second));
            session.getTransaction().commit();
        }
        assertThat(stored(first)).isEqualTo(1);
        assertThat(stored(second)).isEqualTo(1);
    }

    @Test
    void whatWasFlushedBeforeClearIsCounted() {
        db.inTransaction(session -> {
            session.persist(new Comment(first));
            session.flush();
            session.persist(new Comment(second));
            session.clear();
        });
        assertThat(stored(first)).isEqualTo(1);
        assertThat(stored(second)).isZero();
    }

    @Test
    void withManualFlushOnlyWhatWasFlushedIsCounted() {
        db.inTransaction(session -> {
            session.setHibernateFlushMode(FlushMode.MANUAL);
            session.persist(new Comment(first));
            session.flush();
            session.persist(new Comment(second));
        });
        assertThat(stored(first)).isEqualTo(1);
        assertThat(stored(second)).isZero();
    }

    @Test
    void aFlushAfterTheCountersAreWrittenIsCountedToo() {
        db.inTransaction(session -> {
            session.persist(new Comment(first));
            session.flush();
            ((SharedSessionContractImplementor) session)
                    .getTransactionCoordinator()
                    .addObserver(new TransactionObserver() {
                        @Override
                        public void afterBegin() {}

                        @Override
                        public void beforeCompletion() {
                            session.persist(new Comment(first));
                            session.flush();
                        }

                        @Override
                        public void afterCompletion(boolean successful, boolean delayed) {}
                    });
        });
        assertThat(stored(first)).isEqualTo(2);
    }

    @Test
    void aSessionThatSharesTheTransactionIsCounted() {
        db.inTransaction(session -> {
            session.persist(new Comment(first));
            session.flush();
            Session sharing = session.sessionWithOptions().connection().openSession();
            sharing.persist(new Comment(first));
        });
        assertThat(stored(first)).isEqualTo(2);
    }

    @Test
    void aSessionThatSharesTheTransactionAndIsClosedBeforeTheCommitIsCounted() {
        List<String> sql = db.statementsOf(() -> db.inTransaction(session -> {
            try (Session sharing = session.sessionWithOptions().connection().openSession()) {
                sharing.persist(new Comment(first));
                sharing.flush();
            }
            session.persist(new Comment(first));
        }));
        assertThat(stored(first)).isEqualTo(2);
        assertThat(counterUpdates(sql)).hasSize(1);
    }

    @Test
    @SinceHibernate("7.2")
    void commentsArePersistedByStatelessSessionsToo() {
        db.factory().inStatelessTransaction(session -> {
            insert(session, new Comment(first));
            insert(session, new Comment(first));
        });
        assertThat(stored(first)).isEqualTo(2);
    }

    @Test
    void aSessionThatWasSerializedCountsOn() throws Exception {
        var bytes = new ByteArrayOutputStream();
        try (Session session = db.factory().openSession();
                var out = new ObjectOutputStream(bytes)) {
            out.writeObject(session);
        }
        try (var in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()));
                Session session = (Session) in.readObject()) {
            Transaction transaction = session.beginTransaction();
            session.persist(new Comment(session.getReference(Post.class, first.id)));
            session.persist(new Comment(session.getReference(Post.class, first.id)));
            transaction.commit();
        }
        assertThat(stored(first)).isEqualTo(2);
    }
}
