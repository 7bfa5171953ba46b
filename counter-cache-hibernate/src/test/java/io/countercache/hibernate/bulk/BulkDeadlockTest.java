package io.countercache.hibernate.bulk;

import static io.countercache.hibernate.support.Concurrently.finish;
import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.hibernate.bulk.BulkRaceTest.Draft;
import io.countercache.hibernate.bulk.BulkRaceTest.Letter;
import io.countercache.hibernate.bulk.BulkRaceTest.Memo;
import io.countercache.hibernate.bulk.BulkRaceTest.Paper;
import io.countercache.hibernate.bulk.BulkRaceTest.Report;
import io.countercache.hibernate.bulk.BulkRaceTest.Review;
import io.countercache.hibernate.bulk.BulkRaceTest.Room;
import io.countercache.hibernate.concurrency.TrafficTest;
import io.countercache.hibernate.modelcheck.Actor.Failure;
import io.countercache.hibernate.support.Concurrently;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.Soak;
import io.countercache.hibernate.support.TestDatabase;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.hibernate.Session;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * In which order bulk statements lock their rows, and what they do with rows that they had to wait for. After each test every
 * counter is right.
 */
@Tag("postgresql") // with skip locked; H2 locks what it changes in an order of its own
@SinceHibernate("7.2")
class BulkDeadlockTest {

    private static final int THREADS = 8;
    private static final int TRANSACTIONS = Soak.of(400);

    @RegisterExtension
    final TestDatabase db =
            TestDatabase.shared(Room.class, Letter.class, Memo.class, Report.class, Review.class, Draft.class);

    private Room one;
    private Room other;

    @SuppressWarnings("ImmutableEnumChecker") // never changed
    private enum Kind {
        LETTER(Letter::new),
        MEMO(Memo::new),
        REPORT(Review::new);

        private final Supplier<Paper> make;

        Kind(Supplier<Paper> make) {
            this.make = make;
        }

        String table() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** A bulk statement in which %s stands for the entity. */
        String hql(String pattern) {
            return pattern.formatted(name().charAt(0) + table().substring(1));
        }
    }

    @BeforeEach
    void rooms() {
        one = db.persist(new Room());
        other = db.persist(new Room());
    }

    private void put(Session session, Kind kind, Room room) {
        Paper paper = kind.make.get();
        paper.words = 5;
        paper.put(room);
        session.persist(paper);
    }

    private void putThree(Kind kind) {
        db.inTransaction(session -> IntStream.range(0, 3).forEach(i -> put(session, kind, one)));
    }

    private static int run(Session session, String hql, Object... parameters) {
        var query = session.createMutationQuery(hql);
        for (int i = 0; i < parameters.length; i++) {
            query.setParameter(i + 1, parameters[i]);
        }
        return query.executeUpdate();
    }

    private int execute(String hql, Object... parameters) {
        return db.fromTransaction(session -> run(session, hql, parameters));
    }

    private long count(String column, Room room) {
        return db.number("select %s from room where id = %d".formatted(column, room.id));
    }

    /** Another transaction holds the row with the greatest id, and the one with the least is behind it in the table. */
    private void locksInOrder(Kind kind, String statement) {
        putThree(kind);
        String table = kind.table();
        db.execute("update %1$s set words = words where id = (select min(id) from %1$s)".formatted(table));
        try (Concurrently concurrently = new Concurrently(db);
                Session holder = db.factory().openSession()) {
            holder.beginTransaction();
            holder.createNativeQuery(
                            "select id from %1$s where id = (select max(id) from %1$s) for update".formatted(table),
                            Long.class)
                    .getSingleResult();
            var waiting = concurrently.start(
                    () -> assertThat(execute(kind.hql(statement), one)).isEqualTo(3));
            concurrently.awaitWaiting(1);

            assertThat(db.number("select count(*) from (select 1 from %s for no key update skip locked) free"
                            .formatted(table)))
                    .as("all rows before the one that it waits for are locked")
                    .isZero();

            holder.getTransaction().commit();
            finish(waiting);
        }
    }

    @ParameterizedTest
    @EnumSource
    void anUpdateLocksItsRowsInTheOrderOfTheirIds(Kind kind) {
        locksInOrder(kind, "update %s set words = words + 1 where room = ?1");
    }

