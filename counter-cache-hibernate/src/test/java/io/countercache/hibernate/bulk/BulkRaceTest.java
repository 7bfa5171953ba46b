package io.countercache.hibernate.bulk;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.CounterCache;
import io.countercache.hibernate.concurrency.TrafficTest;
import io.countercache.hibernate.modelcheck.Actor.Failure;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.Soak;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Inheritance;
import jakarta.persistence.InheritanceType;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.MappedSuperclass;
import jakarta.persistence.Version;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.hibernate.Session;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Bulk statements, again and again, while eight threads insert, delete, move and change the same rows: after each test every
 * counter has to be right, and nothing may have failed but for what a database refuses to concurrent transactions.
 */
@Tag("soak")
@SinceHibernate("7.2")
class BulkRaceTest {

    private static final int ROOMS = 4;
    private static final int WRITERS = 8;
    private static final int TRANSACTIONS = Soak.of(TestServer.IS_H2 ? 200 : 400);

    /** What makes a transaction try again, with this library and without. */
    private static final Set<Failure> RETRYABLE = EnumSet.of(Failure.STALE, Failure.LOCKED);

    @RegisterExtension
    final TestDatabase db =
            TestDatabase.shared(Room.class, Letter.class, Memo.class, Report.class, Review.class, Draft.class);

    private final List<Room> rooms = new ArrayList<>();
    private final Map<String, Integer> failuresOfWriters = new ConcurrentSkipListMap<>();
    private final Map<String, Integer> failuresOfBulk = new ConcurrentSkipListMap<>();
    private final AtomicInteger changed = new AtomicInteger();
    private final AtomicInteger committed = new AtomicInteger();

    @Entity(name = "Room")
    static class Room {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        int lettersCount;
        int shownLettersCount;
        long wordsOfLetters;
        int memosCount;
        int shownMemosCount;
        long wordsOfMemos;
        int reportsCount;
        int shownReportsCount;
        long wordsOfReports;
        int reviewsCount;
    }

    /** What is in a room. */
    @MappedSuperclass
    abstract static class Paper {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        boolean shown;
        int words;

        abstract void put(Room room);
    }

    @Entity(name = "Letter")
    static class Letter extends Paper {
        @Version
        int version;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("lettersCount")
        @CounterCache(value = "shownLettersCount", where = "shown")
        @CounterCache(value = "wordsOfLetters", sum = "words", where = "words > 3")
        Room room;

        @Override
        void put(Room in) {
            room = in;
        }
    }

    /** Without a version. */
    @Entity(name = "Memo")
    static class Memo extends Paper {
        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("memosCount")
        @CounterCache(value = "shownMemosCount", where = "shown")
        @CounterCache(value = "wordsOfMemos", sum = "words")
        Room room;

        @Override
        void put(Room in) {
            room = in;
        }
    }

    /** In several tables. */
    @Entity(name = "Report")
    @Inheritance(strategy = InheritanceType.JOINED)
    static class Report extends Paper {
        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("reportsCount")
        @CounterCache(value = "shownReportsCount", where = "shown")
        @CounterCache(value = "wordsOfReports", sum = "words")
        Room room;

        @Override
        void put(Room in) {
            room = in;
        }
    }

    @Entity(name = "Review")
    static class Review extends Report {
        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("reviewsCount")
        Room reviewedIn;

        @Override
        void put(Room in) {
            super.put(in);
            reviewedIn = in;
        }
    }

    @Entity(name = "Draft")
    static class Draft extends Report {
        int number;
    }

    @SuppressWarnings("ImmutableEnumChecker") // never changed
    private enum Kind {
        LETTER(Letter::new),
        MEMO(Memo::new),
        REPORT(Draft::new),
        REVIEW(Review::new);

        private final Supplier<Paper> make;

        Kind(Supplier<Paper> make) {
            this.make = make;
        }

        /** Of a hierarchy, its root: statements are about all of it. */
        String entity() {
            return this == LETTER ? "Letter" : this == MEMO ? "Memo" : "Report";
        }

        Class<? extends Paper> type() {
            return this == LETTER ? Letter.class : this == MEMO ? Memo.class : Report.class;
        }

        boolean isInOneTable() {
            return this == LETTER || this == MEMO;
        }
    }

    @BeforeEach
    void rooms() {
        for (int i = 0; i < ROOMS; i++) {
            rooms.add(db.persist(new Room()));
        }
    }

    private Room any(Random random) {
        return rooms.get(random.nextInt(ROOMS));
    }

    private Paper paper(Kind kind, Random random) {
        Paper paper = kind.make.get();
        paper.shown = random.nextBoolean();
        paper.words = random.nextInt(8);
        paper.put(any(random));
        return paper;
    }

    /** Inserts two and then, with a lock on no other row, deletes, moves or changes one. */
    private int change(Session session, Kind kind, Random random) {
        session.persist(paper(kind, random));
        session.persist(paper(kind, random));
        Long id = session.createSelectionQuery(
                        "select id from %s order by %s".formatted(kind.entity(), TestServer.RANDOM), Long.class)
                .setMaxResults(1)
                .getSingleResultOrNull();
        Paper found = id == null ? null : session.find(kind.type(), id);
        if (found != null) {
            switch (random.nextInt(4)) {
                case 0 -> session.remove(found);
                case 1 -> found.put(any(random));
                case 2 -> found.shown = !found.shown;
                default -> found.words += 5;
            }
        }
        return 1;
    }

