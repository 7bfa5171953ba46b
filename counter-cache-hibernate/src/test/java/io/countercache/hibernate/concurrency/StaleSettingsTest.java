package io.countercache.hibernate.concurrency;

import static io.countercache.hibernate.support.Notes.atTheSameTime;
import static io.countercache.hibernate.support.Notes.delete;
import static io.countercache.hibernate.support.Notes.edit;
import static io.countercache.hibernate.support.Notes.moveTo;
import static io.countercache.hibernate.support.Notes.oneAfterTheOther;
import static io.countercache.hibernate.support.Notes.takeOff;
import static io.countercache.hibernate.support.TestDatabase.withoutLocks;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.countercache.Drift;
import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.support.Notes.Change;
import io.countercache.hibernate.support.Notes.Note;
import io.countercache.hibernate.support.Notes.Pad;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import jakarta.persistence.OptimisticLockException;
import java.util.List;
import org.hibernate.Session;
import org.hibernate.cfg.AvailableSettings;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What becomes of two conflicting changes of an unversioned child. */
class StaleSettingsTest {

    private static final long NOTE = 7;

    private static TestDatabase database() {
        return TestDatabase.shared(Pad.class, Note.class);
    }

    private static void aNoteOnTheFirstOfThreePads(TestDatabase db) {
        for (int id = 1; id <= 3; id++) {
            db.persist(new Pad(id));
        }
        db.inTransaction(session -> session.persist(new Note(NOTE, session.getReference(Pad.class, 1L))));
    }

    private static long stored(TestDatabase db, long pad) {
        return db.number("select notes_count from pad where id = " + pad);
    }

    /** Pairs, and the pad on which the note ends; 0 for none. */
    static List<Arguments> moves() {
        return List.of(
                Arguments.of("move and move", moveTo(2), moveTo(3), 3),
                Arguments.of("move and the same move", moveTo(2), moveTo(2), 2),
                Arguments.of("move and take off", moveTo(2), takeOff(), 0),
                Arguments.of("take off and take off", takeOff(), takeOff(), 0),
                Arguments.of("take off and move", takeOff(), moveTo(3), 3),
                Arguments.of("move and delete", moveTo(2), delete(), 0),
                Arguments.of("take off and delete", takeOff(), delete(), 0),
                // the UPDATE of the text writes the pad again as it was loaded
                Arguments.of("move and edit", moveTo(2), edit("edited"), 1),
                Arguments.of("take off and edit", takeOff(), edit("edited"), 1),
                Arguments.of("edit and move", edit("edited"), moveTo(3), 3),
                Arguments.of("edit and delete", edit("edited"), delete(), 0));
    }

    private static void assertNoteIsOn(TestDatabase db, int pad) {
        for (int each = 1; each <= 3; each++) {
            assertThat(stored(db, each)).isEqualTo(each == pad ? 1 : 0);
        }
    }

    /** Reads the parent under a lock. */
    @Nested
    class Lock {

        @RegisterExtension
        final TestDatabase db = database().setting(CounterCacheSettings.STALE_CHILDREN, "lock");

        @BeforeEach
        void notes() {
            aNoteOnTheFirstOfThreePads(db);
        }

        static List<Arguments> moves() {
            return StaleSettingsTest.moves();
        }

        @ParameterizedTest(name = "{0}")
        @MethodSource("moves")
        void bothSucceedAndAreCounted(String name, Change earlier, Change later, int pad) {
            oneAfterTheOther(db, NOTE, earlier, later);
            assertNoteIsOn(db, pad);
        }

        @ParameterizedTest(name = "{0}")
        @MethodSource("moves")
        void theOneThatWaitsForTheRowSucceedsAndIsCounted(String name, Change earlier, Change later, int pad) {
            atTheSameTime(db, NOTE, earlier, later);
            assertNoteIsOn(db, pad);
        }

        @Test
        void whatIsGoneCannotBeChangedAsEver() {
            assertThatThrownBy(() -> oneAfterTheOther(db, NOTE, delete(), delete()))
                    .isInstanceOf(OptimisticLockException.class);
            assertNoteIsOn(db, 0);
        }

        @Test
        void whatIsGoneCannotBeMovedAsEver() {
            assertThatThrownBy(() -> atTheSameTime(db, NOTE, delete(), moveTo(2)))
                    .isInstanceOf(OptimisticLockException.class);
            assertNoteIsOn(db, 0);
        }

