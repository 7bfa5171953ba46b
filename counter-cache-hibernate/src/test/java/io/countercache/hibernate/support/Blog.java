package io.countercache.hibernate.support;

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
public final class Blog {

    private Blog() {}

    /** Inserts some posts, in one transaction. */
    public static List<Post> posts(int number, TestDatabase db) {
        List<Post> posts = new ArrayList<>();
        db.inTransaction(session -> {
            for (int i = 0; i < number; i++) {
                posts.add(new Post("post " + i));
                session.persist(posts.get(i));
            }
        });
        return posts;
    }

    @Entity(name = "Post")
    public static class Post {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        public Long id;

        public String title;

        @Version
        public int version;

        @Column(nullable = false)
        public Integer commentsCount;

        @OneToMany(mappedBy = "post", cascade = CascadeType.ALL, orphanRemoval = true)
        public List<Comment> comments = new ArrayList<>();

        Post() {}

        public Post(String title) {
            this.title = title;
        }

        /** Unlike the field, what a proxy answers is what its entity has. */
        public Integer shown() {
            return commentsCount;
        }

        public Comment add(Comment comment) {
            comment.post = this;
            comments.add(comment);
            return comment;
        }
    }

    @Entity(name = "Author")
    public static class Author {
        @Id
        String name;

        long commentsCount;

        Author() {}

        public Author(String name) {
            this.name = name;
        }
    }

    @Entity(name = "Comment")
    public static class Comment {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        public Long id;

        @Column(unique = true)
        public String text;

        @Version
        int version;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(size = true)
        public Post post;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        public Author author;

        public Comment() {}

        public Comment(Post post) {
            this.post = post;
        }

        public Comment(Post post, Author author) {
            this.post = post;
            this.author = author;
        }
    }
}
