package io.countercache.hibernate.direct;

import static io.countercache.hibernate.support.SameSource.insert;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.CounterLimitException;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.Counters;
import io.countercache.hibernate.direct.Shop.Film;
import io.countercache.hibernate.direct.Shop.Media;
import io.countercache.hibernate.direct.Shop.Place;
import io.countercache.hibernate.direct.Shop.Product;
import io.countercache.hibernate.direct.Shop.Review;
import io.countercache.hibernate.direct.Shop.Shelf;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityNotFoundException;
import jakarta.persistence.metamodel.SingularAttribute;
import java.lang.reflect.Proxy;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What each call changes, answers and sends. */
@Tag("databases")
class CountersTest {

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

    private boolean tried(Object ids, Predicate<Counters<Product>> call) {
        return db.fromTransaction(session -> call.test(Shop.products(session, ids)));
    }

    private List<String> sql(Consumer<Counters<Product>> call) {
        return db.statementsOf(() -> on(product.id, call));
    }

    private long stored(String column) {
        return stored(column, product);
    }

    private long stored(String column, Product of) {
        return db.number("select %s from product where id = %d".formatted(column, of.id));
    }

    private <N extends Number> SingularAttribute<? super Product, N> attribute(String name, Class<N> type) {
        return db.factory().getMetamodel().entity(Product.class).getSingularAttribute(name, type);
    }