    @ParameterizedTest
    @EnumSource
    void aDeleteLocksItsRowsInTheOrderOfTheirIds(Kind kind) {
        locksInOrder(kind, "delete from %s where room = ?1");
    }

    @Test
    void anUpdateIsOneStatementAndThoseOfTheCounters() {
        putThree(Kind.MEMO);
        assertThat(db.statementsOf(() -> execute("update Memo set words = words + 1 where room = ?1", one)))
                .hasSize(2);
    }

    /** What has changed while the statement waited still fits the condition, but has another value and another room. */
    private void takesAsItIsThen(Kind kind, String statement, int expected) {
        putThree(kind);
        try (Concurrently concurrently = new Concurrently(db);
                Session writer = db.factory().openSession()) {
            writer.beginTransaction();
            Paper changed = writer.createSelectionQuery("from %s order by id".formatted(kind.hql("%s")), Paper.class)
                    .setMaxResults(1)
                    .getSingleResult();
            changed.words = 7;
            changed.put(other);
            writer.flush();
            var waiting = concurrently.start(
                    () -> assertThat(execute(kind.hql(statement))).isEqualTo(expected));
            concurrently.awaitWaiting(1);
            writer.getTransaction().commit();
            finish(waiting);
        }
    }

    @ParameterizedTest
    @EnumSource
    void anUpdateTakesARowThatItHadToWaitForAsItIsThen(Kind kind) {
        takesAsItIsThen(kind, "update %s set words = words + 1 where words > 4", 3);

        assertThat(count("words_of_%ss".formatted(kind.table()), one)).isEqualTo(12);
        assertThat(count("words_of_%ss".formatted(kind.table()), other)).isEqualTo(8);
    }

    @ParameterizedTest
    @EnumSource
    void aDeleteTakesARowThatItHadToWaitForFromWhereItIsThen(Kind kind) {
        takesAsItIsThen(kind, "delete from %s where words > 4", 3);

        assertThat(count("words_of_%ss".formatted(kind.table()), other)).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void anUpdateLeavesARowThatNoLongerFits(Kind kind) {
        takesAsItIsThen(kind, "update %s set words = words + 1 where words = 5", 2);

        assertThat(count("words_of_%ss".formatted(kind.table()), other)).isEqualTo(7);
    }

    @ParameterizedTest
    @EnumSource
    void aDeleteLeavesARowThatNoLongerFits(Kind kind) {
        takesAsItIsThen(kind, "delete from %s where words = 5", 2);

        assertThat(count("words_of_%ss".formatted(kind.table()), other)).isEqualTo(7);
    }

    private void anything(Session session, Kind kind, Random random) {
        Room room = random.nextBoolean() ? one : other;
        switch (random.nextInt(8)) {
            case 0, 1 -> put(session, kind, room);
            case 2, 3 -> run(session, kind.hql("update %s set shown = true where room = ?1 and not shown"), room);
            case 4 -> run(session, kind.hql("update %s set shown = false where room = ?1 and mod(id, 5) = 0"), room);
            case 5 -> run(session, kind.hql("update %s set words = words + 1 where room = ?1"), room);
            case 6 -> run(session, kind.hql("update %s set room = ?1 where mod(id, 7) = 0"), room);
            default -> run(session, kind.hql("delete from %s where room = ?1 and mod(id, 4) = 0"), room);
        }
    }

    /** All of them lock their rows in the same order, and the parents of these at the end. */
    @ParameterizedTest
    @EnumSource
    @Tag("soak")
    void bulkStatementsAndInsertsDoNotDeadlock(Kind kind) {
        db.inTransaction(session -> IntStream.range(0, 200).forEach(i -> put(session, kind, i < 100 ? one : other)));
        AtomicInteger threads = new AtomicInteger();
        Map<Failure, Integer> failures = new EnumMap<>(Failure.class);
        TrafficTest.onThreads(THREADS, () -> {
            Random random = new Random(threads.getAndIncrement());
            for (int i = 0; i < TRANSACTIONS; i++) {
                try {
                    db.inTransaction(session -> anything(session, kind, random));
                } catch (RuntimeException e) {
                    synchronized (failures) {
                        failures.merge(Failure.of(e), 1, Integer::sum);
                    }
                }
            }
            return null;
        });
        failures.remove(Failure.STALE); // of rows in several tables: what came between two statements
        assertThat(failures).isEmpty();
    }
}
