package io.countercache.hibernate.mapping;

import static io.countercache.hibernate.support.SameSource.insert;
import static io.countercache.hibernate.support.TestDatabase.counterUpdates;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import io.countercache.CounterCache;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.UUID;
import org.hibernate.Session;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Parents with ids of every kind, and counters of every type. */
public class IdentifierTest {

    @Entity(name = "Room")
    static class Room {
        @Id
        @GeneratedValue(strategy = GenerationType.IDENTITY)
        Integer id;

        short guestsCount;
        Short shorts;
        BigInteger bigs;
        BigDecimal decimals;
        Long longs;
    }

    @Entity(name = "Guest")
    static class Guest {
        @Id
        @GeneratedValue(strategy = GenerationType.IDENTITY)
        Long id;

        @ManyToOne
        @CounterCache
        @CounterCache("shorts")
        @CounterCache("bigs")
        @CounterCache("decimals")
        @CounterCache("longs")
        Room room;

        Guest() {}

        Guest(Room room) {
            this.room = room;
        }
    }

    @Entity(name = "Hotel")
    public static class Hotel {
        @Id
        @GeneratedValue(strategy = GenerationType.UUID)
        UUID id;

        int staysCount;
    }

    @Embeddable
    public record FloorKey(String building, int number) {}

    @Entity(name = "Floor")
    public static class Floor {
        @EmbeddedId
        FloorKey key;

        int staysCount;

        Floor() {}

        public Floor(FloorKey key) {
            this.key = key;
        }
    }

    @Entity(name = "Stay")
    public static class Stay {
        @Id
        @GeneratedValue(strategy = GenerationType.UUID)
        UUID id;

        @ManyToOne
        @CounterCache
        Hotel hotel;

        @ManyToOne
        @CounterCache
        Floor floor;

        Stay() {}

        public Stay(Hotel hotel, Floor floor) {
            this.hotel = hotel;
            this.floor = floor;
        }
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(Room.class, Guest.class, Hotel.class, Floor.class, Stay.class);

    @Test
    void identityIdsAreCountedAtTheCommitThoughTheyAreInsertedAtPersist() {
        Room room = new Room();
        List<String> sql = db.statementsOf(() -> db.inTransaction(session -> {
            session.persist(room);
            session.persist(new Guest(room));
            session.persist(new Guest(room));
            assertThat(room.guestsCount).isEqualTo((short) 2);
        }));
        assertThat(db.number("select guests_count from room")).isEqualTo(2);
        assertThat(counterUpdates(sql)).hasSize(1);
        assertThat(sql.get(sql.size() - 1)).startsWith("update room");
    }

    @Test
    void withoutAFlushIdentityIdsAreCountedAllTheSame() {
        Room room = db.persist(new Room());
        db.inTransaction(session -> {
            session.setHibernateFlushMode(org.hibernate.FlushMode.MANUAL);
            session.persist(new Guest(room));
        });
        assertThat(db.number("select guests_count from room")).isEqualTo(1);
    }

    @Test
    void countersOfEveryTypeMoveInOneUpdate() {
        Room room = db.persist(new Room());
        db.execute("update room set shorts = null, bigs = null, decimals = null, longs = null");
        List<String> sql = db.statementsOf(() -> db.inTransaction(session -> {
            Room managed = session.find(Room.class, room.id);
            session.persist(new Guest(managed));
            session.persist(new Guest(managed));
            assertThat(managed.shorts).isEqualTo((short) 2);
            assertThat(managed.bigs).isEqualTo(BigInteger.TWO);
            assertThat(managed.decimals).isEqualByComparingTo("2");
            assertThat(managed.longs).isEqualTo(2L);
        }));
        assertThat(counterUpdates(sql))
                .singleElement(STRING)
                .startsWith("update room set bigs = coalesce(bigs, 0) + ?, decimals = coalesce(decimals, 0) + ?,"
                        + " guests_count = coalesce(guests_count, 0) + ?, longs = coalesce(longs, 0) + ?,"
                        + " shorts = coalesce(shorts, 0) + ? where id = ?");
    }

    @Test
    void parentsWithUuidsAndWithCompositeIdsAreCounted() {
        Hotel hotel = db.persist(new Hotel());
        Hotel other = db.persist(new Hotel());
        Floor floor = db.persist(new Floor(new FloorKey("north", 2)));
        db.persist(new Floor(new FloorKey("north", 1)));
        Stay stay = db.persist(new Stay(hotel, floor));
        assertThat(db.number("select stays_count from floor where number = 2")).isEqualTo(1);
        db.inTransaction(session -> {
            Stay managed = session.find(Stay.class, stay.id);
            managed.hotel = session.getReference(Hotel.class, other.id);
            managed.floor = session.getReference(Floor.class, new FloorKey("north", 1));
        });
        assertThat(db.number("select stays_count from floor where number = 2")).isZero();
        assertThat(db.number("select stays_count from floor where number = 1")).isEqualTo(1);
        assertThat(db.number("select sum(stays_count) from hotel")).isEqualTo(1);
    }

    @Test
    void parentsWithUuidsAndWithCompositeIdsAreReset() {
        Hotel hotel = db.persist(new Hotel());
        Hotel other = db.persist(new Hotel());
        Floor floor = db.persist(new Floor(new FloorKey("south", 1)));
        db.persist(new Stay(hotel, floor));
        db.execute("update hotel set stays_count = 9");
        db.execute("update floor set stays_count = 9");
        db.inTransaction(session -> {
            CounterCaches counters = CounterCaches.of(session);
            assertThat(counters.on(Hotel.class, List.of(hotel.id, other.id)).reset())
                    .hasSize(2);
            assertThat(counters.resetCounters(Floor.class, floor.key)).hasSize(1);
        });
        assertThat(db.number("select sum(stays_count) from hotel")).isEqualTo(1);
        assertThat(db.number("select stays_count from floor")).isEqualTo(1);
    }

    @Test
    @SinceHibernate("7.2")
    void outsideATransactionACountIsWrittenAtOnce() {
        Room room = db.persist(new Room());
        try (var factory = db.configuration()
                        .setProperty("hibernate.allow_update_outside_transaction", "true")
                        .buildSessionFactory();
                Session session = factory.openSession()) {
            session.persist(new Guest(session.find(Room.class, room.id)));
            session.flush();
            assertThat(db.number("select guests_count from room")).isEqualTo(1);
        }
        try (var session = db.factory().openStatelessSession()) {
            insert(session, new Guest(room));
            assertThat(db.number("select guests_count from room")).isEqualTo(2);
        }
    }
}
