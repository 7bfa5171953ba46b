package io.countercache.hibernate.size;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.size.Rooms.Carpet;
import io.countercache.hibernate.size.Rooms.Chair;
import io.countercache.hibernate.size.Rooms.Guest;
import io.countercache.hibernate.size.Rooms.Hall;
import io.countercache.hibernate.size.Rooms.Lamp;
import io.countercache.hibernate.size.Rooms.Plant;
import io.countercache.hibernate.size.Rooms.Room;
import io.countercache.hibernate.size.Rooms.Stool;
import io.countercache.hibernate.size.Rooms.Table;
import io.countercache.hibernate.size.Rooms.Vase;
import io.countercache.hibernate.size.Rooms.Window;
import io.countercache.hibernate.support.TestDatabase;
import java.util.Collection;
import java.util.List;
import org.hibernate.Hibernate;
import org.hibernate.Session;
import org.hibernate.collection.spi.PersistentCollection;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Of which collections a counter tells the size, by how they are mapped: of those whose elements it counts, all and no others. */
class CollectionSizeMappingsTest {

    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(Rooms.ENTITIES).setting(CounterCacheSettings.COLLECTION_SIZE, true);

    private Long id;

    @BeforeEach
    void oneOfEach() {
        Room room = new Room();
        room.names.add("name");
        room.codes = new String[] {"code"};
        room.wall.paints.add("white");
        db.inTransaction(session -> {
            session.persist(room);
            Guest guest = new Guest();
            guest.rooms.add(room);
            session.persist(guest);
            room.formerGuests.add(guest);
            Chair chair = new Stool();
            chair.room = room;
            session.persist(chair);
            Table table = new Table();
            table.place.room = room;
            session.persist(table);
            Lamp lamp = new Lamp();
            lamp.room = room;
            session.persist(lamp);
            Lamp gone = new Lamp();
            gone.room = room;
            session.persist(gone);
            session.flush();
            session.remove(gone);
            Window window = new Window();
            window.room = room;
            session.persist(window);
            Carpet carpet = new Carpet();
            carpet.room = room;
            session.persist(carpet);
            Vase vase = new Vase();
            vase.room = room;
            session.persist(vase);
            Plant plant = new Plant();
            plant.room = room;
            session.persist(plant);
        });
        id = room.id;
    }

    private Room room(Session session) {
        return session.find(Room.class, id);
    }

    private static void assertTold(Collection<?> collection, boolean told) {
        String role = ((PersistentCollection<?>) collection).getRole();
        assertThat(collection.size()).as(role).isEqualTo(1);
        assertThat(Hibernate.isInitialized(collection)).as(role).isNotEqualTo(told);
    }

    @Test
    void whatACounterCountsExactlyIsTold() {
        db.inTransaction(session -> {
            Room room = room(session);
            for (Collection<?> told : List.of(
                    room.chairs,
                    room.sameChairs,
                    room.tables,
                    room.lamps,
                    room.guests,
                    room.wall.paints,
                    room.plants)) {
                assertTold(told, true);
                Hibernate.initialize(told);
                assertTold(told, false);
            }
        });
    }

    @Test
    void aCollectionOfASubclassOfTheParentIsTold() {
        Hall hall = new Hall();
        Chair chair = new Chair();
        chair.room = hall;
        db.inTransaction(session -> {
            session.persist(hall);
            session.persist(chair);
        });
        db.inTransaction(session -> assertTold(session.find(Hall.class, hall.id).rows, true));
    }

    @Test
    void onACollectionItIsThatCollectionOnly() {
        db.inTransaction(session -> assertTold(room(session).samePlants, false));
    }

    @Test
    void conditionsAndTotalsTellNothing() {
        db.inTransaction(session -> assertTold(room(session).windows, false));
    }

    @Test
    void aSubclassOfWhatIsCountedIsAskedOfTheDatabase() {
        db.inTransaction(session -> assertTold(room(session).stools, false));
    }

    @Test
    void whatIsFilteredOrRestrictedIsAskedOfTheDatabase() {
        db.inTransaction(session -> {
            Room room = room(session);
            assertTold(room.filteredChairs, false);
            assertTold(room.restrictedChairs, false);
            assertTold(room.carpets, false);
            assertTold(room.vases, false);
            assertTold(room.filteredGuests, false);
            assertThat(Hibernate.isInitialized(room.formerGuests)).isFalse();
            assertTold(room.formerGuests, false);
        });
    }

    @Test
    void aCounterThatIsNotToTellTheSizeDoesNot() {
        db.inTransaction(session -> {
            assertTold(room(session).formerGuests, false);
            assertTold(room(session).names, false);
        });
    }
}
