package io.countercache.hibernate.direct;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.Counter;
import io.countercache.CounterCache;
import io.countercache.CounterLimitException;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.Counters;
import io.countercache.hibernate.support.Concurrently;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.persistence.Embedded;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityNotFoundException;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;
import jakarta.persistence.Inheritance;
import jakarta.persistence.InheritanceType;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.PrimaryKeyJoinColumn;
import jakarta.persistence.SecondaryTable;
import java.math.BigDecimal;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.hibernate.annotations.Formula;
import org.hibernate.annotations.SQLRestriction;
import org.hibernate.annotations.SecondaryRow;
import org.hibernate.annotations.SoftDelete;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Counters that are changed by hand, of entities whose rows are spread over tables or share one. */
@SuppressWarnings("JavaUtilDate")
class ShopMappingsTest {

    @Entity(name = "Animal")
    @Inheritance(strategy = InheritanceType.JOINED)
    static class Animal {
        @Id
        Long id;

        @Counter(min = 0)
        int petted;

        int toysCount;

        Date pettedAt;
    }

    @Entity(name = "Dog")
    @SecondaryTable(name = "dog_extra", pkJoinColumns = @PrimaryKeyJoinColumn(name = "id"))
    @SecondaryRow(table = "dog_extra", optional = false)
    static class Dog extends Animal {
        @Counter
        long barked;

        @Counter(min = 0)
        @Column(table = "dog_extra")
        int bones;

        int ballsCount;
    }

    @Entity(name = "Toy")
    static class Toy {
        @Id
        @GeneratedValue
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("toysCount")
        Dog dog;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("ballsCount")
        Dog owner;

        Toy() {}

        Toy(Dog dog) {
            this.dog = dog;
        }
    }

    @Entity(name = "Medium")
    abstract static class Medium {
        @Id
        Long id;
    }

    @Entity(name = "Book")
    static class Book extends Medium {
        @Counter
        Integer pages;
    }

    @Entity(name = "Disc")
    static class Disc extends Medium {
        @Counter
        Integer minutes;
    }

    @Entity(name = "Visible")
    @SQLRestriction("hidden = false")
    static class Visible {
        @Id
        Long id;

        boolean hidden;

        @Counter(min = 0)
        int stars;
    }

    @Entity(name = "Soft")
    @SoftDelete
    static class Soft {
        @Id
        Long id;

        @Counter
        int stars;
    }

    @Entity(name = "Purse")
    static class Purse {
        @Id
        BigDecimal id;

        @Counter(min = 0)
        int coins;

        @Column(precision = 10, scale = 2)
        BigDecimal worth;
    }

    @Embeddable
    static class Info {
        String text;

        @Formula("1 + 1")
        Integer two;
    }

    /** Cannot be a key, and must not be in the way of those that can. */
    @Entity(name = "Informed")
    static class Informed {
        @Id
        Long id;

        @Column(unique = true)
        String token;

        @Embedded
        Info info;
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(
            Animal.class,
            Dog.class,
            Toy.class,
            Medium.class,
            Book.class,
            Disc.class,
            Visible.class,
            Soft.class,
            Purse.class,
            Informed.class);

    @BeforeEach
    void rows() {
        db.inTransaction(session -> {
            for (long id = 1; id <= 2; id++) {
                Dog dog = new Dog();
                dog.id = id;
                dog.petted = dog.bones = 5;
                session.persist(dog);
            }
            Animal animal = new Animal();
            animal.id = 3L;
            session.persist(animal);
            Disc disc = new Disc();
            disc.id = 1L;
            session.persist(disc);
            Soft soft = new Soft();
            soft.id = 1L;
            session.persist(soft);
        });
    }

    private int changed(Class<?> entity, List<?> ids, String counter, long by) {
        return db.fromTransaction(
                session -> CounterCaches.of(session).on(entity, ids).increment(counter, by));
    }

    /** Another transaction takes from the second dog while the call for both waits for it. */
    private void raceOnTheSecond(String table, String counter) {
        try (Concurrently concurrently = new Concurrently(db);
                var other = db.factory().openSession()) {
            other.beginTransaction();
            other.doWork(connection -> {
                try (var statement = connection.createStatement()) {
                    statement.executeUpdate("update %s set %s = 0 where id = 2".formatted(table, counter));
                }
            });
            var waiting =
                    concurrently.start(() -> assertThatThrownBy(() -> changed(Dog.class, List.of(1L, 2L), counter, -1))
                            .isInstanceOf(CounterLimitException.class));
            if (!TestServer.IS_H2) {
                concurrently.awaitWaiting(1);
            }
            other.getTransaction().commit();
            Concurrently.finish(waiting);
        }
        assertThat(db.number("select %s from %s where id = 1".formatted(counter, table)))
                .isEqualTo(5);
    }

    @Test
    void theRowsOfASuperclassAreLockedWhereTheirCounterIs() {
        raceOnTheSecond("animal", "petted");
    }

    @Test
    void theRowsOfASecondaryTableAreLockedWhereTheirCounterIs() {
        raceOnTheSecond("dog_extra", "bones");
    }

