package io.countercache.hibernate.counting;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.support.Notes.Note;
import io.countercache.hibernate.support.Notes.Pad;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import java.util.List;
import org.hibernate.Session;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Children whose state no session has loaded: what the database has of them is counted, not what they say. */
class DetachedChildrenTest {

    private static final long NOTE = 7;

    /** The same for each setting. */
    abstract static class Contract {

        @RegisterExtension
        final TestDatabase db;

        private Note note;

        Contract(String setting) {
            db = TestDatabase.shared(Pad.class, Note.class).setting(CounterCacheSettings.STALE_CHILDREN, setting);
        }

        @BeforeEach
        void aNoteOnTheFirstOfThreePads() {
            for (int id = 1; id <= 3; id++) {
                db.persist(new Pad(id));
            }
            note = db.persist(new Note(NOTE, new Pad(1)));
        }

        @Test
        void aDetachedNoteIsRemovedFromThePadThatItIsOn() {
            db.inTransaction(session -> session.remove(note));
            assertThat(stored()).containsExactly(0L, 0L, 0L);
        }

        @Test
        void aDetachedNoteThatSaysItIsElsewhereIsRemovedFromThePadThatItIsOn() {
            note.pad = new Pad(2);
            db.inTransaction(session -> session.remove(note));
            assertThat(stored()).containsExactly(0L, 0L, 0L);
        }

        @Test
        void aDetachedNoteThatWasMovedMeanwhileIsRemovedFromThePadThatItIsOn() {
            db.inTransaction(session -> session.find(Note.class, NOTE).pad = session.getReference(Pad.class, 2L));
            db.inTransaction(session -> session.remove(note));
            assertThat(stored()).containsExactly(0L, 0L, 0L);
        }

        @Test
        void aNoteOfWhichOnlyTheIdIsKnownIsRemovedFromThePadThatItIsOn() {
            db.inTransaction(session -> session.remove(new Note(NOTE, null)));
            assertThat(stored()).containsExactly(0L, 0L, 0L);
        }

        @Test
        @SinceHibernate(value = "7.0", because = "6.6 removes no detached instance of what the session has loaded")
        void aDetachedNoteTakesThePlaceOfTheLoadedOne() {
            note.pad = new Pad(2);
            db.inTransaction(session -> {
                session.find(Note.class, NOTE).pad = session.getReference(Pad.class, 3L);
                session.remove(note);
            });
            assertThat(stored()).containsExactly(0L, 0L, 0L);
        }

        @Test
        void aNoteThatIsLoadedReadOnlyAndChangedInMemoryIsRemovedFromThePadThatItIsOn() {
            db.inTransaction(session -> {
                session.setDefaultReadOnly(true);
                Note loaded = session.find(Note.class, NOTE);
                loaded.pad = session.getReference(Pad.class, 2L);
                session.remove(loaded);
            });
            assertThat(stored()).containsExactly(0L, 0L, 0L);
        }

        @Test
        void aNoteThatIsLoadedReadOnlyAndMovedMeanwhileIsRemovedFromThePadThatItIsOn() {
            try (Session session = db.factory().openSession()) {
                session.beginTransaction();
                session.setDefaultReadOnly(true);
                Note loaded = session.find(Note.class, NOTE);
                db.inTransaction(other -> other.find(Note.class, NOTE).pad = other.getReference(Pad.class, 2L));
                session.remove(loaded);
                session.getTransaction().commit();
            }
            assertThat(stored()).containsExactly(0L, 0L, 0L);
        }

        @Test
        void aChangeOfAReadOnlyNoteIsNeitherWrittenNorCounted() {
            db.inTransaction(session -> {
                Note loaded = session.find(Note.class, NOTE);
                session.setReadOnly(loaded, true);
                loaded.pad = session.getReference(Pad.class, 2L);
            });
            assertThat(stored()).containsExactly(1L, 0L, 0L);
        }

        @Test
        void aNoteThatIsMovedInMemoryAndThenRemovedIsRemovedFromThePadThatItIsOn() {
            db.inTransaction(session -> {
                Note loaded = session.find(Note.class, NOTE);
                loaded.pad = session.getReference(Pad.class, 2L);
                session.remove(loaded);
            });
            assertThat(stored()).containsExactly(0L, 0L, 0L);
        }

        @Test
        void aNoteThatIsMovedTwiceAndRemovedInOneTransactionIsGone() {
            db.inTransaction(session -> {
                Note loaded = session.find(Note.class, NOTE);
                loaded.pad = session.getReference(Pad.class, 2L);
                session.flush();
                loaded.pad = session.getReference(Pad.class, 3L);
                session.flush();
                loaded.pad = null;
                session.remove(loaded);
            });
            assertThat(stored()).containsExactly(0L, 0L, 0L);
        }

        @Test
        void aDetachedNoteIsMergedFromThePadThatItIsOnToTheOneThatItSays() {
            db.inTransaction(session -> session.find(Note.class, NOTE).pad = session.getReference(Pad.class, 2L));
            note.pad = new Pad(3);
            db.inTransaction(session -> session.merge(note));
            assertThat(stored()).containsExactly(0L, 0L, 1L);
        }

        @Test
        void removingWhatIsGoneChangesNothing() {
            db.inTransaction(session -> session.remove(session.find(Note.class, NOTE)));
            db.inTransaction(session -> session.remove(note));
            assertThat(stored()).containsExactly(0L, 0L, 0L);
        }

        private List<Long> stored() {
            return List.of(1, 2, 3).stream()
                    .map(id -> db.number("select notes_count from pad where id = " + id))
                    .toList();
        }
    }

    @Nested
    class Lock extends Contract {
        Lock() {
            super("lock");
        }
    }

    @Nested
    class Trust extends Contract {
        Trust() {
            super("trust");
        }
    }
}
