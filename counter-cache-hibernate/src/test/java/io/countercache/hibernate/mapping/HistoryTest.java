package io.countercache.hibernate.mapping;

import static io.countercache.hibernate.support.Boot.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.Counter;
import io.countercache.CounterCache;
import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OneToMany;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.hibernate.Hibernate;
import org.hibernate.LazyInitializationException;
import org.hibernate.annotations.Audited;
import org.hibernate.annotations.Temporal;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Entities of which Hibernate keeps the past. */
class HistoryTest {

    // ---- in the same rows: refused ----

    @Entity(name = "Page")
    static class Page {
        @Id
        long id;

        int linesCount;

        @ManyToOne
        Volume volume;
    }

    @Entity(name = "Volume")
    static class Volume {
        @Id
        long id;

        int linesCount;
    }

    @Entity(name = "Line")
    @Temporal
    static class Line {
        @Id
        long id;

        @ManyToOne
        @CounterCache
        Page page;
    }

    @Entity(name = "Draft")
    @Temporal
    static class Draft {
        @Id
        long id;

        int sketchesCount;

        @ManyToOne
        Volume volume;
    }

    @Entity(name = "Sketch")
    static class Sketch {
        @Id
        long id;

        @ManyToOne
        @CounterCache
        Draft draft;
    }

    @Entity(name = "Dot")
    static class Dot {
        @Id
        long id;

        @ManyToOne
        @CounterCache(value = "linesCount", path = "volume")
        Draft draft;
    }

    @Entity(name = "Stock")
    @Temporal
    static class Stock {
        @Id
        long id;

        @Counter
        int left;
    }

    @Entity(name = "Bag")
    static class Bag {
        @Id
        long id;

        @ElementCollection
        @CounterCache
        @Temporal
        List<String> things;

        int thingsCount;
    }

    @Entity(name = "Album")
    static class Album {
        @Id
        long id;

        @OneToMany
        @JoinColumn
        @CounterCache
        List<Track> tracks;

        int tracksCount;
    }

    @Entity(name = "Track")
    @Temporal
    static class Track {
        @Id
        long id;
    }

    private static void refusedAsTemporal(String place, Class<?>... entities) {
        refused(
                place
                        + " is @Temporal, and old versions of rows cannot be distinguished from current ones: remove one of the two",
                entities);
    }

    @Test
    @SinceHibernate("7.4")
    void temporalRowsAreRefused() {
        refusedAsTemporal("Line.page: Line", Page.class, Volume.class, Line.class);
        refusedAsTemporal("Sketch.draft: Draft", Draft.class, Volume.class, Sketch.class);
        refusedAsTemporal("Dot.draft: 'path': Draft", Draft.class, Volume.class, Dot.class);
        refusedAsTemporal("Stock.left: Stock", Stock.class);
        refusedAsTemporal("Bag.things: Bag.things", Bag.class);
        refusedAsTemporal("Album.tracks: Track", Album.class, Track.class);
    }

    // ---- in rows of their own: counted ----

    @Entity(name = "Post")
    @Audited
    static class Post {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        @OneToMany(mappedBy = "post")
        List<Comment> comments = new ArrayList<>();

        int commentsCount;
    }

    @Entity(name = "Comment")
    @Audited
    static class Comment {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(size = true)
        Post post;

        Comment() {}

        Comment(Post post) {
            this.post = post;
        }
    }

    /** Hibernate 7.4 cannot map what is audited on MariaDB, with or without counters: it takes the table for one with a history. */
    @Nested
    @DisabledIfSystemProperty(
            named = "test.database",
            matches = "mariadb",
            disabledReason = "Hibernate cannot map an @Audited entity there")
    class OfAudited {

        @RegisterExtension
        final TestDatabase db =
                TestDatabase.with(Post.class, Comment.class).setting(CounterCacheSettings.COLLECTION_SIZE, true);

        @Test
        @SinceHibernate("7.4")
        void auditedRowsAreCountedAndTheirPastIsAskedOfTheDatabase() {
            Post post = db.persist(new Post());
            Comment first = db.persist(new Comment(post));
            Instant past = Instant.now();
            while (Instant.now().toEpochMilli() <= past.toEpochMilli() + 1) {
                Thread.onSpinWait(); // changes are told apart by their time
            }
            db.persist(new Comment(post));
            db.inTransaction(session -> assertThat(
                            session.find(Post.class, post.id).comments.size())
                    .isEqualTo(2));
            Post detached;
            try (var session = db.factory().withOptions().asOf(past).openSession()) {
                detached = session.find(Post.class, post.id);
            }
            assertThatThrownBy(detached.comments::size).isInstanceOf(LazyInitializationException.class);
            try (var session = db.factory().withOptions().asOf(past).openSession()) {
                Post then = session.find(Post.class, post.id);
                assertThat(then.comments.size()).isEqualTo(1);
                assertThat(Hibernate.isInitialized(then.comments)).isTrue();
            }
            db.inTransaction(session -> session.remove(session.find(Comment.class, first.id)));
            assertThat(db.number("select comments_count from post")).isEqualTo(1);
        }
    }
}
