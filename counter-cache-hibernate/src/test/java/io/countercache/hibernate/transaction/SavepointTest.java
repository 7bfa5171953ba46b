package io.countercache.hibernate.transaction;

import static io.countercache.hibernate.support.SameSource.insert;
import static io.countercache.hibernate.support.TestDatabase.counterUpdates;
import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.CounterCacheException;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import java.sql.Connection;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.hibernate.Session;
import org.hibernate.StatelessSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.UnexpectedRollbackException;

/** What a rollback to a savepoint takes back is not counted, and is not shown. */
@ParameterizedClass(name = "{0}")
@ValueSource(strings = {"hibernate", "jpa"})
class SavepointTest {

    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(Post.class, Comment.class, Author.class);

    @Parameter
    String manager;

    private SpringTransactions spring;
    private Post first;
    private Post second;

    @BeforeEach
    void twoPosts() {
        spring = SpringTransactions.of(manager, db.factory());
        first = db.persist(new Post("first"));
        second = db.persist(new Post("second"));
        db.persist(new Author("ann"));
    }

    private long stored(Post post) {
        return db.number("select comments_count from post where id = " + post.id);
    }

    private long ofAnn() {
        return db.number("select comments_count from author where name = 'ann'");
    }

    private static Comment comment(Session session, Post on) {
        Comment comment = new Comment(session.find(Post.class, on.id), session.find(Author.class, "ann"));
        session.persist(comment);
        return comment;
    }

    private static int shown(Session session, Post post) {
        return session.find(Post.class, post.id).shown();
    }

    private static long readByQuery(Session session, Post post) {
        return session.createSelectionQuery("select commentsCount from Post where id = :id", Integer.class)
                .setParameter("id", post.id)
                .getSingleResult();
    }

    @Test
    void whatANestedTransactionHasFlushedGoesWithIt() {
        spring.outer(session -> {
            comment(session, first);
            session.flush();
            spring.rolledBack(nested -> {
                comment(nested, first);
                comment(nested, second);
            });
            assertThat(List.of(shown(session, first), shown(session, second))).containsExactly(1, 0);
        });
        assertThat(List.of(stored(first), stored(second), ofAnn())).containsExactly(1L, 0L, 1L);
    }

    @Test
    void aSavepointMayBeOlderThanAllThatIsPending() {
        spring.outer(session -> {
            spring.rolledBack(nested -> comment(nested, first));
            assertThat(shown(session, first)).isZero();
            comment(session, second);
        });
        assertThat(List.of(stored(first), stored(second), ofAnn())).containsExactly(0L, 1L, 1L);
    }

    @Test
    void anEarlyWriteGoesWithTheSavepoint() {
        spring.outer(session -> {
            comment(session, first);
            session.flush();
            spring.rolledBack(nested -> {
                comment(nested, first);
                assertThat(readByQuery(nested, first)).isEqualTo(2);
            });
            assertThat(shown(session, first)).isEqualTo(1);
            assertThat(readByQuery(session, first)).isEqualTo(1);
        });
        assertThat(List.of(stored(first), ofAnn())).containsExactly(1L, 1L);
    }

    @Test
    void anEarlyWriteBeforeAllSavepointsThatAreKnown() {
        spring.outer(session -> {
            spring.rolledBack(nested -> {
                comment(nested, first);
                assertThat(readByQuery(nested, first)).isEqualTo(1);
            });
            assertThat(shown(session, first)).isZero();
        });
        assertThat(List.of(stored(first), ofAnn())).containsExactly(0L, 0L);
    }

    @Test
    void whatWasWrittenBeforeTheSavepointStaysWritten() {
        List<String> updates = counterUpdates(db.statementsOf(() -> spring.outer(session -> {
            comment(session, first);
            assertThat(readByQuery(session, first)).isEqualTo(1);
            spring.rolledBack(nested -> comment(nested, first));
        })));
        assertThat(List.of(stored(first), ofAnn())).containsExactly(1L, 1L);
        assertThat(updates).hasSize(2);
    }

    @Test
    void aParentThatIsLoadedAfterItWasWrittenShowsWhatTheRollbackLeaves() {
        spring.outer(session -> {
            Comment[] kept = {comment(session, first)};
            session.flush();
            session.clear();
            assertThat(kept[0].id).isNotNull();
            spring.rolledBack(nested -> {
                Comment comment = new Comment(nested.getReference(Post.class, first.id));
                nested.persist(comment);
                CounterCaches.of(nested).flush();
                assertThat(shown(nested, first)).isEqualTo(2);
            });
            assertThat(shown(session, first)).isEqualTo(1);
        });
        assertThat(List.of(stored(first), ofAnn())).containsExactly(1L, 1L);
    }