    /** As dependency injection has it: one entity manager for all, that stands for the session of each transaction. */
    @Test
    void aSharedEntityManagerServesTheSessionThatItStandsFor() {
        AtomicReference<EntityManager> current = new AtomicReference<>();
        EntityManager shared = (EntityManager) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {EntityManager.class},
                (proxy, method, arguments) -> method.invoke(current.get(), arguments));
        CounterCaches counters = CounterCaches.of(shared);
        for (int i = 0; i < 2; i++) {
            db.inTransaction(session -> {
                current.set(session);
                counters.on(Product.class, product.id).increment("views");
            });
        }
        assertThat(stored("views")).isEqualTo(2);
    }

    @Test
    void incrementAddsOneInOneUpdate() {
        assertThat(sql(counters -> counters.increment("views")))
                .containsExactly("update product set views = coalesce(views, 0) + ? where id = ?");
        assertThat(stored("views")).isEqualTo(1);
        assertThat(stored("views", other)).isZero();
    }

    @Test
    void incrementAnswersWithTheNumberOfRows() {
        assertThat(changed(product.id, counters -> counters.increment("views"))).isEqualTo(1);
        assertThat(changed(-1L, counters -> counters.increment("views"))).isZero();
        assertThat(changed(List.of(product.id, -1L, other.id, product.id), counters -> counters.increment("views", 3)))
                .isEqualTo(2);
        assertThat(stored("views")).isEqualTo(4);
        assertThat(stored("views", other)).isEqualTo(3);
    }

    @Test
    void noIdsAreNoSql() {
        assertThat(db.statementsOf(() -> on(List.of(), counters -> {
                    assertThat(counters.increment("views")).isZero();
                    assertThat(counters.tryDecrement("available")).isFalse();
                    assertThat(counters.add(Map.of("views", 1, "available", 1))).isZero();
                })))
                .isEmpty();
    }

    @Test
    void manyRowsAreOneStatement() {
        assertThat(db.statementsOf(() -> on(List.of(other.id, product.id), counters -> counters.increment("views"))))
                .containsOnly("update product set views = coalesce(views, 0) + ? where id = ?")
                .hasSize(2); // of one batch
    }

    @Test
    void decrementTakesAway() {
        assertThat(changed(product.id, counters -> counters.decrement("views"))).isEqualTo(1);
        assertThat(changed(product.id, counters -> counters.decrement("views", 4)))
                .isEqualTo(1);
        assertThat(stored("views")).isEqualTo(-5);
    }

    @Test
    void negativeAmountsGoTheOtherWay() {
        on(product.id, counters -> {
            counters.increment("views", -2);
            counters.decrement("views", -5);
        });
        assertThat(stored("views")).isEqualTo(3);
    }

    @Test
    void addMovesSeveralCountersInOneUpdate() {
        assertThat(sql(counters -> counters.add(Map.of("wholes", -1, "views", 2L))))
                .containsExactly(
                        "update product set views = coalesce(views, 0) + ?, wholes = coalesce(wholes, 0) + ? where id = ?");
        assertThat(stored("views")).isEqualTo(2);
        assertThat(stored("wholes")).isEqualTo(-1);
    }

    @Test
    void attributesOfTheMetamodelAreTakenToo() {
        on(product.id, counters -> {
            counters.increment(attribute("views", Long.class));
            counters.increment(attribute("views", Long.class), 5);
            counters.decrement(attribute("wholes", Integer.class));
            counters.decrement(attribute("wholes", Integer.class), 5);
            assertThat(counters.tryIncrement(attribute("reserved", Integer.class)))
                    .isTrue();
            assertThat(counters.tryIncrement(attribute("reserved", Integer.class), 99))
                    .isTrue();
            assertThat(counters.tryIncrement(attribute("reserved", Integer.class)))
                    .isFalse();
            assertThat(counters.tryDecrement(attribute("available", Long.class)))
                    .isTrue();
            assertThat(counters.tryDecrement(attribute("available", Long.class), 3))
                    .isTrue();
            assertThat(counters.take(attribute("available", Long.class), 2)).isEqualTo(4);
            assertThat(counters.value(attribute("available", Long.class))).isEqualTo(4L);
            assertThat(counters.reset(attribute("reviewsCount", Integer.class))).isEmpty();
        });
        assertThat(stored("views")).isEqualTo(6);
        assertThat(stored("wholes")).isEqualTo(-6);
    }

    @Test
    void everyNumericTypeIsExact() {
        on(
                product.id,
                counters -> counters.add(Map.of(
                        "wholes",
                        1,
                        "shorts",
                        (short) 2,
                        "bytes",
                        (byte) 3,
                        "bigs",
                        new BigInteger("100000000000000000000"),
                        "turnover",
                        new BigDecimal("0.10"),
                        "rating",
                        0.5,
                        "weight",
                        1.5f)));
        on(
                product.id,
                counters -> counters.add(Map.of(
                        "bigs", BigInteger.ONE, "turnover", new BigDecimal("0.20"), "rating", 1, "weight", 0.25)));
        on(product.id, counters -> {
            assertThat(counters.value("wholes")).isEqualTo(1);
            assertThat(counters.value("shorts")).isEqualTo((short) 2);
            assertThat(counters.value("bytes")).isEqualTo((byte) 3);
            assertThat(counters.value("bigs")).isEqualTo(new BigInteger("100000000000000000001"));
            assertThat((BigDecimal) counters.value("turnover")).isEqualByComparingTo("0.30");
            assertThat(counters.value("rating")).isEqualTo(1.5);
            assertThat(counters.value("weight")).isEqualTo(1.75f);
        });
    }

    @Test
    void anyTypeOfIdWillDo() {
        Place place = new Place("A", 3);
        db.persist(new Shelf(place));
        db.persist(new Shelf(new Place("B", 1)));
        db.inTransaction(session -> {
            assertThat(CounterCaches.of(session).on(Shelf.class, place).increment("boxes", 2))
                    .isEqualTo(1);
            assertThat(CounterCaches.of(session)
                            .on(Shelf.class, List.of(new Place("B", 1), place))
                            .increment("boxes"))
                    .isEqualTo(2);
            assertThat(CounterCaches.of(session)
                            .on(Shelf.class, List.of(new Place("B", 1), place))
                            .tryDecrement("boxes", 2))
                    .isFalse();
        });
        assertThat(db.number("select boxes from shelf where hall = 'A'")).isEqualTo(3);
        assertThat(db.number("select boxes from shelf where hall = 'B'")).isEqualTo(1);
    }

    @Test
    void countersOfAJoinedHierarchyAreInTheirOwnTables() {
        Film film = db.persist(new Film());
        assertThat(db.statementsOf(() -> db.inTransaction(session -> {
                    CounterCaches.of(session).on(Film.class, film.id).increment("plays");
                    CounterCaches.of(session).on(Media.class, film.id).increment("clicks");
                })))
                .containsExactly(
                        "update film set plays = coalesce(plays, 0) + ? where id = ?",
                        "update media set clicks = coalesce(clicks, 0) + ? where id = ?");
    }

    @Test
    void aManagedInstanceShowsTheNewValueAndIsNotDirty() {
        db.inTransaction(session -> {
            Product managed = session.find(Product.class, product.id);
            Counters<Product> counters = CounterCaches.of(session).on(Product.class, product.id);
            counters.add(Map.of("views", 2, "wholes", 3, "turnover", new BigDecimal("1.50")));
            assertThat(managed.views).isEqualTo(2);
            assertThat(managed.wholes).isEqualTo(3);
            assertThat(managed.turnover).isEqualByComparingTo("1.50");
            assertThat(counters.take("available", 4)).isEqualTo(6);
            assertThat(managed.available).isEqualTo(6);
            CounterCaches.of(session)
                    .on(Product.class, List.of(product.id, other.id))
                    .decrement("views");
            assertThat(managed.views).isEqualTo(1);
            assertThat(session.isDirty()).isFalse();
        });
        assertThat(stored("version")).isZero();
    }

    @Test
    void onPostgreSqlAManagedInstanceShowsWhatOthersHaveAddedToo() {
        db.inTransaction(session -> {
            Product managed = session.find(Product.class, product.id);
            on(product.id, counters -> counters.increment("views", 10));
            CounterCaches.of(session).on(Product.class, product.id).increment("views");
            assertThat(managed.views)
                    .isEqualTo(TestServer.IS_H2 || TestServer.IS_MARIADB || TestServer.IS_PORTABLE ? 1 : 11);
        });
    }

    @Test
    void anInstanceThatWaitsToBeInsertedIsFlushedFirst() {
        db.inTransaction(session -> {
            Product fresh = new Product(7);
            session.persist(fresh);
            assertThat(CounterCaches.of(session).on(Product.class, fresh.id).increment("views"))
                    .isEqualTo(1);
            assertThat(fresh.views).isEqualTo(1);
        });
    }

    @Test
    void whatTheApplicationAssignedToAnAttributeThatIsNoCounterIsFlushedFirst() {
        db.inTransaction(session -> {
            Product managed = session.find(Product.class, product.id);
            managed.wholes = 7;
            CounterCaches.of(session).on(Product.class, product.id).increment("wholes");
            assertThat(managed.wholes).isEqualTo(8);
        });
        assertThat(stored("wholes")).isEqualTo(8);
    }

    @Test
    void whatWaitsForSomethingElseIsNotFlushed() {
        db.inTransaction(session -> {
            session.find(Product.class, product.id).name = "changed";
            List<String> sql = db.statementsOf(
                    () -> CounterCaches.of(session).on(Product.class, other.id).increment("views"));
            assertThat(sql).hasSize(1);
        });
    }

    @Test
    @SinceHibernate("7.2")
    void aStatelessSessionServesToo() {
        db.factory().inStatelessTransaction(session -> {
            Product fresh = new Product(7);
            insert(session, fresh);
            assertThat(CounterCaches.of(session).on(Product.class, fresh.id).take("available", 2))
                    .isEqualTo(5);
            assertThat(CounterCaches.of(session)
                            .on(Product.class, List.of(fresh.id, product.id))
                            .increment("views"))
                    .isEqualTo(2);
        });
        assertThat(stored("views")).isEqualTo(1);
    }

    @Test
    void aDerivedCounterCanBeRepairedByHand() {
        db.execute("update product set reviews_count = 5");
        db.inTransaction(session -> {
            Product managed = session.find(Product.class, product.id);
            session.persist(new Review(managed));
            Counters<Product> counters = CounterCaches.of(session).on(Product.class, product.id);
            assertThat(counters.value("reviewsCount")).isEqualTo(6);
            assertThat(counters.decrement("reviewsCount", 5)).isEqualTo(1);
            assertThat(managed.reviewsCount).isEqualTo(1);
        });
        on(other.id, counters -> counters.decrement("reviewsCount", 5));
        assertThat(stored("reviews_count")).isEqualTo(1);
    }

    @Test
    void tryDecrementAsksInItsUpdate() {
        assertThat(sql(counters -> counters.tryDecrement("available", 3)))
                .containsExactly("update product set available = coalesce(available, 0) + ? where id = ?"
                        + " and coalesce(available, 0) >= ?");
        assertThat(stored("available")).isEqualTo(7);
        assertThat(sql(counters -> counters.tryDecrement("available", 8))).hasSize(1);
        assertThat(stored("available")).isEqualTo(7);
        assertThat(tried(product.id, counters -> counters.tryDecrement("available", 8)))
                .isFalse();
        assertThat(tried(product.id, counters -> counters.tryDecrement("available", 7)))
                .isTrue();
        assertThat(tried(product.id, counters -> counters.tryDecrement("available")))
                .isFalse();
        assertThat(tried(-1L, counters -> counters.tryDecrement("available"))).isFalse();
    }

    @Test
    void tryDecrementStaysAtZeroWhereNoMinimumIsDeclared() {
        assertThat(tried(product.id, counters -> counters.tryDecrement("views")))
                .isFalse();
        assertThat(tried(product.id, counters -> counters.tryDecrement("wholes")))
                .isFalse();
        on(product.id, counters -> counters.increment("views"));
        assertThat(tried(product.id, counters -> counters.tryDecrement("views")))
                .isTrue();
        assertThat(stored("views")).isZero();
    }

    @Test
    void tryIncrementAsksForTheMaximum() {
        assertThat(sql(counters -> counters.tryIncrement("reserved", 60)))
                .containsExactly("update product set reserved = coalesce(reserved, 0) + ? where id = ?"
                        + " and coalesce(reserved, 0) <= ?");
        assertThat(tried(product.id, counters -> counters.tryIncrement("reserved", 41)))
                .isFalse();
        assertThat(tried(product.id, counters -> counters.tryIncrement("reserved", 40)))
                .isTrue();
        assertThat(tried(product.id, counters -> counters.tryIncrement("reserved")))
                .isFalse();
        assertThat(tried(product.id, counters -> counters.tryIncrement("views")))
                .isTrue();
        assertThat(stored("reserved")).isEqualTo(100);
    }

    @Test
    void triesOfManyRowsChangeAllOrNone() {
        assertThat(tried(List.of(product.id, other.id), counters -> counters.tryDecrement("available", 6)))
                .isFalse();
        assertThat(tried(List.of(product.id, other.id, -1L), counters -> counters.tryDecrement("available", 1)))
                .isFalse();
        assertThat(tried(List.of(product.id, other.id, -1L), counters -> counters.tryIncrement("views")))
                .isFalse();
        assertThat(stored("available")).isEqualTo(10);
        assertThat(stored("available", other)).isEqualTo(5);
        assertThat(stored("views")).isZero();
        assertThat(tried(List.of(product.id, other.id), counters -> counters.tryDecrement("available", 5)))
                .isTrue();
        assertThat(stored("available")).isEqualTo(5);
        assertThat(stored("available", other)).isZero();
    }

    @Test
    void takeAnswersWithWhatIsLeft() {
        String update = "update product set available = coalesce(available, 0) + ? where id = ?"
                + " and coalesce(available, 0) >= ?";
        String select = "select coalesce(available, 0) from product where id = ?";
        List<String> expected = List.of(update + " returning available");
        if (TestServer.IS_H2 || TestServer.IS_PORTABLE) {
            expected = List.of(update, select);
        } else if (TestServer.IS_MARIADB) {
            expected = List.of(update, select + " lock in share mode");
        }
        assertThat(sql(counters -> counters.take("available", 3))).isEqualTo(expected);
        on(product.id, counters -> assertThat(counters.take("available", 7)).isZero());
        assertThatThrownBy(() -> on(product.id, counters -> counters.take("available", 1)))
                .isInstanceOfSatisfying(CounterLimitException.class, refused -> {
                    assertThat(refused.entity()).isEqualTo("Product");
                    assertThat(refused.id()).isEqualTo(product.id);
                    assertThat(refused.counter()).isEqualTo("available");
                    assertThat(refused.change()).isEqualTo(-1L);
                    assertThat(refused.limit()).isEqualTo(0L);
                    assertThat(refused.value()).isEqualTo(0L);
                })
                .hasMessage("Product.available of %d is 0: a change by -1 would pass its limit 0; nothing was changed:"
                                .formatted(product.id)
                        + " call tryIncrement or tryDecrement to get false instead of an exception");
        assertThatThrownBy(() -> on(-1L, counters -> counters.take("available", 1)))
                .isInstanceOf(EntityNotFoundException.class)
                .hasMessage("There is no Product with the id -1");
    }

    @Test
    void whatWasRefusedDoesNotEndTheTransaction() {
        db.inTransaction(session -> {
            Counters<Product> counters = CounterCaches.of(session).on(Product.class, product.id);
            assertThatThrownBy(() -> counters.take("available", 11)).isInstanceOf(CounterLimitException.class);
            counters.increment("views");
        });
        assertThat(stored("views")).isEqualTo(1);
    }

    @Test
    void valueIsReadFromTheDatabase() {
        assertThat(sql(counters -> counters.value("reserved")))
                .containsExactly("select coalesce(reserved, 0) from product where id = ?");
        on(product.id, counters -> assertThat(counters.value("available")).isEqualTo(10L));
        db.execute("update product set reserved = null");
        on(product.id, counters -> assertThat(counters.value("reserved")).isEqualTo(0));
        assertThatThrownBy(() -> on(-1L, counters -> counters.value("available")))
                .isInstanceOf(EntityNotFoundException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"views", "available"})
    void aStaleSaveDoesNotOverwriteACounter(String counter) {
        long before = stored(counter);
        db.inTransaction(session -> {
            Product stale = session.find(Product.class, product.id);
            on(product.id, counters -> counters.increment(counter, 3));
            stale.name = "saved";
            stale.views = 99L;
            stale.available = 99;
        });
        Product detached = new Product(99);
        detached.id = product.id;
        detached.version = 1;
        detached.views = 77L;
        db.inTransaction(session -> session.merge(detached));
        assertThat(stored(counter)).isEqualTo(before + 3);
    }

    @Test
    void aNullCounterIsInsertedAsZero() {
        assertThat(db.number("select count(*) from product where views = 0 and reserved = 0"))
                .isEqualTo(2);
    }
}
