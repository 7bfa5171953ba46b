package io.countercache.hibernate.counting;

import static io.countercache.hibernate.support.Told.move;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.countercache.CounterCache;
import io.countercache.CounterCacheException;
import io.countercache.CounterMove;
import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.internal.observe.Figure;
import io.countercache.hibernate.support.Figures;
import io.countercache.hibernate.support.OwnDatabase;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import io.countercache.hibernate.support.Told;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Inheritance;
import jakarta.persistence.InheritanceType;
import jakarta.persistence.ManyToOne;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.hibernate.Session;
import org.hibernate.annotations.TimeZoneStorage;
import org.hibernate.annotations.TimeZoneStorageType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Rows that follow each other in lock order, of which each moves other counters, are written together all the same. */
class MixedRowsTest {

    private static final int ROWS = 30;
    private static final Told TOLD = new Told();
    private static final Instant LONG_AGO = Instant.parse("2001-02-03T04:05:06Z");

    @Entity(name = "Shop")
    static class Shop {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        int ordersCount;
        Long paidCount;

        @Column(precision = 12, scale = 2)
        BigDecimal priceTotal;

        float weightTotal;

        Instant orderedAt = LONG_AGO;
        Instant paidAt = LONG_AGO;
        LocalDateTime paidHereAt = LocalDateTime.ofInstant(LONG_AGO, ZoneOffset.UTC);

        @TimeZoneStorage(TimeZoneStorageType.COLUMN)
        OffsetDateTime paidThereAt = LONG_AGO.atOffset(ZoneOffset.UTC);
    }

    @Entity(name = "Sale")
    static class Sale {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        boolean paid;

        @Column(precision = 12, scale = 2)
        BigDecimal price = BigDecimal.ZERO;

        float weight;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(value = "ordersCount", touch = "orderedAt")
        @CounterCache(value = "priceTotal", sum = "price")
        @CounterCache(value = "weightTotal", sum = "weight")
        @CounterCache(
                value = "paidCount",
                where = "paid = true",
                touch = {"paidAt", "paidHereAt", "paidThereAt"})
        Shop shop;

        Sale() {}

        Sale(Shop shop, boolean paid) {
            this.shop = shop;
            this.paid = paid;
        }
    }

    @Entity(name = "Vehicle")
    @Inheritance(strategy = InheritanceType.SINGLE_TABLE)
    abstract static class Vehicle {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        int tripsCount;
    }

    @Entity(name = "Car")
    static class Car extends Vehicle {
        int seatsCount;
    }

    @Entity(name = "Truck")
    static class Truck extends Vehicle {
        int loadsCount;
    }

    @Entity(name = "Part")
    static class Part {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("tripsCount")
        Vehicle trip;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("seatsCount")
        Car seat;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("loadsCount")
        Truck load;
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(
                    Shop.class, Sale.class, Vehicle.class, Car.class, Truck.class, Part.class)
            .setting(CounterCacheSettings.LISTENER, TOLD);

    private List<Shop> shops;

    @BeforeEach
    void shops() {
        shops = IntStream.range(0, ROWS).mapToObj(i -> new Shop()).toList();
        db.inTransaction(session -> shops.forEach(session::persist));
    }

    /** A sale in each shop, of which every second one is paid. */
    private Consumer<Session> sales(int rows) {
        return session -> IntStream.range(0, rows)
                .forEach(i -> session.persist(new Sale(session.getReference(Shop.class, shops.get(i).id), isPaid(i))));
    }

    private static boolean isPaid(int shop) {
        return shop % 2 == 0;
    }

    private long statements(Consumer<Session> work) {
        return Figures.during(db, () -> db.inTransaction(work)).getOrDefault(Figure.DERIVED_STATEMENTS, 0L);
    }

    private long shopsWhere(String condition) {
        return db.number("select count(*) from shop where " + condition);
    }

