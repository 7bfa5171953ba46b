package io.countercache.hibernate.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.CounterCache;
import io.countercache.hibernate.support.Boot;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.Inheritance;
import jakarta.persistence.InheritanceType;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Table;
import java.util.concurrent.atomic.AtomicLong;
import org.hibernate.annotations.OnDelete;
import org.hibernate.annotations.OnDeleteAction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Names, keys and settings that the library's own HQL has to allow for. */
class OwnQueryMappingsTest {

    private static final AtomicLong IDS = new AtomicLong(System.nanoTime());

    private static long next() {
        return IDS.incrementAndGet();
    }

    /** The backquotes are a part of the entity's name. */
    @Entity(name = "`Order`")
    @Table(name = "orders")
    static class Order {
        @Id
        Long id = next();

        int linesCount;
        int wordsTotal;
    }

    @Entity(name = "`Order Line`")
    @Table(name = "order_line")
    static class OrderLine {
        @Id
        Long id = next();

        boolean open = true;
        int words = 2;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(value = "linesCount", where = "open = true")
        @CounterCache(value = "wordsTotal", sum = "words")
        Order order;
    }

    @Entity(name = "Place")
    @Inheritance(strategy = InheritanceType.JOINED)
    abstract static class Place {
        @Id
        Long id = next();

        @Column(unique = true)
        String code = "code " + id;
    }

    @Entity(name = "Hub")
    static class Hub extends Place {
        int stopsCount;
    }

    @Entity(name = "Stop")
    static class Stop {
        @Id
        Long id = next();

        @ManyToOne(fetch = FetchType.LAZY)
        @JoinColumn(name = "hub_code", referencedColumnName = "code")
        @CounterCache("stopsCount")
        Hub hub;
    }

    @Entity(name = "Yard")
    static class Yard extends Place {
        int haltsCount;
    }

    @Entity(name = "Halt")
    static class Halt extends Place {
        @ManyToOne(fetch = FetchType.LAZY)
        @JoinColumn(name = "yard_code", referencedColumnName = "code")
        @CounterCache("haltsCount")
        Yard yard;
    }

    /** The database deletes it along with its hub. */
    @Entity(name = "Kiosk")
    static class Kiosk {
        @Id
        Long id = next();

        @ManyToOne(fetch = FetchType.LAZY)
        @JoinColumn(name = "hub_code", referencedColumnName = "code")
        @OnDelete(action = OnDeleteAction.CASCADE)
        Hub hub;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("kiosksCount")
        Chain chain;
    }

    @Entity(name = "Chain")
    static class Chain {
        @Id
        Long id = next();

        int kiosksCount;
        int stopsCount;
    }

    @Entity(name = "Ticket")
    static class Ticket {
        @Id
        Long id;

        @ManyToOne
        @CounterCache(value = "stopsCount", path = "hub.chain")
        Ride ride;
    }

    @Entity(name = "Ride")
    static class Ride {
        @Id
        Long id;

        @ManyToOne
        @JoinColumn(name = "hub_code", referencedColumnName = "code")
        Hub hub;
    }

    @Embeddable
    record AisleKey(String hall, int number) {}

    @Entity(name = "Aisle")
    static class Aisle {
        @EmbeddedId
        AisleKey key = new AisleKey("hall", (int) next());

        int boxesCount;
    }

    @Entity(name = "Box")
    static class Box {
        @Id
        Long id = next();

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("boxesCount")
        Aisle aisle;
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(
            Order.class,
            OrderLine.class,
            Place.class,
            Hub.class,
            Stop.class,
            Yard.class,
            Halt.class,
            Kiosk.class,
            Chain.class);

    @RegisterExtension
    final TestDatabase strict = TestDatabase.shared(Order.class, OrderLine.class, Aisle.class, Box.class)
            .setting("hibernate.jpa.compliance.query", true);

    private static CountedLife<Order, OrderLine> lines(TestDatabase database) {
        return new CountedLife<>(
                database,
                Order.class,
                Order::new,
                OrderLine::new,
                (line, order) -> line.order = order,
                order -> order.linesCount,
                "update orders set lines_count = 9");
    }

    @Test
    void entitiesWithQuotedNamesAreCounted() {
        lines(db).isLived();
    }

    @Test
    void queriesThatJpaDoesNotKnowAreAvoidedWhereHibernateRefusesThem() {
        lines(strict).isLived();
    }

    @Test
    void theSameHoldsForCompositeIds() {
        new CountedLife<>(
                        strict,
                        Aisle.class,
                        Aisle::new,
                        Box::new,
                        (box, aisle) -> box.aisle = aisle,
                        aisle -> aisle.boxesCount,
                        "update aisle set boxes_count = 9")
                .isLived();
    }

    @Test
    void aForeignKeyToAUniqueColumnOfAJoinedSuperclassIsCounted() {
        new CountedLife<>(
                        db,
                        Hub.class,
                        Hub::new,
                        Stop::new,
                        (stop, hub) -> stop.hub = hub,
                        hub -> hub.stopsCount,
                        "update hub set stops_count = 9")
                .isNotUpdatedInBulk()
                .isLived();
    }

    @Test
    void rowsThatTheDatabaseDeletesByThatKeyAreCounted() {
        Hub hub = db.persist(new Hub());
        Chain chain = db.persist(new Chain());
        Kiosk kiosk = new Kiosk();
        kiosk.hub = hub;
        kiosk.chain = chain;
        db.persist(kiosk);
        assertThat(db.number("select kiosks_count from chain")).isEqualTo(1);
        db.inTransaction(session -> session.remove(session.find(Hub.class, hub.id)));
        assertThat(db.number("select kiosks_count from chain")).isZero();
    }

    @Test
    void aPathAlongThatKeyIsRefused() {
        Boot.refused(
                "Ticket.ride: 'path': Ride.hub refers to a column in the table of a superclass of Hub, by which Hibernate"
                        + " cannot join: refer to its id",
                Ticket.class,
                Ride.class,
                Place.class,
                Hub.class,
                Chain.class);
    }

    @Test
    void theSameHoldsForAChildOfTheSameHierarchy() {
        new CountedLife<>(
                        db,
                        Yard.class,
                        Yard::new,
                        Halt::new,
                        (halt, yard) -> halt.yard = yard,
                        yard -> yard.haltsCount,
                        "update yard set halts_count = 9")
                .isNotUpdatedInBulk()
                .isLived();
    }
}
