package io.countercache.hibernate.bulk;

import static io.countercache.hibernate.support.SameSource.createMutationQuery;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.UncountableStatementException;
import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import java.util.List;
import java.util.function.ToIntFunction;
import org.hibernate.Session;
import org.hibernate.StatelessSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Bulk statements on rows that are counted; after each test every counter has to be right. */
@SinceHibernate("7.2")
class BulkTest {

    @RegisterExtension
    final TestDatabase database = TestDatabase.shared(Post.class, Author.class, Comment.class);

    private final Post one = new Post("one");
    private final Post other = new Post("other");
    private final Author author = new Author("ann");

    @BeforeEach
    void threeAndTwoComments() {
        database.inTransaction(session -> {
            session.persist(one);
            session.persist(other);
            session.persist(author);
            for (int i = 0; i < 3; i++) {
                session.persist(comment(one, "a" + i));
            }
            for (int i = 0; i < 2; i++) {
                session.persist(comment(other, "b" + i));
            }
            session.persist(comment(null, "nowhere"));
        });
    }

    private Comment comment(Post post, String text) {
        Comment comment = new Comment(post, author);
        comment.text = text;
        return comment;
    }

    private int execute(String hql, Object... parameters) {
        return database.fromTransaction(session -> run(session, hql, parameters));
    }

    private static int run(Session session, String hql, Object... parameters) {
        var query = session.createMutationQuery(hql);
        for (int i = 0; i < parameters.length; i++) {
            query.setParameter(i + 1, parameters[i]);
        }
        return query.executeUpdate();
    }

    private int count(Post post) {
        return (int) database.number("select comments_count from post where id = " + post.id);
    }

    private int countOfAuthor() {
        return (int) database.number("select comments_count from author");
    }

    @Test
    void deletedRowsAreTakenFromTheirParents() {
        assertThat(execute("delete from Comment c where c.text like 'a%' and c.text <> 'a0'"))
                .isEqualTo(2);

        assertThat(count(one)).isEqualTo(1);
        assertThat(count(other)).isEqualTo(2);
        assertThat(countOfAuthor()).isEqualTo(4);
    }

    @Test
    void aDeleteWithoutConditionTakesAll() {
        assertThat(execute("delete Comment")).isEqualTo(6);

        assertThat(count(one)).isZero();
        assertThat(countOfAuthor()).isZero();
    }

    @Test
    void parametersAreThoseOfTheStatement() {
        assertThat(execute("delete from Comment where post = ?1 and text in ?2", one, List.of("a0", "a1", "b0")))
                .isEqualTo(2);
        assertThat(count(one)).isEqualTo(1);

        database.inTransaction(session -> session.createMutationQuery(
                        "update Comment c set c.post = :to where c.post.title = :title and c.text in (:texts)")
                .setParameter("to", one)
                .setParameter("title", "other")
                .setParameterList("texts", List.of("b0", "b1", "a2"))
                .executeUpdate());
        assertThat(count(one)).isEqualTo(3);
        assertThat(count(other)).isZero();
    }

    @Test
    void conditionsMayLookAtOtherTables() {
        assertThat(execute("delete from Comment c where c.post.title = 'one'")).isEqualTo(3);
        assertThat(execute(
                        "delete from Comment c where exists (select 1 from Post p where p = c.post and p.commentsCount > ?1)",
                        1))
                .isEqualTo(2);

        assertThat(count(one)).isZero();
        assertThat(count(other)).isZero();
    }

    @Test
    void movedRowsCountOnTheirNewParent() {
        assertThat(execute("update Comment set post = ?1 where post = ?2", other, one))
                .isEqualTo(3);

        assertThat(count(one)).isZero();
        assertThat(count(other)).isEqualTo(5);
        assertThat(countOfAuthor()).isEqualTo(6);
    }

    @Test
    void theNewParentMayBeAnExpression() {
        assertThat(
                        execute(
                                "update Comment c set c.post = (select p from Post p where p.title = 'one') where c.text <> 'nowhere'"))
                .isEqualTo(5);

        assertThat(count(one) + count(other)).isEqualTo(5);
        assertThat(count(one) * count(other)).isZero();
    }

    @Test
    void rowsMayLoseTheirParent() {
        assertThat(execute("update Comment set post = null, author = null where text like 'a%'"))
                .isEqualTo(3);

        assertThat(count(one)).isZero();
        assertThat(countOfAuthor()).isEqualTo(3);
    }

    @Test
    void criteriaAreCounted() {
        database.inTransaction(session -> {
            var builder = session.getCriteriaBuilder();
            var delete = builder.createCriteriaDelete(Comment.class);
            var root = delete.from(Comment.class);
            delete.where(root.get("text").in("a0", "b'0", "b1"));
            assertThat(createMutationQuery(session, delete).executeUpdate()).isEqualTo(2);

            var update = builder.createCriteriaUpdate(Comment.class);
            var title = builder.parameter(String.class);
            update.set(update.getRoot().<Post>get("post"), other);
            update.where(builder.equal(update.getRoot().get("post").get("title"), title));
            assertThat(createMutationQuery(session, update)
                            .setParameter(title, "one")
                            .executeUpdate())
                    .isEqualTo(2);
        });

        assertThat(count(one)).isZero();
        assertThat(count(other)).isEqualTo(3);
    }