    @Test
    void nestedInNested() {
        spring.outer(session -> {
            comment(session, first);
            spring.nested(middle -> {
                comment(middle, first);
                middle.flush();
                spring.rolledBack(inner -> comment(inner, first));
                spring.nested(inner -> comment(inner, second));
                middle.flush();
            });
            spring.rolledBack(middle -> {
                comment(middle, first);
                middle.flush();
                spring.nested(inner -> comment(inner, second));
            });
            assertThat(List.of(shown(session, first), shown(session, second))).containsExactly(2, 1);
        });
        assertThat(List.of(stored(first), stored(second), ofAnn())).containsExactly(2L, 1L, 3L);
    }

    @Test
    void aSavepointCanBeReturnedToMoreThanOnce() {
        spring.outer((Session session, TransactionStatus status) -> {
            comment(session, first);
            session.flush();
            Object savepoint = status.createSavepoint();
            for (int i = 0; i < 3; i++) {
                comment(session, first);
                session.flush();
                Object later = status.createSavepoint();
                comment(session, second);
                CounterCaches.of(session).flush();
                status.rollbackToSavepoint(later);
                status.rollbackToSavepoint(savepoint);
            }
            status.releaseSavepoint(savepoint);
            comment(session, second);
        });
        assertThat(List.of(stored(first), stored(second), ofAnn())).containsExactly(1L, 1L, 2L);
    }

    @Test
    void manyNestedTransactionsOfWhichSomeFail() {
        spring.outer(session -> {
            for (int i = 0; i < 20; i++) {
                if (i % 3 == 0) {
                    spring.rolledBack(nested -> comment(nested, first));
                } else {
                    spring.nested(nested -> {
                        comment(nested, first);
                        nested.flush();
                    });
                }
            }
        });
        assertThat(List.of(stored(first), ofAnn())).containsExactly(13L, 13L);
    }

    @Test
    void aMoveAndARemovalAreTakenBack() {
        Comment moved = db.persist(new Comment(first));
        Comment removed = db.persist(new Comment(first));
        spring.outer(session -> {
            spring.rolledBack(nested -> {
                nested.find(Comment.class, moved.id).post = nested.find(Post.class, second.id);
                nested.remove(nested.find(Comment.class, removed.id));
            });
            assertThat(List.of(shown(session, first), shown(session, second))).containsExactly(2, 0);
        });
        assertThat(List.of(stored(first), stored(second))).containsExactly(2L, 0L);
    }

    @Test
    void aParentThatWasDeletedInsideIsThereAgainAndCounts() {
        spring.outer(session -> {
            comment(session, first);
            session.flush();
            spring.rolledBack(nested -> {
                nested.clear();
                nested.createNativeMutationQuery("delete from comment").executeUpdate();
                nested.remove(nested.find(Post.class, first.id));
            });
            session.clear();
            comment(session, first);
        });
        assertThat(List.of(stored(first), ofAnn())).containsExactly(2L, 2L);
    }

    /** As Hibernate has it: what waits is sent after the savepoint, and is lost with it. */
    @Test
    void whatWasNotFlushedBeforeTheSavepointGoesWithItToo() {
        spring.outer(session -> {
            comment(session, first);
            spring.rolledBack(nested -> comment(nested, first));
            assertThat(shown(session, first)).isZero();
        });
        assertThat(List.of(stored(first), ofAnn())).containsExactly(0L, 0L);
    }

    @Test
    void aParentThatWasInsertedInsideIsForgotten() {
        List<Post> inserted = new ArrayList<>();
        spring.outer(session -> {
            comment(session, first);
            session.flush();
            spring.rolledBack(nested -> {
                Post post = new Post("third");
                inserted.add(post);
                nested.persist(post);
                comment(nested, post);
            });
        });
        assertThat(List.of(stored(first), ofAnn())).containsExactly(1L, 1L);
        assertThat(db.number("select count(*) from post where id = " + inserted.get(0).id))
                .isZero();
    }

    @Test
    void counterCallsAreTakenBackInMemoryToo() {
        db.execute("update post set comments_count = 5");
        spring.outer(session -> {
            Post post = session.find(Post.class, first.id);
            spring.rolledBack(nested -> {
                CounterCaches.of(nested).on(Post.class, first.id).increment("commentsCount", 7);
                assertThat(post.shown()).isEqualTo(12);
            });
            assertThat(post.shown()).isEqualTo(5);
            spring.rolledBack(nested -> {
                CounterCaches.of(nested).on(Post.class, first.id).add(Map.of("commentsCount", -5));
                CounterCaches.of(nested)
                        .on(Post.class, List.of(first.id, second.id))
                        .increment("commentsCount", 2);
            });
            assertThat(post.shown()).isEqualTo(5);
            spring.rolledBack(nested -> {
                CounterCaches.of(nested).on(Post.class, first.id).reset();
                assertThat(post.shown()).isZero();
            });
            assertThat(post.shown()).isEqualTo(5);
        });
        assertThat(stored(first)).isEqualTo(5);
        db.inTransaction(session -> CounterCaches.of(session)
                .on(Post.class, List.of(first.id, second.id))
                .reset());
    }

