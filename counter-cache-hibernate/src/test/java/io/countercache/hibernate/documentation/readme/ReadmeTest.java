package io.countercache.hibernate.documentation.readme;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.documentation.Blocks;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.EntityManager;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ReadmeTest {

    @RegisterExtension
    TestDatabase db = TestDatabase.with(Post.class, Comment.class);

    @Test
    void oneCounter() {
        Post post = db.persist(new Post());
        Comment first = db.persist(new Comment(post));

        List<String> statements = db.statementsOf(() ->
                db.inTransaction(session -> use(session, post, session.find(Comment.class, first.id))));

        assertThat(TestDatabase.counterUpdates(statements).stream().map(Blocks::inOneLine))
                .containsExactlyElementsOf(Blocks.testedBy("ReadmeTest#oneCounter").stream()
                        .distinct()
                        .toList());
        assertThat(db.number("select comments_count from post")).isEqualTo(2);
    }

    private static void use(EntityManager entityManager, Post post, Comment old) {
        // tag::use[]
        entityManager.persist(new Comment(post));
        entityManager.persist(new Comment(post));
        entityManager.remove(old);
        // end::use[]
    }

    @Test
    @Tag("postgresql")
    @SinceHibernate("7.4")
    void childrenWithoutVersion() {
        Post post = db.persist(new Post());
        List<Comment> comments =
                List.of(db.persist(new Comment(post)), db.persist(new Comment(post)), db.persist(new Comment(post)));

        List<String> statements = db.statementsOf(() -> db.inTransaction(
                session -> comments.forEach(comment -> session.remove(session.find(Comment.class, comment.id)))));

        assertThat(statements.stream().map(Blocks::inOneLine))
                .containsAll(Blocks.testedBy("ReadmeTest#childrenWithoutVersion"));
    }

    @Test
    @Tag("postgresql")
    void manyRows() {
        List<Post> posts = Stream.generate(Post::new).limit(20).toList();
        db.inTransaction(session -> posts.forEach(session::persist));

        List<String> statements = db.statementsOf(
                () -> db.inTransaction(session -> posts.forEach(post -> session.persist(new Comment(post)))));

        assertThat(statements.stream().map(Blocks::inOneLine)).containsAll(Blocks.testedBy("ReadmeTest#manyRows"));
    }

    @Test
    @Tag("postgresql")
    void oneMessageWithTheCommit() {
        Post post = db.persist(new Post());

        List<String> messages = db.messagesOf(() -> db.persist(new Comment(post)));

        assertThat(messages.get(messages.size() - 1).split("; ", -1))
                .extracting(Blocks::inOneLine)
                .isEqualTo(Blocks.testedBy("ReadmeTest#oneMessageWithTheCommit"));
    }

    @Test
    @Tag("postgresql")
    @SinceHibernate("7.4")
    void aVerification() {
        db.persist(new Comment(db.persist(new Post())));

        List<String> statements =
                db.statementsOf(() -> CounterRepair.of(db.factory(), Post.class).verify());

        assertThat(statements.stream().map(Blocks::inOneLine)).containsAll(Blocks.testedBy("ReadmeTest#aVerification"));
    }
}
