package io.countercache.hibernate.counting;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.CounterCache;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import org.hibernate.annotations.DynamicUpdate;
import org.hibernate.annotations.SQLDelete;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Children with SQL of the application's own only for their DELETE, so that other statements are Hibernate's. */
class OwnDeleteTest {

    @Entity(name = "Wall")
    static class Wall {
        @Id
        Long id = 1L;

        int postersCount;
        int notesCount;
    }

    @Entity(name = "Poster")
    @SQLDelete(sql = "delete from poster where id = ? and id > 0")
    static class Poster {
        @Id
        Long id = 1L;

        String text;

        @ManyToOne(fetch = FetchType.LAZY)
        @JoinColumn(updatable = false)
        @CounterCache
        Wall wall;
    }

    @Entity(name = "Note")
    @DynamicUpdate
    @SQLDelete(sql = "delete from note where id = ? and id > 0")
    static class Note {
        @Id
        Long id = 1L;

        String text;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        Wall wall;
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Wall.class, Poster.class, Note.class);

    @BeforeEach
    void rows() {
        db.inTransaction(session -> {
            Wall wall = new Wall();
            Poster poster = new Poster();
            Note note = new Note();
            poster.wall = wall;
            note.wall = wall;
            session.persist(wall);
            session.persist(poster);
            session.persist(note);
        });
    }

    @Test
    void anEditIsNotPrecededByAQuery() {
        db.inTransaction(session -> {
            session.find(Poster.class, 1L).text = "new";
            session.find(Note.class, 1L).text = "new";
            assertThat(db.statementsOf(session::flush))
                    .hasSize(2)
                    .allMatch(statement -> statement.startsWith("update "));
        });
    }

    @Test
    void aDeleteReadsTheRow() {
        db.inTransaction(session -> {
            session.remove(session.find(Poster.class, 1L));
            session.remove(session.find(Note.class, 1L));
        });
        assertThat(db.number("select posters_count + notes_count from wall")).isZero();
    }
}
