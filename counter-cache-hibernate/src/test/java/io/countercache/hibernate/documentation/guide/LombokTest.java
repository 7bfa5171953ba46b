package io.countercache.hibernate.documentation.guide;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.CounterCache;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What Lombok generates, written out. */
class LombokTest {

    @Entity(name = "Post")
    static class Post {
        @Id
        private long id;

        // tag::counter[]
        private int commentsCount;

        public int getCommentsCount() {
            return commentsCount;
        }
        // end::counter[]

        Post() {}

        /** As of {@code @AllArgsConstructor} or {@code @Builder}. */
        Post(long id, int commentsCount) {
            this.id = id;
            this.commentsCount = commentsCount;
        }

        /** As of {@code @Setter}. */
        void setCommentsCount(int commentsCount) {
            this.commentsCount = commentsCount;
        }

        /** As of {@code @EqualsAndHashCode}. */
        @Override
        public boolean equals(Object other) {
            return other instanceof Post post && id == post.id && commentsCount == post.commentsCount;
        }

        @Override
        public int hashCode() {
            return Objects.hash(id, commentsCount);
        }
    }

    @Entity(name = "Comment")
    static class Comment {
        private Long id;
        private Post post;

        Comment() {}

        Comment(Post post) {
            this.post = post;
        }

        @Id
        @GeneratedValue
        Long getId() {
            return id;
        }

        void setId(Long id) {
            this.id = id;
        }

        /** Annotated as all else here. */
        @ManyToOne
        @CounterCache
        Post getPost() {
            return post;
        }

        void setPost(Post post) {
            this.post = post;
        }
    }

    @RegisterExtension
    TestDatabase db = TestDatabase.shared(Post.class, Comment.class);

    private long stored() {
        return db.number("select comments_count from post");
    }

    @Test
    void whatAConstructorSetsIsNotStored() {
        db.persist(new Post(1, 99));
        assertThat(stored()).isZero();
    }

    @Test
    void whatASetterSetsIsNotStored() {
        db.persist(new Post(1, 0));
        db.inTransaction(session -> {
            Post post = session.find(Post.class, 1L);
            post.setCommentsCount(99);
            session.flush();
            assertThat(post.getCommentsCount()).isZero();
        });
        assertThat(stored()).isZero();
    }

    @Test
    void aHashCodeOfTheCounterLosesTheEntity() {
        db.persist(new Post(1, 0));
        db.inTransaction(session -> {
            Post post = session.find(Post.class, 1L);
            Set<Post> posts = new HashSet<>(List.of(post));
            session.persist(new Comment(post));
            assertThat(posts.contains(post)).isTrue();
            session.flush();
            assertThat(posts.contains(post)).isFalse();
        });
    }
}
