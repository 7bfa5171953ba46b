package io.countercache.hibernate.direct;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.CounterLimitException;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.direct.Shop.Product;
import io.countercache.hibernate.direct.Shop.Wallet;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Counters that are set to a value. */
class SetTest {

    @RegisterExtension
    final TestDatabase db = Shop.database();

    private Product product;

    @BeforeEach
    void product() {
        product = db.persist(new Product(10));
    }

    private long stored(String column) {
        return db.number("select %s from product where id = %d".formatted(column, product.id));
    }

    @Test
    void aCounterIsSetByOneUpdate() {
        Product other = db.persist(new Product(3));
        assertThat(db.statementsOf(() -> db.inTransaction(session -> assertThat(CounterCaches.of(session)
                                .on(Product.class, product.id)
                                .set("available", 4))
                        .isEqualTo(1))))
                .containsExactly("update product set available = ? where id = ?");
        assertThat(stored("available")).isEqualTo(4);
        assertThat(stored("version")).isZero();
        db.inTransaction(session -> assertThat(CounterCaches.of(session)
                        .on(Product.class, List.of(product.id, -1L, other.id))
                        .set("views", 7))
                .isEqualTo(2));
        assertThat(stored("views")).isEqualTo(7);
    }

    @Test
    void aManagedInstanceShowsItAndIsNotDirty() {
        assertThat(db.statementsOf(() -> db.inTransaction(session -> {
                    Product managed = session.find(Product.class, product.id);
                    CounterCaches.of(session).on(Product.class, product.id).set("available", 4);
                    assertThat(managed.available).isEqualTo(4);
                    assertThat(session.isDirty()).isFalse();
                })))
                .hasSize(2);
    }

    @Test
    void anInstanceThatIsNotInsertedYetIsFlushedFirst() {
        db.inTransaction(session -> {
            Product fresh = new Product(1);
            session.persist(fresh);
            assertThat(CounterCaches.of(session).on(Product.class, fresh.id).set("available", 6))
                    .isEqualTo(1);
            assertThat(fresh.available).isEqualTo(6);
        });
        assertThat(db.number("select available from product where available <> 10"))
                .isEqualTo(6);
    }

    @Test
    void aValueBeyondALimitIsRefusedBeforeAnySql() {
        List<String> sql = db.statementsOf(() -> db.inTransaction(session -> {
            var counters = CounterCaches.of(session).on(Product.class, product.id);
            assertThatThrownBy(() -> counters.set("available", -1))
                    .isInstanceOf(CounterLimitException.class)
                    .hasMessage(
                            "Product.available of %d cannot be set to -1, which passes its limit 0; nothing was changed:"
                                    + " set a value within its limits",
                            product.id);
            assertThatThrownBy(() -> counters.set("reserved", 101))
                    .isInstanceOfSatisfying(
                            CounterLimitException.class,
                            refused -> assertThat(refused.limit()).isEqualTo(100));
        }));
        assertThat(sql).isEmpty();
    }

    @Test
    void aTouchedAttributeIsSetAlong() {
        Wallet wallet = db.persist(new Wallet());
        db.inTransaction(session -> {
            Wallet managed = session.find(Wallet.class, wallet.id);
            CounterCaches.of(session)
                    .on(Wallet.class, wallet.id)
                    .touching("opened")
                    .set("coins", 2);
            assertThat(managed.opened).isNotNull();
        });
        assertThat(db.number("select count(*) from wallet where coins = 2 and opened is not null"))
                .isEqualTo(1);
    }

    @Test
    void anotherTransactionThatHasLoadedTheRowDoesNotUndoIt() {
        Product loaded = db.fromTransaction(session -> session.find(Product.class, product.id));
        db.inTransaction(session ->
                CounterCaches.of(session).on(Product.class, product.id).set("available", 4));
        loaded.name = "new";
        db.inTransaction(session -> session.merge(loaded));
        assertThat(stored("available")).isEqualTo(4);
    }

    @Test
    void manyRowsAreSetInBatches() {
        // more than PostgreSQL takes as parameters of one statement; H2 takes them all, and needs long to recount
        int rows = TestServer.IS_H2 || TestServer.IS_PORTABLE ? 3_000 : 70_000;
        int last = 1_000 + rows;
        db.execute("insert into product (id, version, available, reviews_count, wholes, bytes, rating)"
                + (TestServer.IS_MARIADB
                        ? " select seq, 0, 0, 0, 0, 0, 0 from seq_1001_to_" + last
                        : " select x, 0, 0, 0, 0, 0, 0 from %s(1001, %d) as numbers(x)"
                                .formatted(TestServer.IS_H2 ? "system_range" : "generate_series", last)));
        List<Long> ids = LongStream.rangeClosed(1001, last).boxed().toList();
        db.inTransaction(session -> {
            var many = CounterCaches.of(session).on(Product.class, ids);
            assertThat(many.set("views", 7)).isEqualTo(rows);
            assertThat(many.tryIncrement("views")).isTrue();
            assertThat(many.tryDecrement("views", 9)).isFalse();
            assertThat(many.drift()).isEmpty();
            assertThat(many.reset()).isEmpty();
            session.getTransaction().markRollbackOnly();
        });
    }
}
