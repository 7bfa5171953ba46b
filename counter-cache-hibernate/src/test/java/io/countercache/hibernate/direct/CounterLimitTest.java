package io.countercache.hibernate.direct;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.CounterLimitException;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.Counters;
import io.countercache.hibernate.concurrency.TrafficTest;
import io.countercache.hibernate.direct.Shop.Place;
import io.countercache.hibernate.direct.Shop.Product;
import io.countercache.hibernate.direct.Shop.Shelf;
import io.countercache.hibernate.direct.Shop.Wallet;
import io.countercache.hibernate.support.OwnDatabase;
import io.countercache.hibernate.support.Soak;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import org.hibernate.exception.ConstraintViolationException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** No call, no statement and no two transactions together take a counter past its limits. */
@Tag("databases")
class CounterLimitTest {

    @RegisterExtension
    final TestDatabase db = Shop.database();

    private Product product;
    private Product other;

    @BeforeEach
    void products() {
        product = db.persist(new Product(10));
        other = db.persist(new Product(5));
    }

    private void on(Object ids, Consumer<Counters<Product>> call) {
        db.inTransaction(session -> call.accept(Shop.products(session, ids)));
    }

    private int changed(Object ids, ToIntFunction<Counters<Product>> call) {
        return db.fromTransaction(session -> call.applyAsInt(Shop.products(session, ids)));
    }

    private long stored(String column, Product of) {
        return db.number("select %s from product where id = %d".formatted(column, of.id));
    }

    @Test
    void everyCallStopsAtTheMinimum() {
        List<Long> id = List.of(product.id);
        assertThatThrownBy(() -> on(id, counters -> counters.decrement("available", 11)))
                .isInstanceOf(CounterLimitException.class);
        assertThatThrownBy(() -> on(id, counters -> counters.increment("available", -11)))
                .isInstanceOf(CounterLimitException.class);
        assertThatThrownBy(() -> on(id, counters -> counters.add(Map.of("views", 1, "available", -11))))
                .isInstanceOfSatisfying(CounterLimitException.class, refused -> {
                    assertThat(refused.counter()).isEqualTo("available");
                    assertThat(refused.change()).isEqualTo(-11L);
                    assertThat(refused.limit()).isEqualTo(0L);
                    assertThat(refused.value()).isEqualTo(10L);
                });
        assertThat(stored("available", product)).isEqualTo(10);
        assertThat(stored("views", product)).isZero();
        assertThat(changed(id, counters -> counters.decrement("available", 10))).isEqualTo(1);
    }

    @Test
    void everyCallStopsAtTheMaximum() {
        List<Long> id = List.of(product.id);
        assertThat(changed(id, counters -> counters.increment("reserved", 100))).isEqualTo(1);
        assertThatThrownBy(() -> on(id, counters -> counters.increment("reserved")))
                .isInstanceOfSatisfying(CounterLimitException.class, refused -> {
                    assertThat(refused.change()).isEqualTo(1);
                    assertThat(refused.limit()).isEqualTo(100L);
                    assertThat(refused.value()).isEqualTo(100);
                });
        assertThat(changed(id, counters -> counters.decrement("reserved", 300))).isEqualTo(1);
    }

    @Test
    void aMissingRowIsNotOneAtItsLimit() {
        assertThat(changed(List.of(-1L), counters -> counters.decrement("available")))
                .isZero();
    }

    @Test
    void inACallForManyRowsNoneIsChanged() {
        assertThatThrownBy(() -> on(List.of(product.id, other.id), counters -> counters.decrement("available", 6)))
                .isInstanceOfSatisfying(CounterLimitException.class, refused -> {
                    assertThat(refused.id()).isEqualTo(other.id);
                    assertThat(refused.value()).isEqualTo(5L);
                });
        assertThat(stored("available", product)).isEqualTo(10);
        assertThat(changed(List.of(product.id, other.id, -1L), counters -> counters.decrement("available", 5)))
                .isEqualTo(2);
        assertThat(stored("available", product)).isEqualTo(5);
        assertThat(stored("available", other)).isZero();
    }

    @OwnDatabase
    @Test
    void aValueThatIsPastItsLimitMayGoBack() {
        db.execute(withoutCheck());
        db.execute("update product set available = -5");
        assertThat(changed(List.of(product.id), counters -> counters.increment("available", 3)))
                .isEqualTo(1);
        assertThat(stored("available", product)).isEqualTo(-2);
    }

