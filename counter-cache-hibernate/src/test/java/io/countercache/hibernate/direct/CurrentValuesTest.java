package io.countercache.hibernate.direct;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.countercache.Counter;
import io.countercache.CounterLimitException;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.concurrency.TrafficTest;
import io.countercache.hibernate.direct.Shop.Product;
import io.countercache.hibernate.support.Concurrently;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;
import jakarta.persistence.PessimisticLockException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.hibernate.Session;
import org.hibernate.exception.LockAcquisitionException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Changes by hand go by what is there now, also where a query of the transaction still sees what was there when it began. */
@Tag("databases")
class CurrentValuesTest {

    @Entity(name = "Quota")
    static class Quota {
        @Id
        @GeneratedValue
        Long id;

        @Column(unique = true)
        String name;

        @Counter(min = 0, max = 40)
        int used;

        @Counter
        long asked;
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(Product.class, Shop.Review.class, Quota.class);

    /** In a transaction that has begun to read before others did something. */
    private void after(Runnable others, Consumer<Session> work) {
        db.inTransaction(session -> {
            assertThat(session.createSelectionQuery("select count(*) from Product", Long.class)
                            .getSingleResult())
                    .isNotNegative();
            others.run();
            work.accept(session);
        });
    }

    private static long bump(Session session, String name, String counter, long by) {
        return CounterCaches.of(session).bump(Quota.class, Map.of("name", name), counter, by);
    }

    private void otherBumps(String counter, long by) {
        db.inTransaction(session -> bump(session, "a", counter, by));
    }

    @Test
    void aRefusalTellsTheValueThatAnotherTransactionHasWritten() {
        Product product = db.persist(new Product(10));
        after(
                () -> db.inTransaction(
                        session -> Shop.products(session, product.id).take("available", 9)),
                session -> assertThatThrownBy(
                                () -> Shop.products(session, product.id).take("available", 5))
                        .isInstanceOfSatisfying(
                                CounterLimitException.class,
                                refused -> assertThat(refused.value()).isEqualTo(1L)));
    }

    @Test
    void aRowThatAnotherTransactionHasInsertedIsNotMissing() {
        Product product = new Product(3);
        after(
                () -> db.persist(product),
                session -> assertThatThrownBy(
                                () -> Shop.products(session, product.id).decrement("available", 5))
                        .isInstanceOfSatisfying(
                                CounterLimitException.class,
                                refused -> assertThat(refused.value()).isEqualTo(3L)));
    }

    @Test
    void aBumpAddsToARowThatAnotherTransactionHasInserted() {
        assumeFalse(TestServer.IS_PORTABLE, TestServer.NO_BUMP);
        after(
                () -> otherBumps("used", 7),
                session -> assertThat(bump(session, "a", "used", 3)).isEqualTo(10));
        after(
                () -> otherBumps("used", 7),
                session -> assertThat(bump(session, "a", "used", 0)).isEqualTo(17));
        after(
                () -> otherBumps("used", 20),
                session -> assertThatThrownBy(() -> bump(session, "a", "used", 4))
                        .isInstanceOfSatisfying(
                                CounterLimitException.class,
                                refused -> assertThat(refused.value()).isEqualTo(37)));
        assertThat(db.number("select used from quota")).isEqualTo(37);
    }

    @Test
    void bumpsOfManyThreadsStopAtTheLimitExactly() {
        assumeFalse(TestServer.IS_PORTABLE, TestServer.NO_BUMP);
        AtomicInteger allowed = new AtomicInteger();
        AtomicInteger refused = new AtomicInteger();
        TrafficTest.onThreads(16, () -> {
            for (int i = 0; i < 10; i++) {
                try {
                    db.inTransaction(session -> bump(session, "a", "used", 1));
                    allowed.incrementAndGet();
                } catch (CounterLimitException e) {
                    refused.incrementAndGet();
                }
            }
            return null;
        });
        assertThat(allowed).hasValue(40);
        assertThat(refused).hasValue(120);
        assertThat(db.number("select used from quota")).isEqualTo(40);
    }

    @Test
    void bumpsOfManyThreadsAndKeysAddUp() {
        assumeFalse(TestServer.IS_PORTABLE, TestServer.NO_BUMP);
        int keys = 5;
        TrafficTest.onThreads(16, () -> {
            for (int i = 0; i < 20; i++) {
                String name = "k" + ThreadLocalRandom.current().nextInt(keys);
                db.inTransaction(session -> bump(session, name, "asked", 2));
            }
            return null;
        });
        assertThat(db.number("select sum(asked) from quota")).isEqualTo(640);
        assertThat(db.number("select count(*) from quota")).isLessThanOrEqualTo(keys);
    }

    @Test
    void bumpsThatWaitForAnInsertThatIsRolledBackAreExactOrMayBeTriedAgain() {
        assumeFalse(TestServer.IS_PORTABLE, TestServer.NO_BUMP);
        AtomicInteger added = new AtomicInteger();
        try (Concurrently concurrently = new Concurrently(db);
                Session first = db.factory().openSession()) {
            first.beginTransaction();
            bump(first, "a", "asked", 100);
            List<Future<?>> waiting = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                waiting.add(concurrently.start(() -> {
                    try {
                        otherBumps("asked", 1);
                        added.incrementAndGet();
                    } catch (PessimisticLockException | LockAcquisitionException e) {
                        assertThat(TestServer.IS_MARIADB).isTrue();
                    }
                }));
            }
            if (!TestServer.IS_H2) { // a MERGE does not wait for a row that is not committed
                concurrently.awaitWaiting(3);
            }
            first.getTransaction().rollback();
            waiting.forEach(Concurrently::finish);
        }
        assertThat(added.get()).isBetween(1, 3);
        assertThat(db.number("select asked from quota")).isEqualTo(added.get());
    }
}
