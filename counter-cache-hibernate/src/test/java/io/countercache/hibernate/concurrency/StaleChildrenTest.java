package io.countercache.hibernate.concurrency;

import static io.countercache.hibernate.support.Notes.atTheSameTime;
import static io.countercache.hibernate.support.Notes.delete;
import static io.countercache.hibernate.support.Notes.edit;
import static io.countercache.hibernate.support.Notes.moveTo;
import static io.countercache.hibernate.support.Notes.oneAfterTheOther;
import static io.countercache.hibernate.support.Notes.takeOff;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.support.Notes.Change;
import io.countercache.hibernate.support.Notes.Note;
import io.countercache.hibernate.support.Notes.Pad;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.OptimisticLockException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import org.hibernate.SessionEventListener;
import org.hibernate.SessionFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Two transactions that take the same unversioned child from the parent that each has loaded: one of them fails. */
class StaleChildrenTest {

    private static final long NOTE = 7;

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Pad.class, Note.class);

    @BeforeEach
    void aNoteOnTheFirstOfThreePads() {
        for (int id = 1; id <= 3; id++) {
            db.persist(new Pad(id));
        }
        db.inTransaction(session -> session.persist(new Note(NOTE, session.getReference(Pad.class, 1L))));
    }

    private long stored(long pad) {
        return db.number("select notes_count from pad where id = " + pad);
    }

    static List<Arguments> conflicts() {
        return List.of(
                Arguments.of("move and move", moveTo(2), moveTo(3)),
                Arguments.of("move and the same move", moveTo(2), moveTo(2)),
                Arguments.of("move and delete", moveTo(2), delete()),
                Arguments.of("delete and move", delete(), moveTo(3)),
                Arguments.of("delete and delete", delete(), delete()),
                Arguments.of("take off and take off", takeOff(), takeOff()),
                Arguments.of("take off and move", takeOff(), moveTo(3)),
                Arguments.of("take off and delete", takeOff(), delete()),
                Arguments.of("move and take off", moveTo(2), takeOff()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("conflicts")
    void theLaterOfTwoConflictingChangesFails(String name, Change earlier, Change later) {
        assertThatThrownBy(() -> oneAfterTheOther(db, NOTE, earlier, later))
                .isInstanceOf(OptimisticLockException.class);
        assertThat(stored(3)).isZero();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("conflicts")
    void theOneThatWaitsForTheRowFails(String name, Change earlier, Change later) {
        assertThatThrownBy(() -> atTheSameTime(db, NOTE, earlier, later)).isInstanceOf(OptimisticLockException.class);
        assertThat(stored(3)).isZero();
    }

    @Test
    void ofTwoThatPutANoteWithoutAPadSomewhereTheLaterFails() {
        db.inTransaction(session -> session.find(Note.class, NOTE).pad = null);
        assertThatThrownBy(() -> oneAfterTheOther(db, NOTE, moveTo(2), moveTo(3)))
                .isInstanceOf(OptimisticLockException.class);
        assertThat(stored(2)).isEqualTo(1);
        assertThat(stored(3)).isZero();
    }

    @Test
    void aStaleChangeOfAnotherAttributeIsNeitherRefusedNorMovesTheNoteBack() {
        oneAfterTheOther(db, NOTE, moveTo(2), edit("edited"));
        assertThat(db.number("select count(*) from note where text = 'edited' and pad_id = 2"))
                .isEqualTo(1);
        assertThat(stored(2)).isEqualTo(1);
    }

    @Test
    void aStaleMoveAfterAChangeOfAnotherAttributeIsNotRefused() {
        oneAfterTheOther(db, NOTE, edit("edited"), moveTo(2));
        assertThat(db.number("select count(*) from note where text = 'edited' and pad_id = 2"))
                .isEqualTo(1);
    }

    @Test
    void aStaleDeleteAfterAChangeOfAnotherAttributeIsNotRefused() {
        oneAfterTheOther(db, NOTE, edit("edited"), delete());
        assertThat(db.number("select count(*) from note")).isZero();
    }

    @Test
    void twoChangesOfTheSameOtherAttributeAreLastWriterWinsAsEver() {
        oneAfterTheOther(db, NOTE, edit("one"), edit("other"));
        assertThat(db.number("select count(*) from note where text = 'other'")).isEqualTo(1);
    }

    @Test
    void whoLostCanTryAgain() {
        assertThatThrownBy(() -> oneAfterTheOther(db, NOTE, moveTo(2), moveTo(3)))
                .isInstanceOf(OptimisticLockException.class);
        db.inTransaction(session -> moveTo(3).make(session, session.find(Note.class, NOTE)));
        assertThat(stored(3)).isEqualTo(1);
    }

    @Test
    void theMoveAndTheDeleteNameTheParentThatTheyKnow() {
        assertThat(change(db.factory(), moveTo(2))).containsExactly("update note set pad_id=? where id=? and pad_id=?");
        assertThat(change(db.factory(), takeOff())).containsExactly("update note set pad_id=? where id=? and pad_id=?");
        assertThat(change(db.factory(), moveTo(1)))
                .containsExactly("update note set pad_id=? where id=? and pad_id is null");
        assertThat(change(db.factory(), edit("edited"))).containsExactly("update note set text=? where id=?");
        assertThat(change(db.factory(), delete())).containsExactly("delete from note where id=? and pad_id=?");
    }

    @Test
    void theDeleteOfANoteWithoutAPadSaysSo() {
        change(db.factory(), takeOff());
        assertThat(change(db.factory(), delete())).containsExactly("delete from note where id=? and pad_id is null");
    }

    @Test
    void theGuardCostsNoStatement() {
        try (SessionFactory without = db.configuration()
                .setProperty(CounterCacheSettings.ENABLED, "false")
                .buildSessionFactory()) {
            for (Change change : List.of(moveTo(2), takeOff(), edit("edited"), delete())) {
                List<String> guarded = change(db.factory(), change);
                startOver();
                assertThat(kinds(guarded)).isEqualTo(kinds(change(without, change)));
                startOver();
            }
        }
    }

    private void startOver() {
        db.execute("delete from note");
        db.execute("insert into note (id, pad_id) values (%d, 1)".formatted(NOTE));
        db.execute("update pad set notes_count = case id when 1 then 1 else 0 end");
    }

    /** What a change sends but the counter updates and the select that loads the note. */
    private List<String> change(SessionFactory factory, Change change) {
        List<String> sent = db.statementsOf(() ->
                factory.inTransaction(session -> change.make(session, session.find(Note.class, NOTE))));
        List<String> counted = TestDatabase.counterUpdates(sent);
        return sent.stream()
                .skip(1)
                .filter(sql -> !counted.contains(sql))
                .map(sql -> sql.toLowerCase(Locale.ROOT))
                .toList();
    }

    private static List<String> kinds(List<String> statements) {
        return statements.stream()
                .map(sql -> sql.substring(0, sql.indexOf(' ')))
                .toList();
    }

    @Test
    void insertsAreBatchedThoughUpdatesCompare() {
        AtomicInteger batches = new AtomicInteger();
        List<String> sql = db.statementsOf(() -> db.inTransaction(session -> {
            session.addEventListeners(new SessionEventListener() {
                @Override
                public void jdbcExecuteBatchStart() {
                    batches.incrementAndGet();
                }
            });
            session.setJdbcBatchSize(10);
            for (int i = 0; i < 20; i++) {
                session.persist(new Note(100 + i, session.getReference(Pad.class, 1L)));
            }
            session.flush();
            assertThat(batches.get()).isEqualTo(2);
        }));
        assertThat(sql).filteredOn(text -> text.startsWith("insert into note")).hasSize(20);
    }
}
