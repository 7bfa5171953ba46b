package io.countercache.hibernate.slots;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.support.Concurrently;
import io.countercache.hibernate.support.Soak;
import io.countercache.hibernate.support.TestDatabase;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Squashes against writes, resets, reads and deletes of the page, at every isolation level of PostgreSQL: exact, or the database refuses
 * and the application tries again; at READ COMMITTED nothing is refused. Nobody is ever in a deadlock.
 */
@Tag("soak")
@Tag("postgresql") // elsewhere there are no slots
@ParameterizedClass(name = "{0}")
@ValueSource(strings = {"TRANSACTION_READ_COMMITTED", "TRANSACTION_REPEATABLE_READ", "TRANSACTION_SERIALIZABLE"})
class SquashRaceTest {

    private static final int THREADS = 4;
    private static final int TRANSACTIONS = Soak.of(1_000);
    private static final int ATTEMPTS = 1_000;

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Page.class, Reply.class);

    private final String isolation;
    private AtIsolation isolated;
    private SessionFactory factory;

    private final AtomicBoolean isOver = new AtomicBoolean();
    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicLong viewed = new AtomicLong();

    SquashRaceTest(String isolation) {
        this.isolation = isolation;
    }

    @BeforeEach
    void open() {
        isolated = AtIsolation.of(isolation, db);
        factory = isolated.factory();
    }

    @AfterEach
    void close() {
        isolated.close();
    }

    private void untilDone(Runnable work) {
        for (int attempt = 1; ; attempt++) {
            try {
                work.run();
                return;
            } catch (RuntimeException failure) {
                if (attempt == ATTEMPTS || !has(failure, "40001")) {
                    throw failure;
                }
                refused.incrementAndGet();
            }
        }
    }

    private static boolean has(Throwable failure, String state) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                .anyMatch(cause -> cause instanceof SQLException sql && state.equals(sql.getSQLState()));
    }

    private void untilCommitted(Consumer<Session> work) {
        untilDone(() -> factory.inTransaction(work));
    }

    private void untilOver(Runnable work) {
        while (!isOver.get()) {
            untilDone(work);
        }
    }

    private void squash() {
        CounterRepair.of(factory, Page.class).squash();
    }

    /** Until the writers are done, all at once. */
    private void race(Runnable writer, List<Runnable> others) {
        try (Concurrently threads = new Concurrently(db)) {
            List<Future<?>> writers = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                writers.add(threads.start(() -> {
                    for (int done = 0; done < TRANSACTIONS; done++) {
                        writer.run();
                    }
                }));
            }
            List<Future<?>> rest = others.stream()
                    .<Future<?>>map(other -> threads.start(() -> untilOver(other)))
                    .toList();
            try {
                writers.forEach(Concurrently::finish);
            } finally {
                isOver.set(true);
            }
            rest.forEach(Concurrently::finish);
        }
        if (isolation.equals("TRANSACTION_READ_COMMITTED")) {
            assertThat(refused).hasValue(0);
        }
    }

    @Test
    void squashesAndWritesAndResetsAndReads() {
        List<Long> pages = List.of(db.persist(new Page()).id, db.persist(new Page()).id);
        race(
                () -> write(pages.get(ThreadLocalRandom.current().nextInt(pages.size()))),
                List.of(
                        this::squash,
                        () -> factory.inTransaction(session ->
                                CounterCaches.of(session).on(Page.class, pages).reset()),
                        () -> Page.requireRightInOneStatement(factory)));
        assertThat(db.<Long>fromTransaction(
                        session -> session.createSelectionQuery("select sum(views) from Page", Long.class)
                                .getSingleResult()))
                .isEqualTo(viewed.get());
    }

    private void write(long page) {
        switch (ThreadLocalRandom.current().nextInt(4)) {
            case 0 -> untilCommitted(session -> Reply.removeFirst(page, session));
            case 1 -> {
                untilCommitted(session ->
                        CounterCaches.of(session).on(Page.class, page).increment("views", 2));
                viewed.addAndGet(2);
            }
            default -> untilCommitted(session -> session.persist(new Reply(session.getReference(Page.class, page))));
        }
    }

    @Test
    void squashesAndWritesAndDeletesOfThePage() {
        List<Long> pages = new CopyOnWriteArrayList<>();
        pages.add(db.persist(new Page()).id);
        race(
                () -> untilDone(() ->
                        writeUnlessDeleted(pages.get(ThreadLocalRandom.current().nextInt(pages.size())))),
                List.of(this::squash, () -> {
                    Page next = new Page();
                    factory.inTransaction(session -> session.persist(next));
                    pages.add(next.id);
                    long oldest = pages.get(0);
                    untilCommitted(session -> delete(oldest, session));
                    pages.remove(0);
                }));
        // whoever has come too late has left no slot
        assertThat(db.number("select count(*) from page_views_slots"
                        + " where parent_id not in (select id from page_views)"))
                .isZero();
    }

    /** Locked before its replies are looked for, so that no more can come. */
    private static void delete(long id, Session session) {
        session.createNativeQuery("select id from page_views where id = :id for update", Long.class)
                .setParameter("id", id)
                .getResultList();
        session.remove(session.find(Page.class, id));
    }

    private void writeUnlessDeleted(long page) {
        if (ThreadLocalRandom.current().nextBoolean()) {
            factory.inTransaction(
                    session -> CounterCaches.of(session).on(Page.class, page).increment("views", 2));
            return;
        }
        try {
            factory.inTransaction(session -> session.persist(new Reply(session.getReference(Page.class, page))));
        } catch (RuntimeException failure) {
            if (!has(failure, "23503")) { // the reply refers to no page any more
                throw failure;
            }
        }
    }
}
