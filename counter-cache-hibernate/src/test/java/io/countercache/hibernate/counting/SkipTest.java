package io.countercache.hibernate.counting;

import static io.countercache.hibernate.support.SameSource.insert;
import static io.countercache.hibernate.support.TestDatabase.counterUpdates;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.TransactionRequiredException;
import java.util.List;
import org.hibernate.FlushMode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@link CounterCaches#skip} and {@link CounterCaches#flush}. */
@SuppressWarnings("try") // javac wants a resource to be used in its block
class SkipTest {

    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(Post.class, Author.class, Comment.class);

    private Post post;

    @BeforeEach
    void post() {
        post = db.persist(new Post("post"));
    }

    /** What was not counted is put right, or each of these tests would end in drift. */
    @AfterEach
    void reset() {
        db.inTransaction(session -> CounterCaches.of(session).resetCounters(Post.class, post.id));
    }

    private long stored() {
        return db.number("select comments_count from post");
    }

    // ---- skip ----

    @Test
    void whatIsChangedInsideIsNotCountedAndWhatIsChangedBeforeAndAfterIs() {
        List<String> sql = db.statementsOf(() -> db.inTransaction(session -> {
            Post managed = session.find(Post.class, post.id);
            session.persist(new Comment(managed));
            try (var skipped = CounterCaches.of(session).skip()) {
                assertThat(managed.commentsCount).isEqualTo(1);
                session.persist(new Comment(managed));
                session.persist(new Comment(managed));
            }
            assertThat(managed.commentsCount).isEqualTo(1);
            session.persist(new Comment(managed));
        }));
        assertThat(counterUpdates(sql)).hasSize(1);
        assertThat(stored()).isEqualTo(2);
        assertThat(db.number("select count(*) from comment")).isEqualTo(4);
    }

    @Test
    void movesAndDeletesInsideAreNotCountedEither() {
        Post other = db.persist(new Post("other"));
        Comment moved = db.persist(new Comment(post));
        Comment deleted = db.persist(new Comment(post));
        List<String> sql = db.statementsOf(() -> db.inTransaction(session -> {
            try (var skipped = CounterCaches.of(session).skip()) {
                session.find(Comment.class, moved.id).post = other;
                session.remove(session.find(Comment.class, deleted.id));
            }
        }));
        assertThat(counterUpdates(sql)).isEmpty();
        db.inTransaction(session -> CounterCaches.of(session)
                .on(Post.class, List.of(post.id, other.id))
                .reset());
        assertThat(db.number("select comments_count from post where id = " + other.id))
                .isEqualTo(1);
    }

    @Test
    void aSkipInsideASkipChangesNothing() {
        db.inTransaction(session -> {
            CounterCaches counters = CounterCaches.of(session);
            try (var outer = counters.skip()) {
                try (var inner = CounterCaches.of(session).skip()) {
                    session.persist(new Comment(post));
                }
                session.persist(new Comment(post));
            }
            session.persist(new Comment(post));
        });
        assertThat(stored()).isEqualTo(1);
    }

    @Test
    void closedTwiceItResumesOnce() {
        db.inTransaction(session -> {
            CounterCaches counters = CounterCaches.of(session);
            var first = counters.skip();
            first.close();
            try (var second = counters.skip()) {
                first.close();
                session.persist(new Comment(post));
            }
        });
        assertThat(stored()).isZero();
    }

    @Test
    void anExceptionInsideEndsItToo() {
        db.inTransaction(session -> {
            assertThatThrownBy(() -> {
                        try (var skipped = CounterCaches.of(session).skip()) {
                            session.persist(new Comment(post));
                            throw new IllegalStateException("import failed");
                        }
                    })
                    .hasMessage("import failed");
            session.persist(new Comment(post));
        });
        assertThat(stored()).isEqualTo(1);
        assertThat(db.number("select count(*) from comment")).isEqualTo(2);
    }

    @Test
    void aFlushThatFailsAtTheCloseEndsItToo() {
        db.factory().inSession(session -> {
            session.beginTransaction();
            assertThatThrownBy(() -> {
                        try (var skipped = CounterCaches.of(session).skip()) {
                            session.persist(named("twice"));
                            session.persist(named("twice"));
                        }
                    })
                    .isInstanceOf(RuntimeException.class);
            session.getTransaction().rollback();
            session.clear();
            session.beginTransaction();
            session.persist(new Comment(post));
            session.getTransaction().commit();
        });
        assertThat(stored()).isEqualTo(1);
    }

