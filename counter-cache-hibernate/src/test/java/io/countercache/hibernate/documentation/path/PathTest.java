package io.countercache.hibernate.documentation.path;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.CounterCache;
import io.countercache.hibernate.documentation.Blocks;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@Tag("postgresql")
class PathTest {

    @Entity(name = "Author")
    static class Author {
        @Id
        @GeneratedValue
        Long id;

        int commentsCount;
    }

    @Entity(name = "Post")
    static class Post {
        @Id
        @GeneratedValue
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        Author author;
    }

    @Entity(name = "Comment")
    static class Comment {
        @Id
        @GeneratedValue
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        // tag::path[]
        @CounterCache(value = "commentsCount", path = "author")
        Post post;
        // end::path[]
    }

    @RegisterExtension
    TestDatabase db = TestDatabase.with(Author.class, Post.class, Comment.class);

    @Test
    @SinceHibernate("7.4")
    void thePathIsLocked() {
        Post post = new Post();
        post.author = db.persist(new Author());
        db.persist(post);
        Comment comment = new Comment();
        comment.post = post;

        List<String> statements = db.statementsOf(() -> db.persist(comment));

        assertThat(statements.stream().map(Blocks::inOneLine))
                .containsSubsequence(Blocks.testedBy("PathTest#thePathIsLocked"));
    }
}
