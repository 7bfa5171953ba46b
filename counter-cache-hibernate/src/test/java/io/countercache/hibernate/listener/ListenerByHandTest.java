package io.countercache.hibernate.listener;

import static io.countercache.hibernate.support.TestDatabase.counterUpdates;
import static io.countercache.hibernate.support.Told.move;
import static io.countercache.hibernate.support.Told.once;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.Counter;
import io.countercache.CounterCache;
import io.countercache.CounterLimitException;
import io.countercache.CounterMove;
import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.Counters;
import io.countercache.hibernate.support.EachMode;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.Told;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a listener is told of counters that the application changes by hand. */
@EachMode
class ListenerByHandTest {

    private static final Told TOLD = new Told();

    @Entity(name = "Item")
    static class Item {
        @Id
        Long id;

        @Column(unique = true)
        String code;

        @Counter(min = 0)
        int stock;

        @Counter
        Long views;

        long salesCount;

        @Column(precision = 19, scale = 2)
        BigDecimal turnover;

        double rating;
        BigInteger points;

        Item() {}

        Item(long id) {
            this.id = id;
            this.code = "code " + id;
            this.stock = 5;
        }
    }

    @Entity(name = "Sale")
    static class Sale {
        @Id
        @GeneratedValue
        Long id;

        @ManyToOne
        @CounterCache("salesCount")
        @CounterCache(value = "turnover", sum = "price")
        Item item;

        @Column(precision = 19, scale = 2)
        BigDecimal price;

        Sale() {}

        Sale(Item item, String price) {
            this.item = item;
            this.price = new BigDecimal(price);
        }
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(Item.class, Sale.class).setting(CounterCacheSettings.LISTENER, TOLD);

    ListenerByHandTest(String write) {
        db.setting(CounterCacheSettings.WRITE, write);
    }

    @BeforeEach
    void twoItems() {
        db.persist(new Item(1));
        db.persist(new Item(2));
        TOLD.forget();
    }

    private List<List<CounterMove>> told(Consumer<Session> work) {
        return TOLD.of(() -> db.inTransaction(work));
    }

    private static Counters<Item> one(Session session) {
        return CounterCaches.of(session).on(Item.class, 1L);
    }

    private static Counters<Item> both(Session session) {
        return CounterCaches.of(session).on(Item.class, List.of(1L, 2L, 3L));
    }

    @Test
    void whatIsAddedIsToldWithWhatIsCounted() {
        assertThat(told(session -> {
                    one(session).increment("views");
                    one(session).add(Map.of("views", 4, "stock", -1));
                    session.persist(new Sale(session.find(Item.class, 1L), "9.90"));
                }))
                .isEqualTo(once(move(
                        "Item", 1L, "views", 5, "stock", -1, "salesCount", 1, "turnover", new BigDecimal("9.90"))));
    }

    @Test
    void theKindOfNumberIsThatOfTheCounter() {
        db.execute("update item set points = 0, rating = 0, turnover = 0");
        assertThat(told(session -> {
                    one(session).add(Map.of("rating", 0.5, "points", BigInteger.TEN));
                    one(session).add(Map.of("points", BigInteger.TWO.pow(64)));
                    session.persist(new Sale(session.find(Item.class, 1L), "3.00"));
                }))
                .isEqualTo(once(move(
                        "Item",
                        1L,
                        "rating",
                        new BigDecimal("0.5"),
                        "points",
                        BigInteger.TWO.pow(64).add(BigInteger.TEN),
                        "salesCount",
                        1,
                        "turnover",
                        new BigDecimal("3.00"))));
    }

    @Test
    void onlyRowsThatAreThereAreTold() {
        assertThat(told(session -> both(session).increment("views", 2)))
                .isEqualTo(once(move("Item", 1L, "views", 2), move("Item", 2L, "views", 2)));
        assertThat(told(session -> CounterCaches.of(session).on(Item.class, 3L).increment("views", 2)))
                .isEmpty();
    }

    @Test
    void whatALimitRefusesIsNotTold() {
        assertThat(told(session -> {
                    assertThat(one(session).tryDecrement("stock", 3)).isTrue();
                    assertThat(one(session).tryDecrement("stock", 3)).isFalse();
                    assertThat(one(session).take("stock", 1)).isEqualTo(1);
                    assertThatThrownBy(() -> one(session).take("stock", 2)).isInstanceOf(CounterLimitException.class);
                }))
                .isEqualTo(once(move("Item", 1L, "stock", -4)));
    }

    @Test
    void setTellsTheDifference() {
        db.inTransaction(session -> one(session).increment("views", 7));
        assertThat(told(session -> {
                    session.find(Item.class, 1L);
                    both(session).set("views", 3);
                    one(session).increment("views");
                }))
                .isEqualTo(once(move("Item", 1L, "views", -3), move("Item", 2L, "views", 3)));
        assertThat(told(session -> one(session).set("views", 4))).isEmpty();
    }

    @Test
    void setLocksOnlyForAListener() {
        var configuration = db.configuration();
        configuration.getProperties().remove(CounterCacheSettings.LISTENER);
        try (SessionFactory without = configuration.buildSessionFactory()) {
            assertThat(db.statementsOf(
                            () -> without.inTransaction(session -> one(session).set("views", 3))))
                    .containsExactly("update item set views = ? where id = ?");
        }
        assertThat(db.statementsOf(
                        () -> db.inTransaction(session -> one(session).set("views", 4))))
                .hasSize(2);
    }

    @Test
    void whatTheApplicationInsertsInACounterIsNotTold() {
        assertThat(told(session -> session.persist(new Item(9)))).isEmpty();
    }

    @Test
    void aResetThatTouchesIsToldOnce() {
        db.execute("update item set sales_count = 4 where id = 1");
        List<String> sql =
                db.statementsOf(() -> assertThat(told(session -> one(session).reset("salesCount")))
                        .isEqualTo(once(move("Item", 1L, "salesCount", -4))));
        assertThat(counterUpdates(sql)).hasSize(1);
    }
}
