package io.countercache.hibernate.bulk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.UncountableStatementException;
import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import org.hibernate.Session;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Bulk INSERTs of rows that are counted; after each test every counter has to be right. */
@SinceHibernate("7.2")
@Tag("databases")
class BulkInsertTest {

    @RegisterExtension
    final TestDatabase database = TestDatabase.shared(Post.class, Author.class, Comment.class);

    private final Post one = new Post("one");
    private final Post other = new Post("other");

    @BeforeEach
    void twoPosts() {
        database.inTransaction(session -> {
            session.persist(one);
            session.persist(other);
            session.persist(new Author("ann"));
        });
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

    @Test
    void selectedRowsAreCounted() {
        assertThat(execute("insert into Comment (post, text) select p, p.title || '!' from Post p"))
                .isEqualTo(2);
        assertThat(execute(
                        "insert into Comment (post, author, text) select c.post, a, c.text || '!' from Comment c, Author a where c.post.title = ?1",
                        "one"))
                .isEqualTo(1);

        assertThat(count(one)).isEqualTo(2);
        assertThat(count(other)).isEqualTo(1);
        assertThat(database.number("select comments_count from author")).isEqualTo(1);
    }

    @Test
    void valuesAreCounted() {
        assertThat(execute(
                        "insert into Comment (post, text) values (?1, 'a'), (?2, 'b'), (?1, 'c'), (null, 'd')",
                        one,
                        other))
                .isEqualTo(4);

        assertThat(count(one)).isEqualTo(2);
        assertThat(count(other)).isEqualTo(1);
    }

    @Test
    void rowsMayBringTheirIds() {
        assertThat(execute("insert into Comment (id, post, text) values (5000, ?1, 'a')", one))
                .isEqualTo(1);
        assertThat(execute("insert into Comment (id, post, text) select 6000 + p.id, p, p.title from Post p"))
                .isEqualTo(2);

        assertThat(count(one)).isEqualTo(2);
        assertThat(count(other)).isEqualTo(1);
    }

    @Test
    void aStatelessSessionCountsThemToo() {
        database.factory()
                .inStatelessTransaction(
                        session -> session.createMutationQuery("insert into Comment (post, text) values (:post, 'a')")
                                .setParameter("post", one)
                                .executeUpdate());

        assertThat(count(one)).isEqualTo(1);
    }

    @Test
    void criteriaAreCounted() {
        database.inTransaction(session -> {
            var builder = session.getCriteriaBuilder();
            var insert = builder.createCriteriaInsertSelect(Comment.class);
            insert.setInsertionTargetPaths(
                    insert.getTarget().get("post"), insert.getTarget().get("text"));
            var select = builder.createTupleQuery();
            var post = select.from(Post.class);
            select.select(builder.tuple(post, post.get("title")));
            insert.select(select);
            assertThat(session.createMutationQuery(insert).executeUpdate()).isEqualTo(2);
        });

        assertThat(count(one)).isEqualTo(1);
    }

    @Test
    void whatMayConflictIsRefused() {
        execute("insert into Comment (id, post, text) values (5000, ?1, 'a')", one);

        assertThatThrownBy(() -> execute(
                        "insert into Comment (id, post, text) values (5000, ?1, 'b') on conflict (id) do update set post = excluded.post",
                        other))
                .isInstanceOf(UncountableStatementException.class)
                .hasMessageContaining(" into comment")
                .hasMessageContaining("rows of Comment are counted, and on conflict does not tell")
                .hasMessageContaining("change the entities one by one, or give the statement the comment");
        assertThatThrownBy(() ->
                        execute("insert into Comment (post, text) select p, 'a' from Post p on conflict do nothing"))
                .isInstanceOf(UncountableStatementException.class)
                .hasMessageContaining("on conflict");

        assertThat(count(one)).isEqualTo(1);
        assertThat(count(other)).isZero();
    }

    @Test
    void bulkInsertsCanBeRejectedOrIgnored() {
        var rejecting = database.configuration().setProperty(CounterCacheSettings.BULK, "reject");
        try (var factory = rejecting.buildSessionFactory()) {
            for (String values :
                    new String[] {"(post, text) values (?1, 'a')", "(id, post, text) values (7, ?1, 'a')"}) {
                assertThatThrownBy(() ->
                                factory.inTransaction(session -> run(session, "insert into Comment " + values, one)))
                        .isInstanceOf(UncountableStatementException.class)
                        .hasMessageContaining("hibernate.counter_cache.bulk is reject");
            }
        }
        database.inTransaction(session -> session.createMutationQuery(
                        "insert into Comment (post, text) select p, 'x' || p.title from Post p")
                .setComment(CounterCacheSettings.IGNORE_STATEMENT)
                .executeUpdate());

        assertThat(count(one)).isZero();
        assertThat(CounterRepair.of(database.factory(), Post.class).repair().drifted())
                .isEqualTo(2);
    }

    @Test
    void insertsElsewhereAreSentAsTheyAre() {
        var sent = database.statementsOf(() -> execute("insert into Author (name, commentsCount) values ('bob', 0)"));

        assertThat(sent).hasSize(1);
        assertThat(sent.get(0)).startsWith("insert into author");
    }
}
