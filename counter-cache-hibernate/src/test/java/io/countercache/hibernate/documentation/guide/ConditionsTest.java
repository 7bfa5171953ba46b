package io.countercache.hibernate.documentation.guide;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.CounterCache;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Table;
import java.time.LocalDate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The code of docs/guide/conditions-and-totals.md. */
class ConditionsTest {

    enum Status {
        DRAFT,
        PUBLISHED
    }

    @Entity(name = "Company")
    static class Company {
        @Id
        long id = 1;

        int commentsCount;
    }

    @Entity(name = "User")
    @Table(name = "users")
    static class User {
        @Id
        long id;

        @ManyToOne
        Company company;

        int publishedCount;
        int commentsCount;

        User() {}

        User(long id, Company company) {
            this.id = id;
            this.company = company;
        }
    }

    @Entity(name = "Article")
    static class Article {
        @Id
        long id = 1;

        Status status = Status.DRAFT;
        LocalDate hidden;

        // tag::where[]
        @ManyToOne
        @CounterCache(value = "publishedCount", where = "status = PUBLISHED and hidden is null")
        User author;
        // end::where[]
    }

    @Entity(name = "Post")
    static class Post {
        @Id
        long id = 1;

        @ManyToOne
        User author;

        int commentsCount;
        long wordsTotal;
    }

    @Entity(name = "Comment")
    static class Comment {
        @Id
        long id = 1;

        // tag::path[]
        @ManyToOne
        @CounterCache
        @CounterCache(value = "commentsCount", path = "author")
        @CounterCache(value = "commentsCount", path = "author.company")
        Post post;
        // end::path[]
    }

    @Entity(name = "Chapter")
    static class Chapter {
        @Id
        long id = 1;

        Integer words;

        // tag::sum[]
        @ManyToOne
        @CounterCache(value = "wordsTotal", sum = "words")
        Post post;
        // end::sum[]
    }

    @RegisterExtension
    TestDatabase db =
            TestDatabase.shared(Company.class, User.class, Article.class, Post.class, Comment.class, Chapter.class);

    User author;
    Post post;

    @BeforeEach
    void rows() {
        db.inTransaction(session -> {
            Company company = new Company();
            session.persist(company);
            author = new User(1, company);
            session.persist(author);
            session.persist(new User(2, null));
            post = new Post();
            post.author = author;
            session.persist(post);
        });
    }

    @Test
    void anArticleIsCountedWhileTheConditionIsTrue() {
        Article article = new Article();
        article.author = author;
        db.persist(article);
        assertThat(published()).isZero();

        db.inTransaction(session -> session.find(Article.class, 1L).status = Status.PUBLISHED);
        assertThat(published()).isEqualTo(1);

        db.inTransaction(session -> session.find(Article.class, 1L).hidden = LocalDate.of(2026, 5, 1));
        assertThat(published()).isZero();
    }

    private long published() {
        return db.number("select published_count from users where id = 1");
    }

    @Test
    void aTotalMovesByTheDifference() {
        Chapter chapter = new Chapter();
        chapter.post = post;
        db.persist(chapter);
        assertThat(db.number("select words_total from post")).isZero();

        db.inTransaction(session -> session.find(Chapter.class, 1L).words = 70);
        db.inTransaction(session -> session.find(Chapter.class, 1L).words = 50);
        assertThat(db.number("select words_total from post")).isEqualTo(50);
    }

    @Test
    void aPostTakesItsCommentsAlong() {
        Comment comment = new Comment();
        comment.post = post;
        db.persist(comment);
        assertThat(db.number("select comments_count from post")).isEqualTo(1);
        assertThat(comments(1)).isEqualTo(1);
        assertThat(db.number("select comments_count from company")).isEqualTo(1);

        db.inTransaction(session -> session.find(Post.class, 1L).author = session.find(User.class, 2L));
        assertThat(db.number("select comments_count from post")).isEqualTo(1);
        assertThat(comments(1)).isZero();
        assertThat(comments(2)).isEqualTo(1);
        assertThat(db.number("select comments_count from company"))
                .as("the new author has none")
                .isZero();
    }

    private long comments(long user) {
        return db.number("select comments_count from users where id = " + user);
    }
}