    private void assertPaidShopsOnlyAreTouched() {
        String touched = "paid_at > timestamp '2002-01-01 00:00:00' and paid_here_at > timestamp '2002-01-01 00:00:00'"
                + " and paid_there_at > timestamp '2002-01-01 00:00:00'";
        assertThat(shopsWhere("orders_count = 1 and ordered_at > timestamp '2002-01-01 00:00:00'"))
                .isEqualTo(ROWS);
        assertThat(shopsWhere("paid_count = 1 and " + touched)).isEqualTo(ROWS / 2);
        for (int i = 1; i < ROWS; i += 2) {
            Long id = shops.get(i).id;
            Shop stored = db.fromTransaction(session -> session.find(Shop.class, id));
            assertThat(stored.paidAt).isEqualTo(LONG_AGO);
            assertThat(stored.paidHereAt).isEqualTo(LocalDateTime.ofInstant(LONG_AGO, ZoneOffset.UTC));
            assertThat(stored.paidThereAt).isEqualTo(LONG_AGO.atOffset(ZoneOffset.UTC));
        }
    }

    @Test
    @Tag("postgresql")
    void manyRowsAreOneStatementWhichTouchesOnlyWhatEachOfThemMoves() {
        assertThat(statements(sales(ROWS))).isEqualTo(1);
        assertPaidShopsOnlyAreTouched();
    }

    @Test
    void eachRowTouchesOnlyWhatItMovesHoweverTheyAreWritten() {
        db.inTransaction(sales(ROWS));
        assertPaidShopsOnlyAreTouched();
    }

    @Test
    void managedRowsShowWhatTheyTouch() {
        db.inTransaction(session -> {
            List<Shop> managed = shops.stream()
                    .map(shop -> session.find(Shop.class, shop.id))
                    .toList();
            sales(ROWS).accept(session);
            CounterCaches.of(session).flush();
            for (int i = 0; i < ROWS; i++) {
                assertThat(managed.get(i).ordersCount).isEqualTo(1);
                assertThat(managed.get(i).orderedAt).isAfter(LONG_AGO);
                assertThat(managed.get(i).paidAt.equals(LONG_AGO)).isNotEqualTo(isPaid(i));
            }
            assertThat(session.isDirty()).isFalse();
        });
    }

    /** Totals of nothing do not move, and every third row has none. */
    private Consumer<Session> pricedSales(int rows) {
        return session -> IntStream.range(0, rows).forEach(i -> {
            Sale sale = new Sale(session.getReference(Shop.class, shops.get(i).id), false);
            sale.price = new BigDecimal("0.10").multiply(BigDecimal.valueOf(i % 3));
            sale.weight = i % 2 * 0.1f;
            session.persist(sale);
        });
    }

    @Test
    void manyRowsWithTotalsOfSomeAreOneStatement() {
        assumeFalse(TestServer.IS_PORTABLE, TestServer.MORE_STATEMENTS);
        db.inTransaction(sales(ROWS));
        assertThat(statements(pricedSales(ROWS))).isEqualTo(1);
        assertThat(statements(pricedSales(ROWS))).isEqualTo(1);
        for (int i = 0; i < ROWS; i++) {
            String shop = " from shop where id = " + shops.get(i).id;
            assertThat(db.number("select orders_count" + shop)).isEqualTo(3);
            assertThat(db.text("select price_total" + shop)).isEqualTo("0." + i % 3 * 2 + "0");
            assertThat(Float.parseFloat(db.text("select weight_total" + shop))).isEqualTo(i % 2 * 0.2f);
        }
    }

    @Test
    void someRowsAreOneMessageIfTheyTouchTheSame() {
        assumeFalse(TestServer.IS_PORTABLE, TestServer.MORE_STATEMENTS);
        assertThat(Figures.during(db, () -> db.inTransaction(pricedSales(10))))
                .isEqualTo(
                        Map.of(Figure.DERIVED_STATEMENTS, 1L, Figure.DERIVED_UPDATES, 10L, Figure.DERIVED_ROWS, 10L));
    }

    @Test
    @Tag("postgresql")
    void aFewRowsGoWithTheCommitIfTheyTouchTheSame() {
        assertThat(db.messagesOf(() -> db.inTransaction(pricedSales(4))))
                .filteredOn(sql -> sql.startsWith("update"))
                .singleElement(InstanceOfAssertFactories.STRING)
                .endsWith("; commit");
    }

