package io.countercache.hibernate.path;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.CounterCache;
import io.countercache.Drift;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.concurrency.TrafficTest;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OneToMany;
import jakarta.persistence.OptimisticLockException;
import jakarta.persistence.PessimisticLockException;
import jakarta.persistence.Table;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.hibernate.Session;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A path that leads from a table back to itself: rows of it are children, on the way, and counted, all at once. */
@Tag("databases")
class TreePathTest {

    private static final int FOLDERS = 12;

    @Entity(name = "Folder")
    @Table(name = "folder")
    static class Folder {
        @Id
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("childrenCount")
        @CounterCache(value = "grandchildrenCount", path = "parent")
        @CounterCache(value = "greatCount", path = "parent.parent")
        Folder parent;

        @OneToMany(mappedBy = "parent")
        List<Folder> children;

        int childrenCount;
        int grandchildrenCount;
        int greatCount;

        Folder() {}

        Folder(long id, Folder parent) {
            this.id = id;
            this.parent = parent;
        }

        void into(Folder other) {
            parent = other;
        }
    }

    /** Its table leads to that of its door, and that back. */
    @Entity(name = "Room")
    static class Room {
        @Id
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        Door door;

        int guestsCount;
    }

    @Entity(name = "Door")
    static class Door {
        @Id
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        Room hall;
    }

    @Entity(name = "Guest")
    static class Guest {
        @Id
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(value = "guestsCount", path = "door.hall")
        Room room;

        Guest() {}

        Guest(long id, Room room) {
            this.id = id;
            this.room = room;
        }
    }

    @Entity(name = "Town")
    static class Town {
        @Id
        Long id;

        int bornCount;
        int livingCount;
    }

    @Entity(name = "Street")
    static class Street {
        @Id
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        Town town;
    }

    /** Counted by two towns: by one of them by a path, and by the other one directly. */
    @Entity(name = "Citizen")
    static class Citizen {
        @Id
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(value = "livingCount", path = "town")
        Street street;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("bornCount")
        Town birthplace;
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(
            Folder.class, Room.class, Door.class, Guest.class, Town.class, Street.class, Citizen.class);

    private long counted(String counter, long id) {
        return db.number("select " + counter + " from folder where id = " + id);
    }

    @BeforeEach
    void oneInTheOther() {
        db.inTransaction(session -> {
            Folder parent = null;
            for (long id = 1; id <= FOLDERS; id++) {
                parent = new Folder(id, parent);
                session.persist(parent);
            }
        });
    }

    @Test
    void everyRowCountsWhatIsTwoAndThreeStepsBeneathIt() {
        assertThat(List.of(counted("children_count", 1), counted("grandchildren_count", 1), counted("great_count", 1)))
                .containsExactly(1L, 1L, 1L);
        db.inTransaction(session -> {
            session.persist(new Folder(100, session.find(Folder.class, 3L)));
            session.persist(new Folder(101, session.find(Folder.class, 3L)));
        });
        assertThat(List.of(counted("children_count", 3), counted("grandchildren_count", 2), counted("great_count", 1)))
                .containsExactly(3L, 3L, 3L);
    }

    @Test
    void theNameOfACollectionIsThatOfItsOwnCounter() {
        db.execute("update folder set children_count = 9, grandchildren_count = 9, great_count = 9 where id = 1");
        List<Drift> corrected =
                db.fromTransaction(session -> CounterCaches.of(session).resetCounters(Folder.class, 1L, "children"));
        assertThat(corrected).extracting(Drift::counter).containsExactly("childrenCount");
        db.inTransaction(session -> CounterCaches.of(session).resetCounters(Folder.class, 1L));
        assertThat(counted("great_count", 1)).isEqualTo(1);
    }

    @Test
    void aBranchThatMovesIsAChildAndOnTheWayOfItsOwnChildren() {
        db.inTransaction(session -> session.find(Folder.class, 5L).parent = session.find(Folder.class, 1L));
        assertThat(List.of(counted("children_count", 1), counted("grandchildren_count", 1), counted("great_count", 1)))
                .containsExactly(2L, 2L, 2L);
        assertThat(counted("great_count", 2)).isZero();
    }

    @Test
    void severalBranchesMoveAndChildrenComeInOneTransaction() {
        db.inTransaction(session -> {
            session.find(Folder.class, 5L).parent = session.find(Folder.class, 1L);
            session.flush();
            session.find(Folder.class, 6L).parent = null;
            session.persist(new Folder(100, session.find(Folder.class, 5L)));
            session.find(Folder.class, 9L).parent = session.find(Folder.class, 5L);
        });
        assertThat(counted("children_count", 5)).isEqualTo(2);
        assertThat(counted("grandchildren_count", 1)).isEqualTo(3);
    }

