package io.countercache.hibernate.documentation.guide;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.CounterCache;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class SeveralCountersTest {

    enum Status {
        DRAFT,
        PUBLISHED
    }

    @Entity(name = "Post")
    static class Post {
        @Id
        long id = 1;

        int commentsCount;
        int publishedCount;
        long wordsTotal;
    }

    @Entity(name = "Comment")
    static class Comment {
        @Id
        @GeneratedValue
        Long id;

        Status status;
        int words;

        // tag::several[]
        @ManyToOne
        @CounterCache("commentsCount")
        @CounterCache(value = "publishedCount", where = "status = PUBLISHED")
        @CounterCache(value = "wordsTotal", sum = "words")
        Post post;
        // end::several[]

        Comment() {}

        Comment(Post post, Status status, int words) {
            this.post = post;
            this.status = status;
            this.words = words;
        }
    }

    @RegisterExtension
    TestDatabase db = TestDatabase.with(Post.class, Comment.class);

    @Test
    void severalCountersAreWrittenInOneUpdate() {
        Post post = db.persist(new Post());

        List<String> statements = db.statementsOf(() -> db.inTransaction(session -> {
            session.persist(new Comment(post, Status.PUBLISHED, 100));
            session.persist(new Comment(post, Status.DRAFT, 50));
        }));

        assertThat(db.text("select concat(comments_count, ' ', published_count, ' ', words_total) from post"))
                .isEqualTo("2 1 150");
        assertThat(TestDatabase.counterUpdates(statements)).hasSize(1);
    }
}
