package io.countercache.hibernate.repair;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.CounterCache;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.support.Concurrently;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Resets and repairs of the very rows that others write all the time: none of them deadlocks, and no counter drifts. Those who lock
 * children by queries of their own, before they change them, may deadlock with a reset at REPEATABLE READ on MariaDB, and are not here.
 */
@Tag("databases")
class ResetRaceTest {

    private static final int THREADS = 6;
    private static final int TRANSACTIONS = 240;

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Leaflet.class, Answer.class);

    private final AtomicBoolean isOver = new AtomicBoolean();
    private List<Long> leaflets;

    @Entity(name = "Leaflet")
    static class Leaflet {
        @Id
        @GeneratedValue(strategy = GenerationType.IDENTITY)
        Long id;

        int answersCount;
        int starsTotal;
    }

    @Entity(name = "Answer")
    static class Answer {
        @Id
        @GeneratedValue(strategy = GenerationType.IDENTITY)
        Long id;

        /** In no index: who counts it reads the row itself, which others lock before they delete it. */
        int stars = 3;

        @ManyToOne(fetch = FetchType.LAZY, optional = false)
        @CounterCache
        @CounterCache(value = "starsTotal", sum = "stars")
        Leaflet leaflet;

        Answer() {}

        Answer(Leaflet leaflet) {
            this.leaflet = leaflet;
        }
    }

    @BeforeEach
    void leaflets() {
        leaflets = List.of(db.persist(new Leaflet()).id, db.persist(new Leaflet()).id);
    }

    private void race(Runnable corrects) {
        try (Concurrently threads = new Concurrently(db)) {
            List<Future<?>> writers = new ArrayList<>();
            AtomicInteger number = new AtomicInteger();
            for (int i = 0; i < THREADS; i++) {
                writers.add(threads.start(() -> write(number.getAndIncrement())));
            }
            List<Future<?>> correctors = List.of(
                    threads.start(() -> breakAndCorrect(corrects)), threads.start(() -> breakAndCorrect(corrects)));
            try {
                writers.forEach(Concurrently::finish);
            } finally {
                isOver.set(true);
            }
            correctors.forEach(Concurrently::finish);
        }
        CounterRepair.verifyAll(db.factory()).requireClean();
    }

    /** Of two that find the same row wrong only one corrects it. */
    private void breakAndCorrect(Runnable corrects) {
        while (!isOver.get()) {
            for (Long id : leaflets) { // one by one: an UPDATE of both locks them in any order
                db.execute(
                        "update leaflet set answers_count = answers_count + 5, stars_total = stars_total + 1 where id = "
                                + id);
            }
            corrects.run();
        }
    }

    /** Of three transactions two insert an answer, and one removes one that it has inserted before. */
    private void write(int writer) {
        Deque<Long> mine = new ArrayDeque<>();
        for (int i = 0; i < TRANSACTIONS; i++) {
            Long leaflet = leaflets.get((writer + i) % 2);
            if (i % 3 == 2) {
                Long removed = mine.removeFirst();
                db.inTransaction(session -> session.remove(session.find(Answer.class, removed)));
            } else {
                mine.addLast(db.fromTransaction(session -> {
                    Answer answer = new Answer(session.getReference(Leaflet.class, leaflet));
                    session.persist(answer);
                    return answer.id;
                }));
            }
        }
    }

    @Test
    void aReset() {
        race(() -> db.inTransaction(
                session -> CounterCaches.of(session).on(Leaflet.class, leaflets).reset()));
    }

    @Test
    void aRepair() {
        race(() -> assertThat(
                        CounterRepair.of(db.factory(), Leaflet.class).repair().failures())
                .isEmpty());
    }
}