    private String withoutCheck() {
        if (TestServer.IS_MARIADB) {
            return "alter table product modify available bigint not null"; // a check of a column has no name
        }
        return "alter table product drop constraint "
                + (TestServer.IS_H2 ? constraintOf("AVAILABLE") : "product_available_check");
    }

    /** H2 makes up the names of constraints. */
    private String constraintOf(String column) {
        return db.text("""
                select c.constraint_name from information_schema.constraint_column_usage u
                join information_schema.table_constraints c on c.constraint_name = u.constraint_name
                where c.constraint_type = 'CHECK' and u.column_name = '%s'""".formatted(column));
    }

    @Test
    void theExportedSchemaHasTheLimitsToo() {
        for (String past : List.of("available = -1", "reserved = 101")) {
            assertThatThrownBy(() -> db.execute("update product set " + past)).hasStackTraceContaining(violation());
        }
        assertThat(db.execute("update product set reserved = 100, available = 0, views = -1"))
                .isEqualTo(2);
    }

    private static String violation() {
        if (TestServer.IS_MARIADB) {
            return "CONSTRAINT `product."; // .. failed for ..
        }
        return TestServer.IS_H2 ? "Check constraint violation" : "violates check constraint";
    }

    @Test
    void anInsertThatIsPastALimitIsRefusedByTheDatabase() {
        assertThatThrownBy(() -> db.persist(new Product(-1))).isInstanceOf(ConstraintViolationException.class);
    }

    @Test
    void aCheckConstraintThatIsWrittenByHandIsTranslated() {
        Wallet wallet = db.persist(new Wallet());
        assertThatThrownBy(() -> db.inTransaction(session ->
                        CounterCaches.of(session).on(Wallet.class, wallet.id).add(Map.of("coins", 1, "money", -1))))
                .isInstanceOfSatisfying(CounterLimitException.class, refused -> {
                    assertThat(refused.entity()).isEqualTo("Wallet");
                    assertThat(refused.counter()).isEqualTo("money");
                    assertThat(refused.limit()).isNull();
                    assertThat(refused.value()).isNull();
                })
                .hasCauseInstanceOf(ConstraintViolationException.class);
        assertThat(db.number("select coins from wallet")).isZero();
    }

    @Test
    @Tag("soak")
    void thirtyTwoThreadsSpendThreeThousandCreditsExactly() {
        Shelf credits = new Shelf(new Place("credits", 1));
        credits.boxes = 3000;
        db.persist(credits);
        AtomicInteger succeeded = new AtomicInteger();
        AtomicInteger attempts = new AtomicInteger();
        int all = Math.max(3_500, Soak.of(TestServer.IS_H2 ? 100_000 : 200_000));
        TrafficTest.onThreads(32, () -> {
            try (var session = db.factory().openSession()) {
                while (attempts.getAndIncrement() < all) {
                    var transaction = session.beginTransaction();
                    if (CounterCaches.of(session).on(Shelf.class, credits.place).tryDecrement("boxes")) {
                        succeeded.incrementAndGet();
                    }
                    transaction.commit();
                }
            }
            return null;
        });
        assertThat(succeeded).hasValue(3000);
        assertThat(db.number("select boxes from shelf")).isZero();
    }

    @Test
    void triesOfManyRowsAtOnceChangeAllOrNone() {
        db.execute("update product set available = 100 where id = " + product.id);
        db.execute("update product set available = 60 where id = " + other.id);
        AtomicInteger succeeded = new AtomicInteger();
        TrafficTest.onThreads(8, () -> {
            for (int i = 0; i < 20; i++) {
                db.inTransaction(session -> {
                    if (Shop.products(session, List.of(other.id, product.id)).tryDecrement("available")) {
                        succeeded.incrementAndGet();
                    }
                });
            }
            return null;
        });
        assertThat(succeeded).hasValue(60);
        assertThat(stored("available", product)).isEqualTo(40);
        assertThat(stored("available", other)).isZero();
    }

    @Test
    void changesOfManyRowsInAnyOrderDoNotDeadlock() {
        AtomicInteger seeds = new AtomicInteger();
        TrafficTest.onThreads(8, () -> {
            boolean reversed = seeds.getAndIncrement() % 2 == 0;
            List<Long> ids = reversed ? List.of(other.id, product.id) : List.of(product.id, other.id);
            for (int i = 0; i < 50; i++) {
                on(ids, counters -> {
                    counters.increment("available");
                    counters.decrement("available");
                });
                on(ids, counters -> counters.increment("views"));
            }
            return null;
        });
        assertThat(stored("views", product)).isEqualTo(400);
        assertThat(stored("available", product)).isEqualTo(10);
    }
}
