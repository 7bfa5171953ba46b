package io.countercache.hibernate.slots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.support.Concurrently;
import io.countercache.hibernate.support.SameSource;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import jakarta.persistence.LockModeType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.hibernate.Session;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Slots are filled, squashed, corrected and read at the same time, and nobody ever sees another value than the right one. */
@Tag("databases")
class SlotsRaceTest {

    private static final int THREADS = 6;
    private static final int TRANSACTIONS = 60;

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Page.class, Reply.class);

    private final AtomicLong added = new AtomicLong();

    @BeforeEach
    void slots() {
        assumeTrue(TestServer.HAS_SLOTS);
    }

    @Test
    void writersAndAllThatCorrects() {
        List<Long> pages = List.of(db.persist(new Page()).id, db.persist(new Page()).id);
        AtomicBoolean isOver = new AtomicBoolean();
        try (Concurrently threads = new Concurrently(db)) {
            List<Future<?>> writers = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                writers.add(threads.start(() -> write(pages)));
            }
            List<Future<?>> others = List.of(
                    threads.start(() -> until(isOver, () -> {
                        CounterRepair.of(db.factory(), Page.class).squash();
                    })),
                    threads.start(() -> until(
                            isOver,
                            () -> db.inTransaction(session -> CounterCaches.of(session)
                                    .on(Page.class, pages)
                                    .reset()))),
                    threads.start(() -> until(isOver, () -> Page.requireRightInOneStatement(db.factory()))));
            writers.forEach(Concurrently::finish);
            isOver.set(true);
            others.forEach(Concurrently::finish);
        }
        CounterRepair.verifyAll(db.factory()).requireClean();
        long views = db.fromTransaction(
                session -> session.createSelectionQuery("select sum(p.views) from Page p", Long.class)
                        .getSingleResult());
        assertThat(views).isEqualTo(added.get());
    }

    private void write(List<Long> pages) {
        Deque<Long> own = new ArrayDeque<>();
        for (int i = 0; i < TRANSACTIONS; i++) {
            long page = pages.get(ThreadLocalRandom.current().nextInt(pages.size()));
            int choice = ThreadLocalRandom.current().nextInt(4);
            Reply reply = new Reply();
            db.inTransaction(session -> {
                switch (choice) {
                    case 0 -> remove(page, own, session);
                    case 1 -> view(page, session);
                    default -> {
                        reply.page = session.getReference(Page.class, page);
                        session.persist(reply);
                    }
                }
            });
            if (choice == 1) {
                added.addAndGet(2);
            } else if (reply.id != null) {
                own.add(reply.id);
            }
        }
    }

    private static void view(long page, Session session) {
        CounterCaches.of(session).on(Page.class, page).increment("views", 2);
    }

    private static void remove(long page, Deque<Long> own, Session session) {
        if (TestServer.IS_MARIADB) { // whoever locks a child before its parent may deadlock with a reset there, with or
            // without slots
            if (!own.isEmpty()) {
                session.remove(session.find(Reply.class, own.remove()));
            }
            return;
        }
        Reply.removeFirst(page, session);
    }

    private static void until(AtomicBoolean isOver, Runnable work) {
        while (!isOver.get()) {
            work.run();
        }
    }

    @Test
    void whoWaitsForASquashToLockThePageSeesWhatWasSquashedOnce() throws Exception {
        Page page = db.persist(new Page());
        db.inTransaction(session -> {
            for (int i = 0; i < 3; i++) {
                session.persist(new Reply(session.getReference(Page.class, page.id)));
            }
        });
        OpenSquash.whileWaits(
                () -> db.inTransaction(session -> assertThat(
                                SameSource.find(session, Page.class, page.id, LockModeType.PESSIMISTIC_WRITE)
                                        .repliesCount)
                        .isEqualTo(3)),
                db,
                "update page_views set replies_count = replies_count + 3",
                "delete from page_views_slots where counter = 'REPLIES_COUNT'");
    }
}
