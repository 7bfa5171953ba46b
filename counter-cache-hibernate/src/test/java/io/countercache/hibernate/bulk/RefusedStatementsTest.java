package io.countercache.hibernate.bulk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.UncountableStatementException;
import io.countercache.hibernate.support.BeforeHibernate;
import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.TestDatabase;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Bulk statements where Hibernate is too old for them to be counted: refused, and nothing is changed. */
@BeforeHibernate("7.2")
class RefusedStatementsTest {

    @RegisterExtension
    final TestDatabase database = TestDatabase.with(Post.class, Author.class, Comment.class);

    private final Post post = new Post("one");
    private final Author author = new Author("ann");
    private final Comment comment = new Comment(post, author);

    @BeforeEach
    void oneComment() {
        database.inTransaction(session -> {
            session.persist(author);
            session.persist(post);
            session.persist(comment);
        });
    }

    private int execute(String hql) {
        return database.fromTransaction(
                session -> session.createMutationQuery(hql).executeUpdate());
    }

    private void isRefused(String hql) {
        assertThatThrownBy(() -> execute(hql))
                .isInstanceOf(UncountableStatementException.class)
                .hasMessageContaining("Hibernate 7.2");
        assertThat(database.number("select count(*) from comment where post_id is not null"))
                .isOne();
    }

    @Test
    void whatDeletesCountedRowsIsRefused() {
        isRefused("delete from Comment");
    }

    @Test
    void whatMovesCountedRowsIsRefused() {
        isRefused("update Comment set post = null");
    }

    @Test
    void whatInsertsCountedRowsIsRefused() {
        isRefused("insert into Comment (text, version, post, author) select 'copy', 0, post, author from Comment");
    }

    @Test
    void whatMovesNoCounterIsExecuted() {
        assertThat(execute("update Comment set text = 'changed'")).isOne();
        assertThat(execute("update Post set title = 'changed'")).isOne();
    }
}
