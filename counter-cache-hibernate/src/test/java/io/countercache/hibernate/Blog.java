package io.countercache.hibernate;

import io.countercache.CounterCache;
import jakarta.persistence.CascadeType;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OneToMany;
import jakarta.persistence.Version;
import java.util.ArrayList;
import java.util.List;

/** The entities that most tests use: a comment counts on its post and on its author. */
final class Blog {

    private Blog() {}

    @Entity(name = "Post")
    static class Post {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        String title;

        @Version
        int version;

        @Column(nullable = false)
        Integer commentsCount;

        @OneToMany(mappedBy = "post", cascade = CascadeType.ALL, orphanRemoval = true)
        List<Comment> comments = new ArrayList<>();

        Post() {}

        Post(String title) {
            this.title = title;
        }

        /** Unlike the field, what a proxy answers is what its entity has. */
        Integer shown() {
            return commentsCount;
        }

        Comment add(Comment comment) {
            comment.post = this;
            comments.add(comment);
            return comment;
        }
    }

    @Entity(name = "Author")
    static class Author {
        @Id
        String name;

        long commentsCount;

        Author() {}

        Author(String name) {
            this.name = name;
        }
    }

    @Entity(name = "Comment")
    static class Comment {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        @Column(unique = true)
        String text;

        @Version
        int version;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        Post post;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        Author author;

        Comment() {}

        Comment(Post post) {
            this.post = post;
        }

        Comment(Post post, Author author) {
            this.post = post;
            this.author = author;
        }
    }
}
