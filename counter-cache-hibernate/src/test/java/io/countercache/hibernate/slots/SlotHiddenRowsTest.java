package io.countercache.hibernate.slots;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.Counter;
import io.countercache.CounterCache;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import org.hibernate.annotations.SQLRestriction;
import org.hibernate.annotations.SoftDelete;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Parents that are deleted softly, or hidden by a restriction, keep their slots: when they show up again, nothing is missing. */
@Tag("databases")
class SlotHiddenRowsTest {

    /** Elsewhere the column is written. */
    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Hall.class, Visit.class, Draft.class, Remark.class);

    @Entity(name = "Hall")
    @SoftDelete
    static class Hall {
        @Id
        long id = 1;

        int visitsCount;

        @Counter(slots = 2)
        long claps;
    }

    @Entity(name = "Visit")
    static class Visit {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        @ManyToOne
        @CounterCache(slots = 2)
        Hall hall;
    }

    @Entity(name = "Draft")
    @SQLRestriction("hidden = false")
    static class Draft {
        @Id
        long id = 1;

        boolean hidden;

        int remarksCount;

        @Counter(slots = 2)
        long claps;
    }

    @Entity(name = "Remark")
    static class Remark {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(slots = 2)
        Draft draft;
    }

    @BeforeEach
    void parentsThatAreCountedOn() {
        db.persist(new Hall());
        db.persist(new Draft());
        db.inTransaction(session -> {
            Visit visit = new Visit();
            visit.hall = session.getReference(Hall.class, 1L);
            session.persist(visit);
        });
        remark(2);
        clap(Hall.class);
        clap(Draft.class);
    }

    private void remark(int times) {
        db.inTransaction(session -> {
            for (int i = 0; i < times; i++) {
                Remark remark = new Remark();
                remark.draft = session.getReference(Draft.class, 1L);
                session.persist(remark);
            }
        });
    }

    private int clap(Class<?> entity) {
        return db.fromTransaction(
                session -> CounterCaches.of(session).on(entity, 1L).increment("claps", 5));
    }

    private void squashed(Class<?> entity, String table) {
        assertThat(CounterRepair.of(db.factory(), entity).squash()).isEqualTo(TestServer.HAS_SLOTS ? 2 : 0);
        assertThat(db.number("select count(*) from " + table + "_slots")).isZero();
        assertThat(db.number("select claps from " + table)).isEqualTo(5);
    }

    @Test
    void aParentThatIsDeletedSoftlyAndRestored() {
        db.inTransaction(session -> session.remove(session.find(Hall.class, 1L)));
        assertThat(clap(Hall.class)).as("rows that are deleted").isZero();
        squashed(Hall.class, "hall");
        db.execute("update hall set deleted = false");
        db.inTransaction(session -> {
            Hall hall = session.find(Hall.class, 1L);
            assertThat(hall.visitsCount).isEqualTo(1);
            assertThat(hall.claps).isEqualTo(5);
        });
    }

    @Test
    void aParentThatIsHiddenIsStillCountedOn() {
        db.execute("update draft set hidden = true");
        assertThat(clap(Draft.class)).as("rows that are hidden").isZero();
        remark(1);
        squashed(Draft.class, "draft");
        db.execute("update draft set hidden = false");
        db.inTransaction(session -> {
            Draft draft = session.find(Draft.class, 1L);
            assertThat(draft.remarksCount).isEqualTo(3);
            assertThat(draft.claps).isEqualTo(5);
        });
    }
}