    private Comment named(String text) {
        Comment comment = new Comment(post);
        comment.text = text;
        return comment;
    }

    @Test
    void afterARollbackInsideNothingIsFlushedAtTheClose() {
        db.factory().inSession(session -> {
            session.beginTransaction();
            try (var skipped = CounterCaches.of(session).skip()) {
                session.persist(new Comment(post));
                session.getTransaction().rollback();
            }
            session.clear();
            session.beginTransaction();
            session.persist(new Comment(post));
            session.getTransaction().commit();
        });
        assertThat(stored()).isEqualTo(1);
        assertThat(db.number("select count(*) from comment")).isEqualTo(1);
    }

    @Test
    void otherSessionsAreCountedMeanwhile() {
        db.inTransaction(session -> {
            try (var skipped = CounterCaches.of(session).skip()) {
                db.persist(new Comment(post));
                session.persist(new Comment(post));
            }
        });
        assertThat(stored()).isEqualTo(1);
    }

    @Test
    @SinceHibernate("7.2")
    void aStatelessSessionSkipsToo() {
        db.factory().inStatelessTransaction(session -> {
            insert(session, new Comment(post));
            try (var skipped = CounterCaches.of(session).skip()) {
                insert(session, new Comment(post));
            }
            insert(session, new Comment(post));
        });
        assertThat(stored()).isEqualTo(2);
    }

    @Test
    void aResetAfterwardsPutsItRight() {
        db.inTransaction(session -> {
            Post managed = session.find(Post.class, post.id);
            CounterCaches counters = CounterCaches.of(session);
            try (var skipped = counters.skip()) {
                session.persist(new Comment(managed));
            }
            counters.resetCounters(Post.class, post.id);
            assertThat(managed.commentsCount).isEqualTo(1);
        });
        assertThat(stored()).isEqualTo(1);
    }

    @Test
    void aSessionThatIsFlushedByHandIsNotFlushed() {
        db.inTransaction(session -> {
            session.setHibernateFlushMode(FlushMode.MANUAL);
            try (var skipped = CounterCaches.of(session).skip()) {
                session.persist(new Comment(post));
            }
            assertThat(db.statementsOf(session::flush)).isNotEmpty();
        });
        assertThat(stored()).isEqualTo(1);
    }

    // ---- flush ----

    @Test
    void flushWritesNowAndTheRestIsWrittenAtTheCommit() {
        List<String> sql = db.statementsOf(() -> db.inTransaction(session -> {
            CounterCaches counters = CounterCaches.of(session);
            session.persist(new Comment(post));
            assertThat(counterUpdates(db.statementsOf(counters::flush))).hasSize(1);
            assertThat(db.statementsOf(counters::flush)).isEmpty();
            session.persist(new Comment(post));
        }));
        assertThat(counterUpdates(sql)).hasSize(1);
        assertThat(stored()).isEqualTo(2);
    }

    @Test
    void flushWithFlushModeManualWritesWhatWasFlushedByHand() {
        db.inTransaction(session -> {
            session.setHibernateFlushMode(FlushMode.MANUAL);
            session.persist(new Comment(post));
            assertThat(db.statementsOf(CounterCaches.of(session)::flush)).isEmpty();
            session.flush();
            assertThat(counterUpdates(db.statementsOf(CounterCaches.of(session)::flush)))
                    .hasSize(1);
        });
        assertThat(stored()).isEqualTo(1);
    }

    @Test
    @SinceHibernate("7.2")
    void flushOfAStatelessSessionWritesNow() {
        db.factory().inStatelessTransaction(session -> {
            insert(session, new Comment(post));
            assertThat(counterUpdates(db.statementsOf(CounterCaches.of(session)::flush)))
                    .hasSize(1);
        });
        assertThat(stored()).isEqualTo(1);
    }

    @Test
    void flushOutsideATransactionIsRefused() {
        db.factory()
                .inSession(
                        session -> assertThatThrownBy(CounterCaches.of(session)::flush)
                                .isInstanceOf(TransactionRequiredException.class)
                                .hasMessage(
                                        "Counters can be flushed in a transaction only: begin one (in Spring: @Transactional on the calling method)"));
    }
}
