package io.countercache.hibernate.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.Counter;
import io.countercache.CounterCache;
import io.countercache.CounterLimitException;
import io.countercache.RepairReport;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToMany;
import jakarta.persistence.ManyToOne;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.hibernate.Session;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What users do first, with ids that they assign, and names that are reserved nowhere: towns with houses, in which tenants live, who are
 * members of clubs.
 */
abstract class TownTests {

    @RegisterExtension
    final TestDatabase db;

    TownTests(Consumer<TestDatabase> settings) {
        db = TestDatabase.with(Town.class, House.class, Tenant.class, Club.class);
        settings.accept(db);
    }

    /** Does some work of the library, about whose statements a test may have more to say. */
    void sending(Runnable work) {
        work.run();
    }

    @Entity(name = "Town")
    static class Town {
        @Id
        long id;

        int tenantsCount;

        @Counter
        int visits;
    }

    @Entity(name = "House")
    static class House {
        @Id
        long id;

        @ManyToOne(fetch = FetchType.LAZY)
        Town town;

        int tenantsCount;

        int adultsCount;

        @Counter(min = 0)
        int letters;

        protected House() {}

        House(long id, Town town) {
            this.id = id;
            this.town = town;
        }
    }

    /** Without a version, so that rows are locked before they are changed. */
    @Entity(name = "Tenant")
    static class Tenant {
        @Id
        long id;

        boolean adult = true;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        @CounterCache(value = "adultsCount", where = "adult")
        @CounterCache(value = "tenantsCount", path = "town")
        House house;

        protected Tenant() {}

        Tenant(long id, House house) {
            this.id = id;
            this.house = house;
        }
    }

    @Entity(name = "Club")
    static class Club {
        @Id
        long id;

        @ManyToMany
        @CounterCache("membersCount")
        Set<Tenant> members = new HashSet<>();

        @ElementCollection
        @CounterCache("notesCount")
        List<String> notes = new ArrayList<>();

        int membersCount;
        int notesCount;
    }

    @BeforeEach
    void twoTownsWithTwentyFourHouses() {
        db.inTransaction(session -> {
            for (long id = 0; id < 2; id++) {
                Town town = new Town();
                town.id = id;
                session.persist(town);
            }
            for (long id = 0; id < 24; id++) {
                session.persist(new House(id, session.getReference(Town.class, id % 2)));
            }
        });
    }

    private static House house(Session session, long id) {
        return session.getReference(House.class, id);
    }

    /** One in each house. */
    static void tenants(int number, Session session) {
        for (long id = 0; id < number; id++) {
            session.persist(new Tenant(id, house(session, id)));
        }
    }

    void twelveTenants() {
        db.inTransaction(session -> tenants(12, session));
    }

    private void inTransaction(Consumer<Session> work) {
        sending(() -> db.inTransaction(work));
    }

    List<Long> countsOf(long house) {
        return List.of(
                db.number("select tenants_count from house where id = " + house),
                db.number("select adults_count from house where id = " + house),
                db.number("select tenants_count from town where id = " + house % 2));
    }

    @Test
    void childrenComeMoveAndGo() {
        inTransaction(session -> session.persist(new Tenant(1, house(session, 1))));
        inTransaction(
                session -> { // the managed parent is told what is stored
                    House managed = session.find(House.class, 1L);
                    session.persist(new Tenant(2, managed));
                    session.flush();
                    assertThat(managed.tenantsCount).isEqualTo(2);
                });
        inTransaction(session -> session.find(Tenant.class, 1L).house = house(session, 2));
        inTransaction(session -> session.find(Tenant.class, 2L).adult = false);
        assertThat(countsOf(1)).containsExactly(1L, 0L, 1L);
        assertThat(countsOf(2)).containsExactly(1L, 1L, 1L);
        inTransaction(session -> session.remove(session.find(Tenant.class, 2L)));
        assertThat(countsOf(1)).containsExactly(0L, 0L, 0L);
    }

    @Test
    void manyParentsInOneTransaction() {
        inTransaction(session -> tenants(24, session));
        inTransaction(session -> session.createSelectionQuery("from Tenant", Tenant.class)
                .getResultList()
                .forEach(session::remove));
    }