        @Test
        void oneStatementMoreForWhatWritesOrDeletesTheRow() {
            assumeFalse(TestServer.IS_PORTABLE, TestServer.MORE_STATEMENTS);
            assertThat(statementsOf(edit("edited"))).isEqualTo(1 + 1);
            assertThat(statementsOf(moveTo(2))).isEqualTo(1 + 1 + 2);
            assertThat(statementsOf(delete())).isEqualTo(1 + 1 + 1);
        }

        private int statementsOf(Change change) {
            List<String> sent = db.statementsOf(() ->
                    db.inTransaction(session -> change.make(session, session.find(Note.class, NOTE))));
            return withoutLocks("pad", sent).size() - 1;
        }
    }

    /** The same in JDBC batches. */
    @Nested
    class Batched {

        @RegisterExtension
        final TestDatabase db = database().setting(AvailableSettings.STATEMENT_BATCH_SIZE, "20");

        @BeforeEach
        void notes() {
            aNoteOnTheFirstOfThreePads(db);
        }

        static List<Arguments> moves() {
            return StaleSettingsTest.moves();
        }

        @ParameterizedTest(name = "{0}")
        @MethodSource("moves")
        void bothSucceedAndAreCounted(String name, Change earlier, Change later, int pad) {
            oneAfterTheOther(db, NOTE, earlier, later);
            assertNoteIsOn(db, pad);
        }

        @ParameterizedTest(name = "{0}")
        @MethodSource("moves")
        void theOneThatWaitsForTheRowSucceedsAndIsCounted(String name, Change earlier, Change later, int pad) {
            atTheSameTime(db, NOTE, earlier, later);
            assertNoteIsOn(db, pad);
        }

        @Test
        void manyStaleMovesAndDeletesInOneFlushAreCounted() {
            db.inTransaction(session -> {
                for (long id = 100; id < 130; id++) {
                    session.persist(new Note(id, session.getReference(Pad.class, 1L)));
                }
            });
            try (Session stale = db.factory().openSession()) {
                stale.beginTransaction();
                List<Note> notes = stale.createSelectionQuery("from Note where id >= 100 order by id", Note.class)
                        .getResultList();
                db.inTransaction(session -> session.createSelectionQuery("from Note where id < 120", Note.class)
                        .getResultList()
                        .forEach(note -> note.pad = session.getReference(Pad.class, 2L)));
                for (int i = 0; i < notes.size(); i++) {
                    (i % 2 == 0 ? moveTo(3) : delete()).make(stale, notes.get(i));
                }
                stale.getTransaction().commit();
            }
            assertThat(stored(db, 1)).isZero();
            assertThat(stored(db, 2)).isEqualTo(1);
            assertThat(stored(db, 3)).isEqualTo(15);
        }
    }

    /** Does nothing about it. This is what the guard is for. */
    @Nested
    class Trust {

        @RegisterExtension
        final TestDatabase db = database().setting(CounterCacheSettings.STALE_CHILDREN, "trust");

        @BeforeEach
        void notes() {
            aNoteOnTheFirstOfThreePads(db);
        }

        private List<Drift> reset() {
            return db.fromTransaction(session ->
                    CounterCaches.of(session).on(Pad.class, List.of(1L, 2L, 3L)).reset());
        }

        @Test
        void twoMovesDrift() {
            oneAfterTheOther(db, NOTE, moveTo(2), moveTo(3));
            assertThat(reset())
                    .containsExactlyInAnyOrder(
                            new Drift("Pad", 1L, "notesCount", -1, 0L), new Drift("Pad", 2L, "notesCount", 1, 0L));
        }

        @Test
        void aDeleteAfterAMoveDrifts() {
            oneAfterTheOther(db, NOTE, moveTo(2), delete());
            assertThat(reset()).hasSize(2);
        }

        @Test
        void anEditAfterAMoveMovesBackAndDrifts() {
            oneAfterTheOther(db, NOTE, moveTo(2), edit("edited"));
            assertThat(reset())
                    .containsExactlyInAnyOrder(
                            new Drift("Pad", 1L, "notesCount", 0, 1L), new Drift("Pad", 2L, "notesCount", 1, 0L));
        }

        @Test
        void onlyASecondDeleteIsNoticedByHibernate() {
            assertThatThrownBy(() -> oneAfterTheOther(db, NOTE, delete(), delete()))
                    .isInstanceOf(OptimisticLockException.class);
            assertThat(reset()).isEmpty();
        }
    }
}
