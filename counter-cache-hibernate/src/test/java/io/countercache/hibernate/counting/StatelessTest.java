package io.countercache.hibernate.counting;

import static io.countercache.hibernate.support.SameSource.insert;
import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.support.Notes.Note;
import io.countercache.hibernate.support.Notes.Pad;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import java.util.List;
import java.util.function.Consumer;
import org.hibernate.StatelessSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Stateless sessions know no old state: what the database has is what counts, whatever the instance says. */
@ParameterizedClass(name = "{0}, transaction {1}, batches of {2}")
@CsvSource({"lock, true, 0", "lock, false, 0", "lock, true, 10", "trust, true, 10", "trust, false, 0"})
@SinceHibernate("7.2")
class StatelessTest {

    private static final long NOTE = 7;

    @RegisterExtension
    final TestDatabase db;

    private final boolean inTransaction;
    private final int batchSize;

    StatelessTest(String setting, boolean inTransaction, int batchSize) {
        this.db = TestDatabase.shared(Pad.class, Note.class).setting(CounterCacheSettings.STALE_CHILDREN, setting);
        this.inTransaction = inTransaction;
        this.batchSize = batchSize;
    }

    @BeforeEach
    void twoNotesOnTheFirstOfThreePads() {
        for (int id = 1; id <= 3; id++) {
            db.persist(new Pad(id));
        }
        db.inTransaction(session -> {
            session.persist(new Note(NOTE, session.getReference(Pad.class, 1L)));
            session.persist(new Note(NOTE + 1, session.getReference(Pad.class, 1L)));
        });
    }

    private void stateless(Consumer<StatelessSession> work) {
        try (StatelessSession session = db.factory().openStatelessSession()) {
            if (batchSize > 0) {
                session.setJdbcBatchSize(batchSize);
            }
            if (inTransaction) {
                session.beginTransaction();
                work.accept(session);
                session.getTransaction().commit();
            } else {
                work.accept(session);
            }
        }
    }

    private void assertStored(long... counts) {
        for (int i = 0; i < counts.length; i++) {
            assertThat(db.number("select notes_count from pad where id = " + (i + 1)))
                    .as("pad %d", i + 1)
                    .isEqualTo(counts[i]);
        }
    }

    private static Note note(long id, long pad) {
        return new Note(id, new Pad(pad));
    }

    @Test
    void anInsertIsCounted() {
        stateless(session -> insert(session, note(20, 2)));
        assertStored(2, 1, 0);
    }

    @Test
    void manyInsertsAreCounted() {
        stateless(session -> session.insertMultiple(List.of(note(20, 2), note(21, 3), note(22, 2), note(23, 1))));
        assertStored(3, 2, 1);
    }

    @Test
    void anUpdateThatMovesIsCounted() {
        stateless(session -> session.update(note(NOTE, 2)));
        assertStored(1, 1, 0);
    }

    @Test
    void anUpdateThatTakesOffIsCounted() {
        stateless(session -> session.update(new Note(NOTE, null)));
        assertStored(1, 0, 0);
    }

    @Test
    void anUpdateOfAnotherAttributeCountsNothing() {
        stateless(session -> {
            Note note = session.get(Note.class, NOTE);
            note.text = "edited";
            session.update(note);
        });
        assertStored(2, 0, 0);
    }

    @Test
    void aStaleUpdateMovesTheNoteFromThePadThatItIsOn() {
        stateless(session -> {
            Note note = session.get(Note.class, NOTE);
            db.inTransaction(other -> other.find(Note.class, NOTE).pad = other.getReference(Pad.class, 2L));
            note.text = "edited";
            session.update(note);
        });
        assertStored(2, 0, 0);
    }

    @Test
    void severalUpdatesOfOneNoteAreCounted() {
        stateless(session -> {
            session.update(note(NOTE, 2));
            session.update(note(NOTE, 3));
            session.update(note(NOTE + 1, 3));
            session.update(note(NOTE, 2));
        });
        assertStored(0, 1, 1);
    }

    @Test
    void manyUpdatesAreCounted() {
        stateless(session -> session.updateMultiple(List.of(note(NOTE, 2), note(NOTE + 1, 3), note(NOTE, 3))));
        assertStored(0, 0, 2);
    }

    @Test
    void aDeleteIsCounted() {
        stateless(session -> session.delete(session.get(Note.class, NOTE)));
        assertStored(1, 0, 0);
    }

    @Test
    void aDeleteOfANoteThatSaysItIsElsewhereIsCounted() {
        stateless(session -> session.delete(note(NOTE, 2)));
        assertStored(1, 0, 0);
    }

    @Test
    void aDeleteOfANoteOfWhichOnlyTheIdIsKnownIsCounted() {
        stateless(session -> session.delete(new Note(NOTE, null)));
        assertStored(1, 0, 0);
    }

    @Test
    void aStaleDeleteIsCounted() {
        stateless(session -> {
            Note note = session.get(Note.class, NOTE);
            db.inTransaction(other -> other.find(Note.class, NOTE).pad = other.getReference(Pad.class, 2L));
            session.delete(note);
        });
        assertStored(1, 0, 0);
    }

    @Test
    void manyDeletesAreCounted() {
        stateless(session -> session.deleteMultiple(List.of(note(NOTE, 3), new Note(NOTE + 1, null))));
        assertStored(0, 0, 0);
    }

    @Test
    void anUpsertOfANewNoteIsCounted() {
        stateless(session -> session.upsert(note(20, 2)));
        assertStored(2, 1, 0);
    }

    @Test
    void anUpsertOfAnExistingNoteIsAMove() {
        stateless(session -> session.upsert(note(NOTE, 2)));
        assertStored(1, 1, 0);
    }

    @Test
    void anUpsertOfAnExistingNoteThatStaysCountsNothing() {
        stateless(session -> session.upsert(note(NOTE, 1)));
        assertStored(2, 0, 0);
    }

    @Test
    void manyUpsertsAreCounted() {
        stateless(session -> session.upsertMultiple(
                List.of(note(NOTE, 2), note(20, 3), note(20, 2), new Note(NOTE + 1, null), note(20, 2))));
        assertStored(0, 2, 0);
    }

    @ParameterizedTest
    @CsvSource({"insert", "upsert"})
    void whatWasInsertedCanBeMovedAndDeleted(String way) {
        stateless(session -> {
            if (way.equals("insert")) {
                insert(session, note(20, 2));
            } else {
                session.upsert(note(20, 2));
            }
            session.update(note(20, 3));
            session.delete(note(20, 1));
            insert(session, note(20, 3));
        });
        assertStored(2, 0, 1);
    }
}