    @Test
    void theSecondOfTwoResetsOfASubclassFindsNothingToCorrect() {
        db.execute("update animal set toys_count = 7 where id = 1");
        try (Concurrently concurrently = new Concurrently(db);
                var first = db.factory().openSession()) {
            first.beginTransaction();
            assertThat(CounterCaches.of(first).on(Dog.class, 1L).reset("toysCount"))
                    .hasSize(1);
            var second = concurrently.start(() -> db.inTransaction(session -> assertThat(
                            CounterCaches.of(session).on(Dog.class, 1L).reset("toysCount"))
                    .isEmpty()));
            concurrently.awaitWaiting(1);
            first.getTransaction().commit();
            Concurrently.finish(second);
        }
        assertThat(db.number("select toys_count from animal where id = 1")).isZero();
    }

    @Test
    void aRowOfTheSuperclassIsNoRowOfTheSubclass() {
        assertThat(changed(Dog.class, List.of(1L, 3L), "petted", 1)).isEqualTo(1);
        assertThat(changed(Dog.class, List.of(3L), "petted", 1)).isZero();
        assertThat(changed(Animal.class, List.of(1L, 3L), "petted", 1)).isEqualTo(2);
        assertThat(db.number("select petted from animal where id = 3")).isEqualTo(1);
    }

    @Test
    void aRowOfASiblingInTheSameTableIsNoRow() {
        db.inTransaction(session -> {
            assertThat(session.find(Medium.class, 1L)).isInstanceOf(Disc.class);
            Counters<Book> counters = CounterCaches.of(session).on(Book.class, 1L);
            assertThat(counters.increment("pages")).isZero();
            assertThat(counters.tryDecrement("pages")).isFalse();
            assertThatThrownBy(() -> counters.take("pages", 1)).isInstanceOf(EntityNotFoundException.class);
            assertThatThrownBy(() -> counters.value("pages")).isInstanceOf(EntityNotFoundException.class);
            assertThat(CounterCaches.of(session).on(Disc.class, 1L).increment("minutes"))
                    .isEqualTo(1);
        });
    }

    @Test
    void rowsThatAreHiddenOrDeletedAreNotThere() {
        db.execute("insert into visible (id, hidden, stars) values (1, false, 5), (2, true, 0)");
        assertThat(changed(Visible.class, List.of(1L, 2L), "stars", -1)).isEqualTo(1);
        assertThat(changed(Visible.class, List.of(2L), "stars", 1)).isZero();
        assertThat(changed(Soft.class, List.of(1L), "stars", 1)).isEqualTo(1);
        db.inTransaction(session -> session.remove(session.find(Soft.class, 1L)));
        assertThat(changed(Soft.class, List.of(1L), "stars", 1)).isZero();
    }

    @Test
    void idsThatAreEqualToTheDatabaseAreTheSame() {
        db.execute("insert into purse (id, coins) values (1, 5), (2, 0)");
        assertThatThrownBy(() -> changed(Purse.class, List.of(new BigDecimal("1"), new BigDecimal("2")), "coins", -1))
                .isInstanceOf(CounterLimitException.class);
        assertThat(changed(Purse.class, List.of(new BigDecimal("1"), new BigDecimal("1.0")), "coins", 1))
                .isEqualTo(1);
        assertThat(db.number("select coins from purse where id = 1")).isEqualTo(6);
    }

    @Test
    void whatAColumnCannotHoldIsRefused() {
        assertThatThrownBy(() -> db.inTransaction(session -> CounterCaches.of(session)
                        .on(Purse.class, BigDecimal.ONE)
                        .add(Map.of("worth", new BigDecimal("0.005")))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Purse.worth holds 2 digits after the point: it cannot be changed by 0.005");
        assertThatThrownBy(() -> changed(Purse.class, List.of(BigDecimal.ONE), "coins", 5_000_000_000L))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Purse.coins is of type Integer: it cannot be changed by 5000000000");
    }

    @Test
    void aTouchedDateIsEachInstancesOwn() {
        db.inTransaction(session -> {
            Dog one = session.find(Dog.class, 1L);
            Dog other = session.find(Dog.class, 2L);
            CounterCaches.of(session)
                    .on(Dog.class, List.of(1L, 2L))
                    .touching("pettedAt")
                    .increment("petted");
            one.pettedAt.setTime(0);
            assertThat(other.pettedAt).isAfter("2002-01-01");
        });
        assertThat(db.number("select count(*) from animal where petted_at < timestamp '2002-01-01 00:00:00'"))
                .isEqualTo(1);
    }

    @Test
    void aResetThatCannotTouchChangesNothing() {
        db.execute("update dog set balls_count = 7");
        assertThatThrownBy(() -> db.inTransaction(session -> CounterCaches.of(session)
                        .on(Dog.class, 1L)
                        .touching("pettedAt")
                        .reset("ballsCount")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Dog.pettedAt is in another table than Dog.ballsCount, and one UPDATE writes one table:"
                        + " change it by itself");
        assertThat(db.number("select count(*) from dog where balls_count = 7")).isEqualTo(2);
        db.inTransaction(session ->
                CounterCaches.of(session).on(Dog.class, List.of(1L, 2L)).reset());
    }
}