    private static int run(Session session, String hql, Object... parameters) {
        var query = session.createMutationQuery(hql);
        for (int i = 0; i < parameters.length; i++) {
            query.setParameter(i + 1, parameters[i]);
        }
        return query.executeUpdate();
    }

    private int delete(Session session, Kind kind, Random random) {
        return switch (random.nextInt(3)) {
            case 0 -> run(session, "delete from %s where room = ?1".formatted(kind.entity()), any(random));
            case 1 -> run(session, "delete from %s where shown and words > ?1".formatted(kind.entity()), 2);
            default ->
                run(
                        session,
                        "delete from %s where room.id in (select r.id from Room r where r.id <= ?1)"
                                .formatted(kind.entity()),
                        any(random).id);
        };
    }

    private int move(Session session, Kind kind, Random random) {
        return switch (random.nextInt(3)) {
            case 0 ->
                run(
                        session,
                        "update %s set room = ?1 where room = ?2".formatted(kind.entity()),
                        any(random),
                        any(random));
            case 1 -> run(session, "update %s set room = null where words > ?1".formatted(kind.entity()), 4);
            default ->
                run(
                        session,
                        "update %s set room = (select r from Room r where r.id = ?1) where room is null or shown"
                                .formatted(kind.entity()),
                        any(random).id);
        };
    }

    private int value(Session session, Kind kind, Random random) {
        return switch (random.nextInt(3)) {
            case 0 ->
                run(session, "update %s set words = words + 1 where room = ?1".formatted(kind.entity()), any(random));
            case 1 -> run(session, "update %s set shown = true, words = 0 where words > 9".formatted(kind.entity()));
            default ->
                run(
                        session,
                        "update %s set shown = case when shown then false else true end, room = ?1 where room = ?2"
                                .formatted(kind.entity()),
                        any(random),
                        any(random));
        };
    }

    /** A transaction; what it fails with has to be what makes one try again. */
    private int attempt(ToIntFunction<Session> work, Map<String, Integer> failures) {
        try {
            int done = db.fromTransaction(work::applyAsInt);
            committed.incrementAndGet();
            return done;
        } catch (RuntimeException e) {
            // on H2 each DELETE from several tables looks for the rows again, and may find one that was not there
            // before
            boolean isTorn = TestServer.IS_H2 && Failure.of(e) == Failure.CONSTRAINT;
            if (!isTorn && !RETRYABLE.contains(Failure.of(e))) {
                throw e;
            }
            failures.merge(e.getClass().getSimpleName(), 1, Integer::sum);
            return 0;
        }
    }

    private interface Statement {
        int execute(Session session, Random random);
    }

    /** Eight threads that write, and one for each kind of statement until they are done. */
    private void race(Kind kind, Statement... statements) {
        db.inTransaction(session -> {
            Random random = new Random(0);
            for (int i = 0; i < 200; i++) {
                session.persist(paper(kind, random));
            }
        });
        CountDownLatch writing = new CountDownLatch(WRITERS);
        AtomicInteger roles = new AtomicInteger();
        TrafficTest.onThreads(WRITERS + statements.length, () -> {
            int role = roles.getAndIncrement();
            Random random = new Random(role);
            if (role < WRITERS) {
                try {
                    for (int i = 0; i < TRANSACTIONS; i++) {
                        attempt(session -> change(session, kind, random), failuresOfWriters);
                    }
                } finally {
                    writing.countDown();
                }
            } else {
                Statement statement = statements[role - WRITERS];
                do {
                    changed.addAndGet(attempt(session -> statement.execute(session, random), failuresOfBulk));
                } while (writing.getCount() > 0 || changed.get() == 0);
            }
            return null;
        });
        System.out.printf(
                "%s: %d transactions, %d rows in bulk, writers failed %s, bulk statements failed %s%n",
                kind, committed.get(), changed.get(), failuresOfWriters, failuresOfBulk);
        assertThat(changed).hasPositiveValue();
        // on MariaDB, where a bulk statement locks what it reads at the default level, deadlocks end most of the
        // writers
        assertThat(committed).hasValueGreaterThan(TestServer.IS_MARIADB ? 0 : WRITERS * TRANSACTIONS / 4);
    }

    @ParameterizedTest
    @EnumSource
    void deletesTakeFromTheCountersWhatTheyDelete(Kind kind) {
        race(kind, (session, random) -> delete(session, kind, random));

        if (kind.isInOneTable() && TestServer.IS_POSTGRESQL && !TestServer.IS_PORTABLE) {
            assertThat(failuresOfBulk)
                    .as("the statement itself tells what it deletes")
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void movesTakeAndGiveWhatTheyMove(Kind kind) {
        race(kind, (session, random) -> move(session, kind, random));
    }

    @ParameterizedTest
    @EnumSource
    void updatesOfWhatConditionsAndTotalsLookAtAreCounted(Kind kind) {
        race(kind, (session, random) -> value(session, kind, random));
    }

    @Test
    void statementsOfAllKindsAtOnce() {
        race(
                Kind.LETTER,
                (session, random) -> delete(session, Kind.LETTER, random),
                (session, random) -> move(session, Kind.LETTER, random),
                (session, random) -> value(session, Kind.LETTER, random));
    }
}
