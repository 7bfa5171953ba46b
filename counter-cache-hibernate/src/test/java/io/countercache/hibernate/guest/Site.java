package io.countercache.hibernate.guest;

import io.countercache.CounterCache;
import jakarta.persistence.CascadeType;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Inheritance;
import jakarta.persistence.InheritanceType;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.MappedSuperclass;
import jakarta.persistence.OneToMany;
import jakarta.persistence.Version;
import java.util.ArrayList;
import java.util.List;
import org.hibernate.annotations.DynamicUpdate;
import org.hibernate.annotations.OnDelete;
import org.hibernate.annotations.OnDeleteAction;

/** Posts, and a kind of child for each way in which Hibernate writes children. */
final class Site {

    static final Class<?>[] ENTITIES = {
        Post.class,
        Comment.class,
        Remark.class,
        Tip.class,
        Line.class,
        Doc.class,
        Report.class,
        Media.class,
        Video.class,
        Hit.class,
        Poll.class,
        Vote.class,
        Booth.class,
        Ballot.class,
        Word.class
    };

    private Site() {}

    @Entity(name = "Post")
    static class Post {
        @Id
        Long id;

        String title;

        @Version
        int version;

        int commentsCount;
        int remarksCount;
        int tipsCount;
        int linesCount;
        int docsCount;
        int mediaCount;
        int hitsCount;
        int votesCount;
        int ballotsCount;

        @OneToMany(mappedBy = "post", cascade = CascadeType.ALL, orphanRemoval = true)
        List<Comment> comments = new ArrayList<>();

        Post() {}

        Post(long id) {
            this.id = id;
            this.title = "post " + id;
        }
    }

    @MappedSuperclass
    abstract static class Child {
        @Id
        Long id;

        String text;

        abstract void moveTo(Post post);
    }

    static <C extends Child> C child(C child, long id, Post post) {
        child.id = id;
        child.text = "new";
        child.moveTo(post);
        return child;
    }

    /** Nothing but the library protects it from another transaction. */
    @Entity(name = "Comment")
    static class Comment extends Child {
        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("commentsCount")
        Post post;

        @Override
        void moveTo(Post post) {
            this.post = post;
        }
    }

    @Entity(name = "Remark")
    static class Remark extends Child {
        @Version
        int version;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("remarksCount")
        Post post;

        @Override
        void moveTo(Post post) {
            this.post = post;
        }
    }

    @Entity(name = "Tip")
    @DynamicUpdate
    static class Tip extends Child {
        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("tipsCount")
        Post post;

        @Override
        void moveTo(Post post) {
            this.post = post;
        }
    }

    /** Stays with its post. */
    @Entity(name = "Line")
    static class Line extends Child {
        @ManyToOne(fetch = FetchType.LAZY)
        @JoinColumn(updatable = false)
        @CounterCache("linesCount")
        Post post;

        @Override
        void moveTo(Post post) {
            this.post = post;
        }
    }

    @Entity(name = "Doc")
    @Inheritance(strategy = InheritanceType.JOINED)
    static class Doc extends Child {
        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("docsCount")
        Post post;

        @Override
        void moveTo(Post post) {
            this.post = post;
        }
    }

    @Entity(name = "Report")
    static class Report extends Doc {
        int pages;
    }

    @Entity(name = "Media")
    @Inheritance(strategy = InheritanceType.SINGLE_TABLE)
    static class Media extends Child {
        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("mediaCount")
        Post post;

        @Override
        void moveTo(Post post) {
            this.post = post;
        }
    }

    @Entity(name = "Video")
    static class Video extends Media {
        int length;
    }

    /** Is inserted as soon as it is made persistent. */
    @Entity(name = "Hit")
    static class Hit {
        @Id
        @GeneratedValue(strategy = GenerationType.IDENTITY)
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("hitsCount")
        Post post;

        Hit() {}

        Hit(Post post) {
            this.post = post;
        }
    }

    /** The session removes its votes, and leaves the DELETEs of them to the database. Takes a comment along that is not loaded. */
    @Entity(name = "Poll")
    static class Poll {
        @Id
        Long id;

        @ManyToOne(fetch = FetchType.LAZY, cascade = CascadeType.REMOVE)
        Comment pinned;

        @OneToMany(mappedBy = "poll", cascade = CascadeType.REMOVE)
        @OnDelete(action = OnDeleteAction.CASCADE)
        List<Vote> votes = new ArrayList<>();
    }

    @Entity(name = "Vote")
    static class Vote extends Child {
        @ManyToOne(fetch = FetchType.LAZY)
        Poll poll;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("votesCount")
        Post post;

        @Override
        void moveTo(Post post) {
            this.post = post;
        }
    }

    /** The database deletes its ballots, and the session knows nothing of them. */
    @Entity(name = "Booth")
    static class Booth {
        @Id
        Long id;
    }

    @Entity(name = "Ballot")
    static class Ballot extends Child {
        @ManyToOne(fetch = FetchType.LAZY)
        @OnDelete(action = OnDeleteAction.CASCADE)
        Booth booth;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("ballotsCount")
        Post post;

        @Override
        void moveTo(Post post) {
            this.post = post;
        }
    }

    /** No counter looks at it. */
    @Entity(name = "Word")
    static class Word {
        @Id
        Long id;

        String text;

        Word() {}

        Word(long id) {
            this.id = id;
        }
    }
}
