package io.countercache.hibernate.documentation.guide;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.CounterCache;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import java.time.Instant;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What an old instance of a parent does to the time that a counter has touched. */
class StaleTouchTest {

    @Entity(name = "Post")
    static class Post {
        @Id
        long id = 1;

        String title = "old";
        int answersCount;

        // tag::updatable[]
        @Column(updatable = false)
        Instant discussedAt;
        // end::updatable[]

        Instant overwrittenAt;
    }

    @Entity(name = "Answer")
    static class Answer {
        @Id
        @GeneratedValue
        Long id;

        @ManyToOne
        @CounterCache(touch = {"discussedAt", "overwrittenAt"})
        Post post;
    }

    @RegisterExtension
    TestDatabase db = TestDatabase.with(Post.class, Answer.class);

    @Test
    void aStaleInstanceTakesNoTouchBackThatItCannotUpdate() {
        Post stale = db.persist(new Post());
        db.inTransaction(session -> {
            Answer answer = new Answer();
            answer.post = session.getReference(Post.class, stale.id);
            session.persist(answer);
        });
        assertThat(stored().discussedAt).isNotNull();
        assertThat(stored().overwrittenAt).isNotNull();

        stale.title = "new";
        db.inTransaction(session -> session.merge(stale));

        assertThat(stored().title).isEqualTo("new");
        assertThat(stored().discussedAt).isNotNull();
        assertThat(stored().overwrittenAt)
                .as("written by the UPDATE of the post")
                .isNull();
    }

    private Post stored() {
        return Objects.requireNonNull(db.fromTransaction(session -> session.find(Post.class, 1L)));
    }
}