    @Test
    void listenersAreToldOnlyWhatMoved() {
        List<CounterMove> expected = new ArrayList<>();
        for (int i = 0; i < ROWS; i++) {
            Long id = shops.get(i).id;
            expected.add(
                    isPaid(i)
                            ? move("Shop", id, "ordersCount", 1, "paidCount", 1)
                            : move("Shop", id, "ordersCount", 1));
        }
        assertThat(TOLD.of(() -> db.inTransaction(sales(ROWS))))
                .singleElement()
                .satisfies(moves -> assertThat(moves).containsExactlyInAnyOrderElementsOf(expected));
    }

    @Test
    @Tag("postgresql")
    void aLookForARowThatIsGoneTouchesNoOther() {
        Shop gone = db.persist(new Shop());
        db.inTransaction(session -> {
            sales(ROWS).accept(session);
            session.persist(new Sale(session.getReference(Shop.class, gone.id), true));
            session.flush();
            session.doWork(connection -> {
                try (var statement = connection.createStatement()) {
                    statement.executeUpdate("delete from sale where shop_id = " + gone.id);
                    statement.executeUpdate("delete from shop where id = " + gone.id);
                }
            });
            assertThatThrownBy(() -> CounterCaches.of(session).flush())
                    .isInstanceOf(CounterCacheException.class)
                    .hasMessageStartingWith("ordersCount, paidCount of Shop " + gone.id + " cannot be written");
            assertThat(session.createNativeQuery(
                                    "select count(*) from shop where paid_at > timestamp '2002-01-01 00:00:00'",
                                    Long.class)
                            .getSingleResult())
                    .isEqualTo(ROWS / 2);
            session.getTransaction().setRollbackOnly();
        });
    }

    /** Which is what the first repair of an application finds. */
    @Test
    void aChunkOfARepairIsAStatementWhateverIsWrongInItsRows() {
        assumeFalse(TestServer.IS_PORTABLE, TestServer.MORE_STATEMENTS);
        db.inTransaction(sales(ROWS));
        db.execute("update shop set orders_count = 7 where mod(id, 2) = 0");
        db.execute("update shop set weight_total = 7.5 where mod(id, 3) = 0");
        db.execute("update shop set price_total = 7.5 where mod(id, 2) = 1");
        assertThat(Figures.during(
                                db,
                                () -> CounterRepair.of(db.factory(), Shop.class).repair())
                        .get(Figure.DERIVED_STATEMENTS))
                .isLessThanOrEqualTo(TestServer.IS_POSTGRESQL ? 1 : ROWS);
        assertThat(CounterRepair.of(db.factory(), Shop.class).verify().isClean())
                .isTrue();
    }

    @Test
    void subclassesInOneTableMoveEachItsOwn() {
        List<Vehicle> vehicles = IntStream.range(0, ROWS)
                .mapToObj(i -> i % 5 == 0 ? new Car() : new Truck())
                .toList();
        db.inTransaction(session -> vehicles.forEach(session::persist));
        db.inTransaction(session -> vehicles.forEach(vehicle -> {
            Part part = new Part();
            part.trip = vehicle;
            part.seat = vehicle instanceof Car car ? car : null;
            part.load = vehicle instanceof Truck truck ? truck : null;
            session.persist(part);
        }));
        assertThat(db.number("select sum(trips_count) from vehicle")).isEqualTo(ROWS);
        assertThat(db.number("select sum(seats_count) from vehicle")).isEqualTo(ROWS / 5);
        assertThat(db.number("select sum(loads_count) from vehicle")).isEqualTo(ROWS - ROWS / 5);
    }

    /** The UPDATE that finds nothing is refused, whatever the rows beside it have. */
    @Test
    @OwnDatabase
    @Tag("postgresql")
    void aRowThatIsHiddenAmongOthersIsRefused() {
        Long hidden = shops.get(4).id;
        db.execute("""
                create function keep() returns trigger language plpgsql as 'begin return null; end';
                create trigger keep before update on shop for each row when (old.id = %d) execute function keep()""".formatted(hidden));
        assertThatThrownBy(() -> db.inTransaction(session -> {
                    sales(ROWS).accept(session);
                    CounterCaches.of(session).flush();
                }))
                .isInstanceOf(CounterCacheException.class)
                .hasMessageStartingWith(
                        "ordersCount, paidCount of Shop " + hidden + " cannot be written: the row is there");
    }
}
