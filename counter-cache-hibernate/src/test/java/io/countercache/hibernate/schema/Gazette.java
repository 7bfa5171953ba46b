package io.countercache.hibernate.schema;

import io.countercache.Counter;
import io.countercache.CounterCache;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.Index;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.JoinTable;
import jakarta.persistence.ManyToMany;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Table;
import java.math.BigDecimal;
import java.util.HashSet;
import java.util.Set;
import org.hibernate.annotations.OnDelete;
import org.hibernate.annotations.OnDeleteAction;

/** Articles of authors of publishers, with comments and tags. Every foreign key has an index. */
final class Gazette {

    private Gazette() {}

    @Entity(name = "Publisher")
    static class Publisher {
        @Id
        Long id;
    }

    @Entity(name = "Author")
    static class Author {
        @Id
        Long id;

        Integer commentsCount;

        double score;

        @ManyToOne(fetch = FetchType.LAZY)
        Publisher publisher;

        Author() {}

        Author(long id) {
            this.id = id;
        }
    }

    @Entity(name = "Article")
    static class Article {
        @Id
        Long id;

        int commentsCount;

        @Column(precision = 10, scale = 2)
        BigDecimal paid;

        @Counter
        long views;

        @ManyToMany
        @JoinTable(
                name = "article_tag",
                joinColumns = @JoinColumn(name = "article_id"),
                inverseJoinColumns = @JoinColumn(name = "tag_id"),
                indexes = @Index(columnList = "article_id"))
        @CounterCache("tagsCount")
        Set<Tag> tags = new HashSet<>();

        int tagsCount;

        Article() {}

        Article(long id) {
            this.id = id;
        }
    }

    @Entity(name = "Tag")
    static class Tag {
        @Id
        Long id;
    }

    @Entity(name = "Comment")
    @Table(indexes = {@Index(columnList = "article_id"), @Index(columnList = "author_id, status")})
    static class Comment {
        @Id
        Long id;

        String status = "OPEN";

        String note;

        double weight;

        @Column(precision = 10, scale = 2)
        BigDecimal fee;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(value = "commentsCount", where = "status = 'OPEN' and note is null")
        @CounterCache(value = "paid", sum = "fee")
        Article article;

        @ManyToOne(fetch = FetchType.LAZY)
        @OnDelete(action = OnDeleteAction.CASCADE)
        @CounterCache("commentsCount")
        @CounterCache(value = "score", sum = "weight")
        Author author;

        Comment() {}

        Comment(long id, Article article, Author author) {
            this.id = id;
            this.article = article;
            this.author = author;
        }
    }

    static Class<?>[] entities() {
        return new Class<?>[] {Publisher.class, Author.class, Article.class, Tag.class, Comment.class};
    }
}
