package io.countercache.hibernate.documentation.softdelete;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.support.TestDatabase;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The three ways of docs/guide/conditions-and-totals.md to keep rows that are deleted, and the one that does not count. */
class SoftDeleteTest {

    @RegisterExtension
    TestDatabase db = TestDatabase.shared(Post.class, Review.class, Comment.class, Note.class, Uncounted.class);

    Post post;

    @BeforeEach
    void aPost() {
        post = db.persist(new Post());
    }

    @Test
    void softDeleteIsCounted() {
        Review review = new Review();
        review.post = post;
        db.persist(review);
        assertThat(count("reviews")).isEqualTo(1);

        db.inTransaction(session -> session.remove(session.find(Review.class, review.id)));
        assertThat(count("reviews")).isZero();
        assertThat(db.number("select count(*) from review")).isEqualTo(1);
        nothingIsWrong();
    }

    @Test
    void anOwnDeleteAndTheFlagAreCounted() {
        Comment removed = new Comment();
        Comment hidden = new Comment();
        removed.post = post;
        hidden.post = post;
        db.persist(removed);
        db.persist(hidden);
        assertThat(count("comments")).isEqualTo(2);

        db.inTransaction(session -> session.remove(session.find(Comment.class, removed.id)));
        assertThat(count("comments")).isEqualTo(1);
        db.inTransaction(session -> session.find(Comment.class, hidden.id).deleted = true);
        assertThat(count("comments")).isZero();
        assertThat(db.number("select count(*) from comment")).isEqualTo(2);
        nothingIsWrong();
    }

    @Test
    void theFlagIsCountedBothWays() {
        Note note = new Note();
        note.post = post;
        db.persist(note);
        db.inTransaction(session -> session.find(Note.class, note.id).deleted = true);
        assertThat(count("notes")).isZero();
        db.inTransaction(session -> session.find(Note.class, note.id).deleted = false);
        assertThat(count("notes")).isEqualTo(1);
        nothingIsWrong();
    }

    @Test
    void withoutAConditionOnlyTheDeleteIsCounted() {
        Uncounted removed = new Uncounted();
        Uncounted hidden = new Uncounted();
        removed.post = post;
        hidden.post = post;
        db.persist(removed);
        db.persist(hidden);

        db.inTransaction(session -> session.remove(session.find(Uncounted.class, removed.id)));
        assertThat(count("uncounted")).isEqualTo(1);
        db.inTransaction(session -> session.find(Uncounted.class, hidden.id).deleted = true);
        assertThat(count("uncounted")).as("a row that only its flag hides").isEqualTo(1);

        assertThat(CounterRepair.of(db.factory(), Post.class).repair().drifted())
                .isEqualTo(1);
        assertThat(count("uncounted")).isZero();
    }

    private long count(String children) {
        return db.number("select " + children + "_count from post");
    }

    private void nothingIsWrong() {
        CounterRepair.verifyAll(db.factory()).requireClean();
    }
}