    @Test
    void aHouseThatIsMovedTakesItsTenantsAlong() {
        twelveTenants();
        inTransaction(session -> session.find(House.class, 1L).town = session.getReference(Town.class, 0L));
        assertThat(db.number("select tenants_count from town where id = 0")).isEqualTo(7);
    }

    @Test
    void rowsOfCollectionsComeAndGo() {
        twelveTenants();
        inTransaction(session -> {
            Club club = new Club();
            club.members.add(session.find(Tenant.class, 1L));
            club.members.add(session.find(Tenant.class, 2L));
            club.notes.addAll(List.of("a", "b"));
            session.persist(club);
        });
        inTransaction(session -> {
            Club club = session.find(Club.class, 0L);
            club.members.remove(session.find(Tenant.class, 1L));
            club.notes = new ArrayList<>(List.of("c"));
        });
        assertThat(db.number("select members_count from club")).isEqualTo(1);
        assertThat(db.number("select notes_count from club")).isEqualTo(1);
        inTransaction(session -> session.remove(session.find(Club.class, 0L)));
    }

    @Test
    void resetsAndRepairsCorrect() {
        twelveTenants();
        db.execute("update house set tenants_count = 7 where id < 5");
        db.execute("update town set tenants_count = 70");
        inTransaction(session -> assertThat(CounterCaches.of(session).resetCounters(House.class, 0L))
                .hasSize(1));
        inTransaction(session -> assertThat(CounterCaches.of(session)
                        .on(House.class, List.of(1L, 2L))
                        .reset("tenantsCount"))
                .hasSize(2));
        var houses = CounterRepair.of(db.factory(), House.class);
        sending(() -> assertThat(houses.verify().drifted()).isEqualTo(2));
        sending(() -> assertThat(houses.repair().drifted()).isEqualTo(2));
        var towns = CounterRepair.of(db.factory(), Town.class);
        sending(() -> assertThat(towns.repair().drifted()).isEqualTo(2));
        sending(() -> assertThat(CounterRepair.verifyAll(db.factory())).matches(RepairReport::isClean));
    }

    @Test
    @SinceHibernate("7.2")
    void bulkStatementsAreCounted() {
        twelveTenants();
        inTransaction(session -> session.createMutationQuery("update Tenant set house.id = 20 where id < 3")
                .executeUpdate());
        inTransaction(session -> session.createMutationQuery("update Tenant set adult = false where house.id > 5")
                .executeUpdate());
        assertThat(countsOf(20)).containsExactly(3L, 0L, 7L);
        inTransaction(session -> session.createMutationQuery("delete from Tenant where house.id = 20")
                .executeUpdate());
        assertThat(countsOf(20)).containsExactly(0L, 0L, 4L);
    }

    @Test
    @SinceHibernate("7.2")
    void statelessSessionsCount() {
        sending(() -> db.factory().inStatelessTransaction(session -> {
            session.insert(new Tenant(1, new House(3, null)));
            session.insert(new Tenant(2, new House(3, null)));
        }));
        assertThat(countsOf(3)).containsExactly(2L, 2L, 2L);
    }

    @Test
    @SinceHibernate("7.2")
    void whatStatelessSessionsSendInBatchesIsCountedWhereItWas() {
        Tenant first = new Tenant(1, new House(3, null));
        Tenant second = new Tenant(2, new House(3, null));
        sending(() -> {
            db.factory().inStatelessTransaction(session -> session.insertMultiple(List.of(first, second)));
            db.factory().inStatelessTransaction(session -> session.deleteMultiple(List.of(first, second)));
        });
        assertThat(countsOf(3)).containsExactly(0L, 0L, 0L);
    }

    @Test
    void countersAreChangedByHand() {
        inTransaction(session -> CounterCaches.of(session).on(House.class, 1L).increment("letters", 5));
        inTransaction(session -> assertThat(
                        CounterCaches.of(session).on(House.class, 1L).take("letters", 3))
                .isEqualTo(2));
        sending(() -> assertThatThrownBy(() -> db.inTransaction(
                        session -> CounterCaches.of(session).on(House.class, 1L).take("letters", 3)))
                .isInstanceOf(CounterLimitException.class));
        assertThat(db.number("select letters from house where id = 1")).isEqualTo(2);
    }
}
