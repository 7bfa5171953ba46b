package io.countercache.hibernate.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.support.Notes.Note;
import io.countercache.hibernate.support.Notes.Pad;
import io.countercache.hibernate.support.TestDatabase;
import java.util.List;
import org.hibernate.Session;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** After a rollback to a savepoint a session holds what the database does not: a child is counted where its row is. */
@ParameterizedClass(name = "{0}")
@ValueSource(strings = {"lock", "trust"})
class SavepointStaleTest {

    @RegisterExtension
    final TestDatabase db;

    private SpringTransactions spring;

    SavepointStaleTest(String setting) {
        db = TestDatabase.shared(Pad.class, Note.class).setting(CounterCacheSettings.STALE_CHILDREN, setting);
    }

    @BeforeEach
    void aNoteOnTheFirstOfThreePads() {
        spring = SpringTransactions.of("hibernate", db.factory());
        for (int id = 1; id <= 3; id++) {
            db.persist(new Pad(id));
        }
        db.inTransaction(session -> session.persist(new Note(7, session.getReference(Pad.class, 1L))));
    }

    private static void moveTo(Session session, long pad) {
        session.find(Note.class, 7L).pad = session.getReference(Pad.class, pad);
    }

    private List<Long> stored() {
        return List.of(
                db.number("select notes_count from pad where id = 1"),
                db.number("select notes_count from pad where id = 2"),
                db.number("select notes_count from pad where id = 3"));
    }

    @Test
    void aMoveAfterAMoveThatWasTakenBack() {
        spring.outer(session -> {
            spring.rolledBack(nested -> moveTo(nested, 2));
            moveTo(session, 3);
        });
        assertThat(stored()).containsExactly(0L, 0L, 1L);
    }

    @Test
    void aRemovalAfterAMoveThatWasTakenBack() {
        spring.outer(session -> {
            spring.rolledBack(nested -> moveTo(nested, 2));
            session.remove(session.find(Note.class, 7L));
        });
        assertThat(stored()).containsExactly(0L, 0L, 0L);
    }

    /** The UPDATE may write the pad as well, as the session has it. */
    @Test
    void anEditAfterAMoveThatWasTakenBack() {
        spring.outer(session -> {
            spring.rolledBack(nested -> moveTo(nested, 2));
            session.find(Note.class, 7L).text = "edited";
        });
        long pad = db.number("select pad_id from note");
        assertThat(stored()).containsExactly(pad == 1 ? 1L : 0L, pad == 2 ? 1L : 0L, 0L);
    }
}