    @Test
    @SinceHibernate("7.2")
    void aStatelessSessionThatSharesTheTransaction() {
        spring.outer(session -> {
            try (StatelessSession stateless =
                    session.statelessWithOptions().connection().open()) {
                insert(stateless, new Comment(first));
                spring.rolledBack(nested -> stateless.insertMultiple(List.of(new Comment(first), new Comment(second))));
                insert(stateless, new Comment(second));
            }
        });
        assertThat(List.of(stored(first), stored(second))).containsExactly(1L, 1L);
    }

    @Test
    @SinceHibernate("7.2")
    void whatIsBatchedInsideIsNotSentLater() {
        spring.outer((Session session, TransactionStatus status) -> {
            try (StatelessSession stateless =
                    session.statelessWithOptions().connection().open()) {
                session.setJdbcBatchSize(10); // which is that of all who share its connection
                insert(stateless, new Comment(first));
                CounterCaches.of(stateless).flush();
                Object savepoint = status.createSavepoint();
                insert(stateless, new Comment(second));
                status.rollbackToSavepoint(savepoint);
                insert(stateless, new Comment(first));
            }
        });
        assertThat(List.of(stored(first), stored(second))).containsExactly(2L, 0L);
        assertThat(db.number("select count(*) from comment")).isEqualTo(2);
    }

    @Test
    @SinceHibernate("7.2")
    void aBatchThatIsOpenWhenTheSavepointIsSetMayBeSentInTheNestedTransaction() {
        spring.outer(session -> {
            try (StatelessSession stateless =
                    session.statelessWithOptions().connection().open()) {
                session.setJdbcBatchSize(10); // which is that of all who share its connection
                insert(stateless, new Comment(first));
                spring.nested(nested -> insert(stateless, new Comment(second)));
            }
        });
        assertThat(List.of(stored(first), stored(second))).containsExactly(1L, 1L);
    }

    @Test
    @SinceHibernate("7.2")
    void aBatchThatIsOpenWhenTheSavepointIsSetCannotBeToldFromWhatIsTakenBack() {
        List<RuntimeException> refusals = new ArrayList<>();
        try {
            spring.outer(session -> {
                try (StatelessSession stateless =
                        session.statelessWithOptions().connection().open()) {
                    session.setJdbcBatchSize(10);
                    insert(stateless, new Comment(first));
                    spring.rolledBack(nested -> insert(stateless, new Comment(second)));
                } catch (CounterCacheException refusal) {
                    refusals.add(refusal);
                }
            });
        } catch (UnexpectedRollbackException said) {
            assertThat(manager).isEqualTo("jpa"); // the other one rolls back without a word
        }
        assertThat(refusals)
                .singleElement()
                .extracting(Throwable::getMessage)
                .isEqualTo(
                        "A JDBC batch was open when the savepoint was set, and what it had counted is taken back with it: send the batch before, by CounterCaches.flush()");
        assertThat(db.number("select count(*) from comment")).isZero();
    }

    @Test
    void aSessionWithATransactionOfItsOwnKeepsWhatItHas() {
        spring.outer(session -> {
            comment(session, first);
            session.flush();
            spring.rolledBack(nested -> {
                comment(nested, first);
                // of nobody that the outer transaction has a lock on
                db.inTransaction(other -> other.persist(new Comment(other.find(Post.class, second.id))));
            });
        });
        assertThat(List.of(stored(first), stored(second))).containsExactly(1L, 1L);
    }

    @Test
    void aSessionOpenedByHandBeforeTheSavepointKeepsWhatItHas() {
        spring.outer(session -> {
            try (Session byHand = db.factory().openSession()) {
                byHand.beginTransaction();
                spring.rolledBack(nested -> {
                    byHand.persist(new Comment(byHand.find(Post.class, second.id)));
                    byHand.flush();
                    nested.persist(new Comment(nested.find(Post.class, first.id)));
                });
                byHand.getTransaction().commit();
            }
        });
        assertThat(List.of(stored(first), stored(second))).containsExactly(0L, 1L);
    }

    /** Of one that is set past Spring nobody hears: what is written has to be on the right side of it. */
    @Test
    void aPlainSavepointBetweenWritesTakesBackWhatIsCounted() {
        db.inTransaction(session -> {
            comment(session, first);
            CounterCaches.of(session).flush();
            Savepoint savepoint = session.doReturningWork(Connection::setSavepoint);
            comment(session, first);
            comment(session, second);
            CounterCaches.of(session).flush();
            session.doWork(connection -> connection.rollback(savepoint));
            session.clear();
            comment(session, second);
        });
        assertThat(List.of(stored(first), stored(second), ofAnn())).containsExactly(1L, 1L, 2L);
    }
}
