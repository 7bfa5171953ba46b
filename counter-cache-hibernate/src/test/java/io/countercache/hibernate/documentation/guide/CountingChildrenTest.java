package io.countercache.hibernate.documentation.guide;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.CounterCache;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OneToMany;
import jakarta.persistence.Table;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.hibernate.annotations.Any;
import org.hibernate.annotations.AnyDiscriminatorValue;
import org.hibernate.annotations.AnyKeyJavaClass;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class CountingChildrenTest {

    @Entity(name = "Post")
    static class Post {
        @Id
        long id = 1;

        // tag::collection[]
        @OneToMany(mappedBy = "post")
        @CounterCache
        List<Comment> comments;
        // end::collection[]

        int commentsCount;
        int numberOfComments;
        int answersCount;
        Instant discussedAt;
        Instant changedAt;
        int likesCount;
    }

    @Entity(name = "Comment")
    static class Comment {
        @Id
        @GeneratedValue
        Long id;

        @ManyToOne
        Post post;
    }

    @Entity(name = "Named")
    static class Named {
        @Id
        @GeneratedValue
        Long id;

        // tag::named[]
        @ManyToOne
        @CounterCache("numberOfComments")
        Post post;
        // end::named[]
    }

    @Entity(name = "Answer")
    static class Answer {
        @Id
        @GeneratedValue
        Long id;

        // tag::touch[]
        @ManyToOne
        @CounterCache(touch = "discussedAt")
        Post post;
        // end::touch[]
    }

    @Entity(name = "Photo")
    static class Photo {
        @Id
        long id = 1;

        int likesCount;
    }

    @Entity(name = "Like")
    @Table(name = "likes")
    static class Like {
        @Id
        @GeneratedValue
        Long id;

        // tag::any[]
        @Any
        @AnyDiscriminatorValue(discriminator = "post", entity = Post.class)
        @AnyDiscriminatorValue(discriminator = "photo", entity = Photo.class)
        @AnyKeyJavaClass(Long.class)
        @Column(name = "target_type")
        @JoinColumn(name = "target_id")
        @CounterCache("likesCount")
        Object target;
        // end::any[]
    }

    @RegisterExtension
    TestDatabase db = TestDatabase.shared(
            Post.class, Comment.class, Named.class, Answer.class, Photo.class, Like.class, Category.class);

    Post post;

    @BeforeEach
    void aPost() {
        post = db.persist(new Post());
    }

    @Test
    void theAnnotationOnTheCollectionWillDo() {
        Comment comment = new Comment();
        comment.post = post;
        db.persist(comment);
        assertThat(db.number("select comments_count from post")).isEqualTo(1);
    }

    @Test
    void theAttributeMayHaveAnyName() {
        Named comment = new Named();
        comment.post = post;
        db.persist(comment);
        assertThat(db.number("select number_of_comments from post")).isEqualTo(1);
    }

    @Test
    void aChildIsCountedOnceItGetsAParent() {
        Comment comment = db.persist(new Comment());
        assertThat(db.number("select comments_count from post")).isZero();
        db.inTransaction(session -> session.find(Comment.class, comment.id).post = post);
        assertThat(db.number("select comments_count from post")).isEqualTo(1);
    }

    @Test
    void aTreeCountsDirectChildren() {
        db.inTransaction(session -> {
            Category fruit = new Category(1, null);
            Category apples = new Category(2, fruit);
            List.of(fruit, apples, new Category(3, fruit), new Category(4, apples))
                    .forEach(session::persist);
        });
        assertThat(db.number("select children_count from category where id = 1"))
                .isEqualTo(2);
    }

    @Test
    void eachKindOfParentIsCounted() {
        Photo photo = db.persist(new Photo());
        for (Object target : List.of(post, photo, photo)) {
            Like like = new Like();
            like.target = target;
            db.persist(like);
        }
        assertThat(db.number("select likes_count from post")).isEqualTo(1);
        assertThat(db.number("select likes_count from photo")).isEqualTo(2);
    }

    @Test
    void theNamedTimestampIsTheTimeOfTheUpdate() {
        Instant before = Instant.now().truncatedTo(ChronoUnit.MICROS);
        Answer answer = new Answer();
        answer.post = post;

        List<String> statements = db.statementsOf(() -> db.persist(answer));

        assertThat(TestDatabase.counterUpdates(statements))
                .singleElement()
                .satisfies(update -> assertThat(update).contains("discussed_at"));
        Post touched = db.fromTransaction(session -> session.find(Post.class, post.id));
        assertThat(touched.discussedAt).isBetween(before, Instant.now());
        assertThat(touched.changedAt).isNull();
    }
}
