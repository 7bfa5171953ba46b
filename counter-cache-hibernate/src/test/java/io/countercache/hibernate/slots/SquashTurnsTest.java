package io.countercache.hibernate.slots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.support.Concurrently;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.hibernate.SessionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Which slots are squashed by those who write others. */
@Tag("databases")
class SquashTurnsTest {

    private static final int EVERY = 64;
    /** A row is hot until so many others were written after it. */
    private static final int HOT = 2 * EVERY;

    private static final int WRITERS = 4;

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Page.class, Reply.class);

    @BeforeEach
    void slots() {
        assumeTrue(TestServer.HAS_SLOTS);
    }

    @AfterEach
    void allIsRight() {
        CounterRepair.verifyAll(db.factory()).requireClean();
    }

    private long page() {
        return db.persist(new Page()).id;
    }

    private static void reply(SessionFactory factory, long... pages) {
        factory.inTransaction(session -> LongStream.of(pages)
                .forEach(page -> session.persist(new Reply(session.getReference(Page.class, page)))));
    }

    private void reply(long page, int times) {
        for (int i = 0; i < times; i++) {
            reply(db.factory(), page);
        }
    }

    private void view(long page, int times) {
        for (int i = 0; i < times; i++) {
            db.inTransaction(
                    session -> CounterCaches.of(session).on(Page.class, page).increment("views"));
        }
    }

    private long slots(String column, long page) {
        return db.number("select count(*) from page_views_slots where lower(counter) like '%%%s' and parent_id = %d"
                .formatted(column, page));
    }

    private long column(String name, long page) {
        return db.number("select " + name + " from page_views where id = " + page);
    }

    @Test
    void allCountersOfAPageToWhichNobodyWritesAnyMoreAreSquashedAndThoseOfAHotOneAreNot() {
        long old = page();
        reply(old, 1);
        long hot = page();
        reply(hot, HOT);
        assertThat(slots("replies_count", old)).isEqualTo(1);
        reply(hot, EVERY);
        assertThat(slots("replies_count", old)).isZero();
        assertThat(slots("paid_total", old)).isZero();
        assertThat(column("replies_count", old)).isEqualTo(1);
        assertThat(column("replies_count", hot)).isZero();
        assertThat(slots("replies_count", hot)).isPositive();
    }

    @Test
    void soAreThoseThatAreCountedByHand() {
        long old = page();
        view(old, 1);
        view(page(), HOT);
        assertThat(slots("views", old)).isEqualTo(1);
        view(page(), EVERY);
        assertThat(slots("views", old)).isZero();
        assertThat(column("views", old)).isEqualTo(1);
    }

    @Test
    void thereAreNotMoreAndMorePagesWithSlots() {
        int most = 0;
        for (int i = 0; i < 20 * EVERY; i++) {
            reply(db.factory(), page());
            if (i % EVERY == 0) {
                most = Math.max(most, (int) db.number("select count(*) from page_views_slots"));
            }
        }
        // of two counters each: those that are hot, and those that were written since the last turn that came to them
        assertThat(most).isBetween(2 * HOT, 2 * 3 * HOT);
    }

    @Test
    void norIfATransactionWritesToMany() {
        int rows = 3 * HOT;
        for (int i = 0; i < 5; i++) {
            reply(db.factory(), LongStream.range(0, rows).map(any -> page()).toArray());
        }
        // the last of them, and of each turn those that were hot then
        assertThat(db.number("select count(distinct parent_id) from page_views_slots"))
                .isLessThan(2 * rows);
    }

    /** One turn is its own; the next one is that of the next transaction. */
    @Test
    void ofATransactionThatAddsManyTimesNoTurnIsLost() {
        List<Page> old =
                LongStream.range(0, 3 * HOT).mapToObj(any -> new Page()).toList();
        db.inTransaction(session -> old.forEach(session::persist));
        Page hot = db.persist(new Page());
        view(hot.id, 1);
        db.execute("insert into page_views_slots (parent_id, counter, slot, amount)"
                + " select p.id, s.counter, 0, 1 from page_views p join page_views_slots s on p.id <> s.parent_id");
        db.inTransaction(session -> {
            for (int i = 0; i < 2 * EVERY; i++) {
                CounterCaches.of(session).on(Page.class, hot.id).increment("views");
            }
        });
        assertThat(db.number("select count(*) from page_views where views = 1")).isEqualTo(HOT);
        view(hot.id, 1);
        assertThat(db.number("select count(*) from page_views where views = 1")).isEqualTo(2 * HOT);
    }

    /** PostgreSQL would refuse to squash what has changed since the transaction began. */
    @Test
    void atRepeatableReadNothingIs() {
        assumeTrue(TestServer.IS_POSTGRESQL);
        long old = page();
        reply(old, 1);
        long hot = page();
        try (AtIsolation isolated = AtIsolation.of(AtIsolation.REPEATABLE_READ, db)) {
            for (int i = 0; i < 2 * HOT; i++) {
                reply(isolated.factory(), hot);
            }
        }
        assertThat(slots("replies_count", old)).isEqualTo(1);
    }

    /** Another instance of the application does not know what is hot here. */
    @Test
    void aRowThatOthersWriteToAtThatMomentIsExact() throws Exception {
        long hot = page();
        List<Long> cold =
                LongStream.rangeClosed(0, HOT).map(any -> page()).boxed().toList();
        AtomicInteger replies = new AtomicInteger();
        AtomicBoolean isOver = new AtomicBoolean();
        try (SessionFactory other = db.configuration().buildSessionFactory();
                Concurrently threads = new Concurrently(db)) {
            List<Future<?>> writers = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                writers.add(threads.start(() -> {
                    while (!isOver.get()) {
                        reply(db.factory(), hot);
                        replies.incrementAndGet();
                    }
                }));
            }
            // on MariaDB a turn leaves out a row to which others write
            int turns = TestServer.IS_MARIADB ? 1 : 20;
            for (int i = 0; i < turns && column("replies_count", hot) == 0; i++) {
                cold.forEach(page -> reply(other, page));
            }
            isOver.set(true);
            writers.forEach(Concurrently::finish);
        }
        assertThat(db.fromTransaction(session -> session.find(Page.class, hot)).repliesCount)
                .isEqualTo(replies.get());
        if (!TestServer.IS_MARIADB) {
            assertThat(column("replies_count", hot)).isPositive();
        }
    }
}
