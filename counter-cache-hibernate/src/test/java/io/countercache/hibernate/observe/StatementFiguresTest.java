package io.countercache.hibernate.observe;

import static io.countercache.hibernate.internal.observe.Figure.BULK_ROWS;
import static io.countercache.hibernate.internal.observe.Figure.IMAGE_QUERIES;
import static io.countercache.hibernate.internal.observe.Figure.IMAGE_ROWS;
import static io.countercache.hibernate.internal.observe.Figure.RECOUNTS;
import static io.countercache.hibernate.internal.observe.Figure.REFUSED;
import static io.countercache.hibernate.internal.observe.Figure.REPAIRED_ROWS;
import static io.countercache.hibernate.internal.observe.Figure.UNCOUNTED_IGNORED;
import static io.countercache.hibernate.internal.observe.Figure.UNCOUNTED_NATIVE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.UncountableStatementException;
import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.internal.observe.Figure;
import io.countercache.hibernate.support.BeforeHibernate;
import io.countercache.hibernate.support.Figures;
import io.countercache.hibernate.support.Notes.Note;
import io.countercache.hibernate.support.Notes.Pad;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.hibernate.Session;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What statements of the application cost, or may have made wrong: three notes on one pad, none on another. */
class StatementFiguresTest {

    private static final String DELETE = "delete from Note";

    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(Pad.class, Note.class);

    @BeforeEach
    void write() {
        write(db);
    }

    private static void write(TestDatabase db) {
        db.inTransaction(session -> {
            Pad pad = new Pad(1);
            session.persist(pad);
            session.persist(new Pad(2));
            List.of(1, 2, 3).forEach(id -> session.persist(new Note(id, pad)));
        });
    }

    /** All but the UPDATEs of counters, of which other tests tell. */
    private Map<Figure, Long> during(Consumer<Session> work) {
        return during(db, work);
    }

    private static Map<Figure, Long> during(TestDatabase db, Consumer<Session> work) {
        Map<Figure, Long> added = Figures.during(db, () -> db.inTransaction(work));
        added.keySet().removeIf(figure -> figure.name().startsWith("DERIVED") || figure == Figure.SAVED_ROUND_TRIPS);
        return added;
    }

    private void reset() {
        assertThat(CounterRepair.of(db.factory(), Pad.class).repair().drifted()).isEqualTo(1);
    }

    @Test
    void theRowsOfAFlushAreReadByOneQuery() {
        assertThat(during(session -> {
                    session.remove(session.find(Note.class, 1L));
                    session.remove(session.find(Note.class, 2L));
                }))
                .isEqualTo(Map.of(IMAGE_QUERIES, 1L, IMAGE_ROWS, 2L));
    }

    @Test
    void anInsertReadsNothing() {
        assertThat(during(session -> session.persist(new Note(4, session.getReference(Pad.class, 1L)))))
                .isEmpty();
    }

    @Test
    @SinceHibernate("7.2")
    void theRowsOfABulkStatementAreLocked() {
        assertThat(during(session -> session.createMutationQuery("update Note set pad = :pad where id < 3")
                        .setParameter("pad", session.getReference(Pad.class, 2L))
                        .executeUpdate()))
                .isEqualTo(Map.of(BULK_ROWS, 2L));
        assertThat(during(session -> session.createMutationQuery(DELETE).executeUpdate()))
                .isEqualTo(Map.of(BULK_ROWS, 3L));
    }

    @Test
    @BeforeHibernate("7.2")
    void aBulkStatementIsRefused() {
        assertThat(during(StatementFiguresTest::refused)).isEqualTo(Map.of(REFUSED, 1L));
    }

    @Test
    @BeforeHibernate("7.2")
    void aStatelessSessionIsRefused() {
        assertThat(Figures.during(
                        db,
                        () -> assertThatThrownBy(() -> db.factory()
                                        .inStatelessTransaction(session -> session.delete(session.get(Note.class, 1L))))
                                .isInstanceOf(UncountableStatementException.class)))
                .isEqualTo(Map.of(REFUSED, 1L));
    }

    private static void refused(Session session) {
        assertThatThrownBy(() -> session.createMutationQuery(DELETE).executeUpdate())
                .isInstanceOf(UncountableStatementException.class);
    }

    /** The warning of it is logged only once. */
    @Test
    void eachNativeStatementIsUncounted() {
        assertThat(during(session -> {
                    session.createNativeMutationQuery("delete from note where id = 1")
                            .executeUpdate();
                    session.createNativeMutationQuery("delete from note where id = 2")
                            .executeUpdate();
                }))
                .isEqualTo(Map.of(UNCOUNTED_NATIVE, 2L));
        reset();
    }

    @Test
    void aNativeStatementOfAnotherTableIsNotUncounted() {
        assertThat(during(session -> session.createNativeMutationQuery("update pad set id = id where id = 2")
                        .executeUpdate()))
                .isEmpty();
    }

    @Test
    void aStatementThatIsToBeIgnoredIsUncounted() {
        assertThat(during(session -> ignored(DELETE, session))).isEqualTo(Map.of(UNCOUNTED_IGNORED, 1L));
        assertThat(during(session ->
                        ignored("insert into Note (id, pad) select 9, p from Pad p where p.id = 2", session)))
                .isEqualTo(Map.of(UNCOUNTED_IGNORED, 1L));
        assertThat(during(session -> ignored("update Note set text = 'moves nothing'", session)))
                .isEmpty();
        CounterRepair.of(db.factory(), Pad.class).repair();
    }

    private static void ignored(String hql, Session session) {
        session.createMutationQuery(hql)
                .setComment(CounterCacheSettings.IGNORE_STATEMENT)
                .executeUpdate();
    }

    @Test
    void aResetOfWrongRowsRepairsThem() {
        db.execute("update pad set notes_count = 7");

        assertThat(during(session ->
                        CounterCaches.of(session).on(Pad.class, List.of(1L, 2L)).drift()))
                .isEqualTo(Map.of(RECOUNTS, 1L));
        assertThat(during(session ->
                        CounterCaches.of(session).on(Pad.class, List.of(1L, 2L)).reset()))
                .isEqualTo(Map.of(RECOUNTS, 1L, REPAIRED_ROWS, 2L));
        assertThat(during(session -> CounterCaches.of(session).resetCounters(Pad.class, 1L)))
                .isEqualTo(Map.of(RECOUNTS, 1L));
    }

    @Test
    void eachChunkOfARepairIsARecount() {
        db.execute("update pad set notes_count = 7 where id = 1");

        assertThat(during(session ->
                        CounterRepair.of(db.factory(), Pad.class).chunkSize(1).repair()))
                .isEqualTo(Map.of(RECOUNTS, 2L, REPAIRED_ROWS, 1L));
    }

    /** Where the application has bulk statements refused. */
    @Nested
    @SinceHibernate("7.2")
    class Reject {

        @RegisterExtension
        final TestDatabase own =
                TestDatabase.shared(Pad.class, Note.class).setting(CounterCacheSettings.BULK, "reject");

        @Test
        void aBulkStatementIsRefused() {
            write(own);

            assertThat(during(own, StatementFiguresTest::refused)).isEqualTo(Map.of(REFUSED, 1L));
        }
    }
}