    @Test
    void whatComesThroughARowIsPassedOnBeforeTheRowTakesAllAlong() {
        db.inTransaction(session -> {
            session.persist(new Folder(100, session.find(Folder.class, 4L)));
            session.find(Folder.class, 3L).into(session.find(Folder.class, 1L));
        });
        assertThat(List.of(counted("great_count", 1), counted("great_count", 2)))
                .containsExactly(2L, 0L);
    }

    @Test
    void aLeafAndAWholeBranchAreDeleted() {
        db.inTransaction(session -> session.remove(session.find(Folder.class, (long) FOLDERS)));
        assertThat(counted("great_count", FOLDERS - 3)).isZero();
        db.inTransaction(session -> {
            for (long id = FOLDERS - 1; id > 2; id--) {
                session.remove(session.find(Folder.class, id));
            }
        });
        assertThat(List.of(counted("children_count", 1), counted("grandchildren_count", 1), counted("great_count", 1)))
                .containsExactly(1L, 0L, 0L);
    }

    @Test
    void manyThatComeAndGoAtOnceNeverDeadlockAndNeverDrift() {
        onThreads(false);
        assertThat(db.number("select count(*) from folder")).isEqualTo(FOLDERS + 6 * 60 * 3);
    }

    /** A branch that moves is locked from its UPDATE on, and only then it is known which other rows have to be. */
    @Test
    void ofMovesThatMeetTheDatabaseMayEndOneButNoneDrifts() {
        onThreads(true);
        assertThat(db.number("select count(*) from folder")).isGreaterThan(FOLDERS);
    }

    private void onThreads(boolean moves) {
        AtomicInteger seeds = new AtomicInteger();
        AtomicInteger ids = new AtomicInteger(1000);
        TrafficTest.onThreads(moves ? 3 : 6, () -> {
            Random random = new Random(seeds.incrementAndGet());
            for (int i = 0; i < (moves ? 15 : 60); i++) {
                try {
                    db.inTransaction(session -> change(session, random, moves, ids));
                } catch (OptimisticLockException | PessimisticLockException lost) {
                    assertThat(moves).as("without moves, " + lost).isTrue();
                }
            }
            return null;
        });
    }

    private static void change(Session session, Random random, boolean moves, AtomicInteger ids) {
        if (moves && random.nextInt(4) == 0) {
            session.find(Folder.class, 1L + random.nextInt(FOLDERS))
                    .into(session.find(Folder.class, 1L + random.nextInt(FOLDERS)));
            return;
        }
        for (int i = 0; i < 3; i++) {
            Folder parent = session.getReference(Folder.class, 1L + random.nextInt(FOLDERS));
            session.persist(new Folder(ids.incrementAndGet(), parent));
            // there a flush locks the parents of its rows, so that several of them may deadlock
            if (!TestServer.LOCKS_PARENTS) {
                session.flush();
            }
        }
    }

    @Test
    void whatComesBeneathRowsOfTwoTablesThatLeadToEachOtherNeverDeadlocks() {
        db.inTransaction(session -> {
            Room hall = null;
            for (long id = 1; id <= 4; id++) {
                Room room = new Room();
                room.id = id;
                if (hall != null) {
                    room.door = new Door();
                    room.door.id = id;
                    room.door.hall = hall;
                    session.persist(room.door);
                }
                session.persist(room);
                hall = room;
            }
        });
        AtomicInteger seeds = new AtomicInteger();
        AtomicInteger ids = new AtomicInteger();
        TrafficTest.onThreads(8, () -> {
            Random random = new Random(seeds.incrementAndGet());
            for (int i = 0; i < 60; i++) {
                db.inTransaction(session -> {
                    for (int guest = 0; guest < 3; guest++) {
                        session.persist(new Guest(
                                ids.incrementAndGet(), session.getReference(Room.class, 1L + random.nextInt(4))));
                    }
                });
            }
            return null;
        });
    }

    @Test
    void whatOnePathLeadsToAndAnotherAssociationRefersToNeverDeadlocks() {
        db.inTransaction(session -> {
            for (long id = 1; id <= 2; id++) {
                Street street = new Street();
                street.id = id;
                street.town = new Town();
                street.town.id = id;
                session.persist(street.town);
                session.persist(street);
            }
        });
        AtomicInteger ids = new AtomicInteger();
        TrafficTest.onThreads(8, () -> {
            for (int i = 0; i < 60; i++) {
                db.inTransaction(session -> {
                    Citizen citizen = new Citizen();
                    citizen.id = (long) ids.incrementAndGet();
                    citizen.street = session.getReference(Street.class, 1 + citizen.id % 2);
                    citizen.birthplace = session.getReference(Town.class, 2 - citizen.id % 2);
                    session.persist(citizen);
                });
            }
            return null;
        });
        assertThat(db.number("select sum(living_count) from town")).isEqualTo(ids.get());
    }
}
