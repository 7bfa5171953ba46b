package io.countercache.hibernate.counting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.UncountableStatementException;
import io.countercache.hibernate.support.BeforeHibernate;
import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.TestDatabase;
import java.util.function.Consumer;
import org.hibernate.StatelessSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Stateless sessions where Hibernate is too old for them to be counted: refused, and nothing is changed. */
@BeforeHibernate("7.2")
class RefusedStatelessTest {

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

    private void isRefused(Consumer<StatelessSession> change) {
        assertThatThrownBy(() -> database.factory().inStatelessTransaction(change))
                .isInstanceOf(UncountableStatementException.class)
                .hasMessageContaining("Hibernate 7.2");
        assertThat(database.number("select count(*) from comment where post_id is not null"))
                .isOne();
    }

    @Test
    void anInsertOfACountedRowIsRefused() {
        isRefused(session -> session.insert(new Comment(post, author)));
    }

    @Test
    void anUpdateThatMovesACountedRowIsRefused() {
        comment.post = null;
        isRefused(session -> session.update(comment));
    }

    @Test
    void aDeleteOfACountedRowIsRefused() {
        isRefused(session -> session.delete(comment));
    }

    @Test
    void aParentMayBeUpdated() {
        post.title = "changed";
        database.factory().inStatelessTransaction(session -> session.update(post));
        assertThat(database.number("select count(*) from post where title = 'changed'"))
                .isOne();
    }
}
