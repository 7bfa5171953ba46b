package io.countercache.hibernate.direct;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.Counters;
import io.countercache.hibernate.direct.Shop.Film;
import io.countercache.hibernate.direct.Shop.Product;
import io.countercache.hibernate.direct.Shop.Wallet;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.TransactionRequiredException;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is refused with an explanation, and never reaches the database. */
class CounterInputTest {

    @RegisterExtension
    final TestDatabase db = Shop.database();

    private static final String NUMERIC =
            "available, bigs, bytes, rating, reserved, reviewsCount, shorts, turnover, views, weight, wholes";

    private static Arguments refused(String message, Consumer<CounterCaches> call) {
        return Arguments.of(message, call);
    }

    private static Consumer<CounterCaches> on(Consumer<Counters<Product>> call) {
        return counters -> call.accept(counters.on(Product.class, 1L));
    }

    private static Map<String, Integer> nullAmount() {
        Map<String, Integer> amounts = new HashMap<>();
        amounts.put("views", null);
        return amounts;
    }

    static Stream<Arguments> inputs() {
        String unknown = "Product has no counter 'nothing': name one of its numeric attributes: " + NUMERIC;
        String text = "Product.name is no counter: name one of its numeric attributes: " + NUMERIC;
        return Stream.of(
                refused(unknown, on(counters -> counters.increment("nothing"))),
                refused(unknown, on(counters -> counters.decrement("nothing", 2))),
                refused(unknown, on(counters -> counters.add(Map.of("nothing", 2)))),
                refused(unknown, on(counters -> counters.tryIncrement("nothing"))),
                refused(unknown, on(counters -> counters.tryDecrement("nothing"))),
                refused(unknown, on(counters -> counters.take("nothing", 1))),
                refused(unknown, on(counters -> counters.value("nothing"))),
                refused(text, on(counters -> counters.increment("name"))),
                refused(text.replace("name is", "version is"), on(counters -> counters.increment("version"))),
                refused(
                        "Product has no counter 'id': name one of its numeric attributes: " + NUMERIC,
                        on(counters -> counters.increment("id"))),
                refused(
                        "Product has no counter 'null': name one of its numeric attributes: " + NUMERIC,
                        on(counters -> counters.increment((String) null))),
                refused(
                        "Nothing to change of Product: name a counter, and by how much it is to move",
                        on(counters -> counters.add(Map.of()))),
                refused(
                        "Nothing to change of Product: name a counter, and by how much it is to move",
                        on(counters -> counters.add(null))),
                refused(
                        "Product.views cannot be changed by null: pass a number",
                        on(counters -> counters.add(nullAmount()))),
                refused(
                        "Product.views holds whole numbers: it cannot be changed by 1.5",
                        on(counters -> counters.add(Map.of("views", new BigDecimal("1.5"))))),
                refused(
                        "Product.rating cannot be changed by NaN: pass a number",
                        on(counters -> counters.add(Map.of("rating", Double.NaN)))),
                refused(
                        "Product.available cannot be changed by -1 here: pass a positive number",
                        on(counters -> counters.tryDecrement("available", -1))),
                refused(
                        "Product.available cannot be changed by -1 here: pass a positive number",
                        on(counters -> counters.tryIncrement("available", -1))),
                refused(
                        "Product.available cannot be changed by -1 here: pass a positive number",
                        on(counters -> counters.take("available", -1))),
                refused(
                        "'take' is about one row of Product, not 2: call on(..) with one id",
                        counters -> counters.on(Product.class, List.of(1L, 2L)).take("available", 1)),
                refused(
                        "'value' is about one row of Product, not 0: call on(..) with one id",
                        counters -> counters.on(Product.class, List.of()).value("available")),
                refused(
                        "Product has ids of type Long, not null: pass one of those",
                        counters -> counters.on(Product.class, (Object) null)),
                refused(
                        "Product has ids of type Long, not null: pass one of those",
                        counters -> counters.on(Product.class, Arrays.asList(1L, null))),
                refused(
                        "Product has ids of type Long, and this is a collection: call on(Product.class, ids) with a"
                                + " Collection of those",
                        counters -> counters.resetCounters(Product.class, List.of(1L, 2L))),
                refused(
                        "Product has ids of type Long, and this is a collection: call on(Product.class, ids) with a"
                                + " Collection of those",
                        counters -> counters.on(Product.class, List.of(List.of(1L)))),
                refused(
                        "Product has ids of type Long, and this is a collection: call on(Product.class, ids) with a"
                                + " Collection of those",
                        counters -> counters.on(Product.class, new Long[] {1L})),
                refused(
                        "null names no counters of Product: name some, or nothing for all",
                        on(counters -> counters.reset((String[]) null))),
                refused(
                        "null names no counters of Product: name some, or nothing for all",
                        on(counters -> counters.drift((String[]) null))),
                refused(
                        "null names no attributes of Product: name another entity, for it has none",
                        on(counters -> counters.touching((String[]) null))),
                refused(
                        "Product.reviewsCount is what is counted, and cannot be set: call reset(\"reviewsCount\")",
                        on(counters -> counters.set("reviewsCount", 3))),
                refused(
                        "Product.wholes is of type Integer: it cannot be changed by 3000000000",
                        on(counters -> counters.set("wholes", 3_000_000_000L))),
                refused(
                        "'value' changes no Wallet, so it touches none: call it without touching(..), or change a counter",
                        counters -> counters.on(Wallet.class, UUID.randomUUID())
                                .touching("opened")
                                .value("coins")),
                refused(
                        "'drift' changes no Wallet, so it touches none: call it without touching(..), or change a counter",
                        counters -> counters.on(Wallet.class, UUID.randomUUID())
                                .touching("opened")
                                .drift()),
                refused(
                        "Product has ids of type Long, not String: pass one of those",
                        counters -> counters.on(Product.class, "1")),
                refused(
                        "java.lang.String is not an entity: name one that has counters",
                        counters -> counters.on(String.class, 1L)),
                refused(
                        "Film.plays is in another table than Film.clicks, and one UPDATE writes one table:"
                                + " change it by itself",
                        counters -> counters.on(Film.class, 1L).add(Map.of("clicks", 1, "plays", 1))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("inputs")
    void whatIsWrongIsSaidBeforeAnySql(String message, Consumer<CounterCaches> call) {
        List<String> sql = db.statementsOf(() -> {
            try (var session = db.factory().openSession()) {
                session.beginTransaction();
                assertThatThrownBy(() -> call.accept(CounterCaches.of(session)))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage(message);
                session.getTransaction().commit();
            }
        });
        assertThat(sql).isEmpty();
    }

    static Stream<Consumer<Counters<Product>>> calls() {
        return Stream.of(
                counters -> counters.increment("views"),
                counters -> counters.decrement("views"),
                counters -> counters.add(Map.of("views", 1)),
                counters -> counters.tryIncrement("views"),
                counters -> counters.tryDecrement("views"),
                counters -> counters.take("views", 1),
                counters -> counters.value("views"));
    }

    @ParameterizedTest
    @MethodSource("calls")
    void everyCallNeedsATransaction(Consumer<Counters<Product>> call) {
        assertThat(db.statementsOf(() -> {
                    try (var session = db.factory().openSession()) {
                        Counters<Product> counters = CounterCaches.of(session).on(Product.class, 1L);
                        assertThatThrownBy(() -> call.accept(counters))
                                .isInstanceOf(TransactionRequiredException.class)
                                .hasMessage(
                                        "Counters of Product can be changed and read in a transaction only: begin one (in Spring: @Transactional on the calling method)");
                    }
                }))
                .isEmpty();
    }

    @Test
    void aDecrementByTheLeastNumberIsExact() {
        Product product = db.persist(new Product(1));
        db.inTransaction(session ->
                CounterCaches.of(session).on(Product.class, product.id).decrement("bigs", Long.MIN_VALUE));
        assertThat(db.text("select bigs from product")).startsWith("9223372036854775808");
    }
}
