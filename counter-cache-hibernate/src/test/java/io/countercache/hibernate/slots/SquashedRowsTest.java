package io.countercache.hibernate.slots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.countercache.Counter;
import io.countercache.CounterCache;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Table;
import java.util.ArrayList;
import java.util.List;
import org.hibernate.Session;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** However slots are written, there are not more and more rows that have some; and what is hot is known by counter. */
@Tag("databases")
class SquashedRowsTest {

    @Entity(name = "Top")
    static class Top {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        int leavesCount;
    }

    @Entity(name = "Middle")
    static class Middle {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        Top top;

        int pinsCount;

        @Counter(slots = 4)
        long views;
    }

    @Entity(name = "Leaf")
    static class Leaf {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(value = "leavesCount", path = "top", slots = 4)
        Middle middle;
    }

    @Entity(name = "Post")
    static class Post {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        int likesCount;
        int notesCount;
    }

    /** A hot counter. */
    @Entity(name = "Like")
    @Table(name = "post_like")
    static class Like {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(value = "likesCount", slots = 4)
        Post post;
    }

    /** A counter in a column, of the same table. */
    @Entity(name = "Note")
    static class Note {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(value = "notesCount")
        Post post;
    }

    @Entity(name = "Binary")
    @Table(name = "bin")
    static class Binary {
        @Id
        @Column(length = 16)
        byte[] id;

        @Counter(slots = 4)
        long views;
    }

    @RegisterExtension
    final TestDatabase db =
            TestDatabase.with(Top.class, Middle.class, Leaf.class, Post.class, Like.class, Note.class, Binary.class);

    @BeforeEach
    void slots() {
        assumeTrue(TestServer.HAS_SLOTS);
    }

    @Test
    void pathCountersAreSquashedToo() {
        int tops = 640;
        for (int i = 0; i < tops; i++) {
            Middle middle = new Middle();
            middle.top = db.persist(new Top());
            db.persist(middle);
            db.inTransaction(session -> {
                Leaf leaf = new Leaf();
                leaf.middle = session.getReference(Middle.class, middle.id);
                session.persist(leaf);
            });
        }
        assertThat(db.number("select count(distinct parent_id) from top_slots")).isLessThan(400);
    }

    @Test
    void whatIsWrittenForAQueryIsSquashedToo() {
        for (int i = 0; i < 640; i++) {
            Post post = db.persist(new Post());
            db.inTransaction(session -> {
                like(session.getReference(Post.class, post.id), session);
                session.createSelectionQuery("select p.likesCount from Post p where p.id = :id", Integer.class)
                        .setParameter("id", post.id)
                        .getSingleResult();
            });
        }
        assertThat(db.number("select count(distinct parent_id) from post_slots"))
                .isLessThan(400);
    }

    private static void like(Post post, Session session) {
        Like like = new Like();
        like.post = post;
        session.persist(like);
    }

    @Test
    void howeverManyRowsATransactionWrites() {
        int rows = 1500;
        for (int i = 0; i < 6; i++) {
            List<Post> posts = new ArrayList<>();
            db.inTransaction(session -> {
                for (int row = 0; row < rows; row++) {
                    posts.add(new Post());
                    session.persist(posts.get(row));
                }
            });
            db.inTransaction(session ->
                    posts.forEach(post -> like(session.getReference(Post.class, post.id), session)));
        }
        assertThat(db.number("select count(distinct parent_id) from post_slots"))
                .isLessThan(3 * rows);
    }

    @Test
    void whatIsHotIsNotForgottenForWritesOfAnotherCounter() {
        Post hot = db.persist(new Post());
        List<Post> others = new ArrayList<>();
        for (int i = 0; i < 256; i++) {
            others.add(db.persist(new Post()));
        }
        int squashed = 0;
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 10; i++) { // the only row that anybody likes
                db.inTransaction(session -> like(session.getReference(Post.class, hot.id), session));
            }
            for (Post other : others) {
                db.inTransaction(session -> {
                    Note note = new Note();
                    note.post = session.getReference(Post.class, other.id);
                    session.persist(note);
                });
            }
            if (db.number("select count(*) from post_slots where parent_id = " + hot.id) == 0) {
                squashed++;
            }
        }
        assertThat(squashed).isZero();
    }

    @Test
    void whoWritesNoSlotTakesNoTurn() {
        Post post = db.persist(new Post());
        List<String> sent = db.statementsOf(() -> {
            for (int i = 0; i < 256; i++) {
                db.inTransaction(session -> {
                    Note note = new Note();
                    note.post = session.getReference(Post.class, post.id);
                    session.persist(note);
                });
            }
        });
        assertThat(sent).noneMatch(sql -> sql.contains("select distinct"));
    }

    /** Two arrays with the same bytes are not equal. */
    @Test
    void aHotRowWithABinaryIdKeepsItsSlots() {
        byte[] id = {1, 2, 3};
        Binary hot = new Binary();
        hot.id = id;
        db.persist(hot);
        int gone = 0;
        for (int i = 0; i < 256; i++) {
            db.inTransaction(session ->
                    CounterCaches.of(session).on(Binary.class, id.clone()).increment("views"));
            gone += db.number("select count(*) from bin_slots") == 0 ? 1 : 0;
        }
        assertThat(gone).isZero();
    }
}
