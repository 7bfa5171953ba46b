package io.countercache.hibernate.documentation.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.countercache.CounterCache;
import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OneToMany;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.hibernate.Hibernate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ReadingCountersTest {

    @Entity(name = "Post")
    static class Post {
        @Id
        long id;

        @OneToMany(mappedBy = "post")
        List<Comment> comments = new ArrayList<>();

        int commentsCount;

        // tag::sizeOfCollection[]
        @ElementCollection
        @CounterCache(size = true)
        Set<String> links = new HashSet<>();
        // end::sizeOfCollection[]

        int linksCount;

        Post() {}

        Post(long id) {
            this.id = id;
        }

        List<Comment> getComments() {
            return comments;
        }
    }

    @Entity(name = "Comment")
    static class Comment {
        @Id
        @GeneratedValue
        Long id;

        // tag::sizeByToOne[]
        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(size = true)
        Post post;
        // end::sizeByToOne[]

        Comment() {}

        Comment(Post post) {
            this.post = post;
        }
    }

    @RegisterExtension
    TestDatabase db =
            TestDatabase.shared(Post.class, Comment.class).setting(CounterCacheSettings.COLLECTION_SIZE, true);

    /** The first has 1 comment, the last 20. */
    @BeforeEach
    void twentyPosts() {
        db.inTransaction(session -> {
            for (int i = 1; i <= 20; i++) {
                Post post = new Post(i);
                post.links.add("a link");
                session.persist(post);
                for (int j = 0; j < i; j++) {
                    session.persist(new Comment(post));
                }
            }
        });
    }

    @Test
    void aCounterIsAnAttribute() {
        assertThat(db.fromTransaction(ReadingCountersTest::top))
                .extracting(post -> post.commentsCount)
                .containsExactly(20, 19, 18, 17, 16, 15, 14, 13, 12, 11);
    }

    private static List<Post> top(EntityManager entityManager) {
        // tag::query[]
        List<Post> top = entityManager
                .createQuery(
                        "select p from Post p where p.commentsCount > 10 order by p.commentsCount desc", Post.class)
                .getResultList();
        // end::query[]
        return top;
    }

    @Test
    void aPageOf20PostsWithTheirSizesIsOneStatement() {
        List<String> statements = db.statementsOf(() -> db.inTransaction(session -> {
            List<Post> page = session.createSelectionQuery("from Post order by id", Post.class)
                    .setMaxResults(20)
                    .getResultList();
            assertThat(page).hasSize(20).allSatisfy(post -> {
                assertThat(post.getComments().size()).isEqualTo(post.commentsCount);
                assertThat(post.links.isEmpty()).isFalse();
                assertThat(Hibernate.isInitialized(post.getComments())).isFalse();
            });
        }));
        assertThat(statements).hasSize(1);
    }

    @Test
    void sizeInJpqlCountsTheRows() {
        List<String> statements =
                db.statementsOf(() -> db.inTransaction(session -> assertThat(session.createSelectionQuery(
                                        "select size(p.comments) from Post p where p.id = 7", Integer.class)
                                .getSingleResult())
                        .isEqualTo(7)));
        assertThat(statements).singleElement().satisfies(sql -> assertThat(sql).contains("count("));
    }

    @Test
    void mostCodeDoesNotNoticeAnOldSize() {
        assumeFalse(TestServer.IS_MARIADB, TestServer.OLD_ROWS);
        db.persist(new Post(30));
        db.persist(new Post(31));
        db.inTransaction(session -> {
            List<Comment> comments = session.find(Post.class, 30L).getComments();
            List<Comment> other = session.find(Post.class, 31L).getComments();
            db.persist(new Comment(session.find(Post.class, 30L)));
            assertThat(comments.size()).isZero();
            assertThat(other.addAll(comments)).isFalse();
            assertThat(new ArrayList<>(comments)).hasSize(1);
            assertThat(other.addAll(comments)).isTrue();
        });
    }
}