    @Test
    void aStatelessSessionCountsThemToo() {
        int deleted = database.factory()
                .fromStatelessTransaction((StatelessSession session) -> session.createMutationQuery(
                                "delete from Comment where post = :post")
                        .setParameter("post", one)
                        .executeUpdate());

        assertThat(deleted).isEqualTo(3);
        assertThat(count(one)).isZero();
    }

    @Test
    void whatIsNotFlushedYetIsCountedOnce() {
        database.inTransaction(session -> {
            session.persist(comment(one, "a9"));
            session.remove(session.createSelectionQuery("from Comment where text = 'a0'", Comment.class)
                    .getSingleResult());
            assertThat(run(session, "delete from Comment where text like 'a%'")).isEqualTo(3);
        });

        assertThat(count(one)).isZero();
    }

    @Test
    void allCountersOfATransactionAreWrittenTogetherBeforeItsCommit() {
        List<String> sent = database.statementsOf(() -> database.inTransaction(session -> {
            session.persist(comment(one, "new"));
            run(session, "delete from Comment where text = 'a0'");
            run(session, "update Comment set post = ?1 where text = 'b0'", one);
        }));

        assertThat(TestDatabase.counterUpdates(sent)).hasSize(2); // one and other; the author's moves even out
        assertThat(sent.subList(sent.size() - 2, sent.size())).isEqualTo(TestDatabase.counterUpdates(sent));
    }

    @Test
    void managedParentsShowWhatWasDeleted() {
        database.inTransaction(session -> {
            Post post = session.find(Post.class, one.id);
            run(session, "delete from Comment where post = ?1", post);
            assertThat(post.commentsCount).isZero();
        });
    }

    @Test
    void whatCountsNothingCostsNothing() {
        List<String> sent = database.statementsOf(() -> execute("update Comment set text = 'x' || text"));

        assertThat(sent).hasSize(1);
        assertThat(sent.get(0)).startsWith("update ");
    }

    @Test
    void staleChildrenCannotBeMovedFromWhereTheyNoLongerAre() {
        database.inTransaction(session -> {
            Comment loaded = session.createSelectionQuery("from Comment where text = 'a0'", Comment.class)
                    .getSingleResult();
            run(session, "update Comment set post = ?1 where text = 'a0'", other);
            session.remove(loaded);
            assertThatThrownBy(session::flush).isInstanceOf(jakarta.persistence.OptimisticLockException.class);
            session.getTransaction().setRollbackOnly();
        });
    }

    @Test
    void aStatementMayBeIgnored() {
        ToIntFunction<Session> ignored =
                session -> session.createMutationQuery("delete from Comment where post = :post")
                        .setParameter("post", one)
                        .setComment(CounterCacheSettings.IGNORE_STATEMENT)
                        .executeUpdate();
        assertThat(database.<Integer>fromTransaction(ignored::applyAsInt)).isEqualTo(3);
        assertThat(count(one)).isEqualTo(3);

        database.inTransaction(session -> session.createMutationQuery("update Comment set post = null")
                .setHint("org.hibernate.comment", CounterCacheSettings.IGNORE_STATEMENT)
                .executeUpdate());
        assertThat(count(other)).isEqualTo(2);
        CounterRepair.of(database.factory(), Post.class).repair();
        CounterRepair.of(database.factory(), Author.class).repair();
    }

    @Test
    void whatIsSkippedIsNotCounted() {
        database.inTransaction(session -> {
            var counters = CounterCaches.of(session);
            try (var skipped = counters.skip()) {
                assertThat(skipped).isNotNull();
                run(session, "delete from Comment where post = ?1", one);
            }
            assertThat(counters.on(Post.class, one.id).reset()).hasSize(1);
            assertThat(counters.on(Author.class, "ann").reset()).hasSize(1);
        });
    }

    @Test
    void bulkStatementsCanBeRejected() {
        var rejecting = database.configuration().setProperty(CounterCacheSettings.BULK, "reject");
        try (var factory = rejecting.buildSessionFactory()) {
            assertThatThrownBy(() -> factory.inTransaction(session -> run(session, "delete from Comment")))
                    .isInstanceOf(UncountableStatementException.class)
                    .hasMessageContaining("delete from")
                    .hasMessageContaining("hibernate.counter_cache.bulk is reject")
                    .hasMessageContaining("'hibernate.counter_cache.bulk=ignore'");
            factory.inTransaction(session -> run(session, "update Comment set text = 'x' where text = 'a0'"));
        }
        assertThat(count(one)).isEqualTo(3);
    }
}
