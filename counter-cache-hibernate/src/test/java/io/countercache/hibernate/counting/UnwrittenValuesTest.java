package io.countercache.hibernate.counting;

import static io.countercache.hibernate.support.TestDatabase.withoutLocks;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.countercache.CounterCache;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.persistence.Embedded;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.MapsId;
import jakarta.persistence.OneToOne;
import jakarta.persistence.Version;
import java.util.List;
import java.util.stream.Stream;
import org.hibernate.Session;
import org.hibernate.annotations.DynamicUpdate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Hibernate does not write what is mapped with {@code updatable = false}, but takes it for loaded once it has written something
 * else of the row. What the database holds is counted. After each test every counter has to equal its count.
 */
class UnwrittenValuesTest {

    @Entity(name = "Garden")
    static class Garden {
        @Id
        Long id;

        long treesCount;
        long stonesCount;
        long gatesCount;
        long bulbsCount;
        long ripeCount;
        long sacksWeight;
        long leavesCount;

        Garden() {}

        Garden(long id) {
            this.id = id;
        }
    }

    /** Something in a garden, which says in memory that it is elsewhere, or is another. */
    interface Thing {
        /** Changes what no UPDATE writes. */
        void pretend(Garden garden);

        /** Changes something else. */
        void note(String text);
    }

    @Entity(name = "Tree")
    static class Tree implements Thing {
        @Id
        Long id;

        @Version
        int version;

        String text;

        @ManyToOne(fetch = FetchType.LAZY)
        @JoinColumn(updatable = false)
        @CounterCache("treesCount")
        Garden garden;

        @Override
        public void pretend(Garden other) {
            garden = other;
        }

        @Override
        public void note(String note) {
            text = note;
        }
    }

    @Entity(name = "Stone")
    static class Stone implements Thing {
        @Id
        Long id;

        String text;

        @ManyToOne(fetch = FetchType.LAZY)
        @JoinColumn(updatable = false)
        @CounterCache("stonesCount")
        Garden garden;

        @Override
        public void pretend(Garden other) {
            garden = other;
        }

        @Override
        public void note(String note) {
            text = note;
        }
    }

    @Entity(name = "Gate")
    static class Gate implements Thing {
        @Id
        Long id;

        @Version
        int version;

        String text;

        @MapsId
        @OneToOne(fetch = FetchType.LAZY)
        @CounterCache("gatesCount")
        Garden garden;

        @Override
        public void pretend(Garden other) {
            garden = other;
        }

        @Override
        public void note(String note) {
            text = note;
        }
    }

    @Embeddable
    static class Place {
        int depth;

        @ManyToOne(fetch = FetchType.LAZY)
        @JoinColumn(name = "garden_id", updatable = false)
        @CounterCache("bulbsCount")
        Garden garden;
    }

    @Entity(name = "Bulb")
    static class Bulb implements Thing {
        @Id
        Long id;

        String text;

        @Embedded
        Place place = new Place();

        @Override
        public void pretend(Garden other) {
            Place changed = new Place();
            changed.depth = place.depth + 1;
            changed.garden = other;
            place = changed;
        }

        @Override
        public void note(String note) {
            text = note;
        }
    }

    /** Counts while it is ripe, which it is from the first day or never. */
    @Entity(name = "Nut")
    @DynamicUpdate
    static class Nut implements Thing {
        @Id
        Long id;

        @Version
        int version;

        String text;

        @Column(updatable = false)
        boolean ripe = true;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(value = "ripeCount", where = "ripe = true")
        Garden garden;

        @Override
        public void pretend(Garden other) {
            ripe = !ripe;
        }

        @Override
        public void note(String note) {
            text = note;
        }
    }

    @Entity(name = "Sack")
    static class Sack implements Thing {
        @Id
        Long id;

        @Version
        int version;

        String text;

        @Column(updatable = false)
        int weight = 5;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(value = "sacksWeight", sum = "weight")
        Garden garden;

        @Override
        public void pretend(Garden other) {
            weight += 100;
        }

        @Override
        public void note(String note) {
            text = note;
        }
    }

    /** A step of a path. */
    @Entity(name = "Branch")
    static class Branch implements Thing {
        @Id
        Long id;

        @Version
        int version;

        String text;

        @ManyToOne(fetch = FetchType.LAZY)
        @JoinColumn(updatable = false)
        Garden garden;

        @Override
        public void pretend(Garden other) {
            garden = other;
        }

        @Override
        public void note(String note) {
            text = note;
        }
    }

    @Entity(name = "Leaf")
    static class Leaf {
        @Id
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(value = "leavesCount", path = "garden")
        Branch branch;
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(
            Garden.class,
            Tree.class,
            Stone.class,
            Gate.class,
            Bulb.class,
            Nut.class,
            Sack.class,
            Branch.class,
            Leaf.class);

    static Stream<Class<? extends Thing>> things() {
        return Stream.of(Tree.class, Stone.class, Gate.class, Bulb.class, Nut.class, Sack.class, Branch.class);
    }

    @BeforeEach
    void oneOfEachInTheFirstOfTwoGardens() {
        db.inTransaction(session -> {
            Garden garden = new Garden(1);
            session.persist(garden);
            session.persist(new Garden(2));
            Tree tree = new Tree();
            tree.id = 1L;
            tree.garden = garden;
            Stone stone = new Stone();
            stone.id = 1L;
            stone.garden = garden;
            Gate gate = new Gate();
            gate.garden = garden;
            Bulb bulb = new Bulb();
            bulb.id = 1L;
            bulb.place.garden = garden;
            Nut nut = new Nut();
            nut.id = 1L;
            nut.garden = garden;
            Sack sack = new Sack();
            sack.id = 1L;
            sack.garden = garden;
            Branch branch = new Branch();
            branch.id = 1L;
            branch.garden = garden;
            Leaf leaf = new Leaf();
            leaf.id = 1L;
            leaf.branch = branch;
            List.of(tree, stone, gate, bulb, nut, sack, branch, leaf).forEach(session::persist);
        });
    }

    private static <T extends Thing> T pretending(Class<T> type, Session session) {
        T thing = session.find(type, 1L);
        thing.pretend(session.getReference(Garden.class, 2L));
        thing.note("seen");
        return thing;
    }

    private static void remove(Thing thing, Session session) {
        if (thing instanceof Branch) {
            session.remove(session.find(Leaf.class, 1L));
        }
        session.remove(thing);
    }

    @ParameterizedTest
    @MethodSource("things")
    void whatIsOnlyPretendedIsNotCounted(Class<? extends Thing> type) {
        db.inTransaction(session -> pretending(type, session));
    }

    @ParameterizedTest
    @MethodSource("things")
    void aThingThatHasPretendedIsRemovedFromWhereItIs(Class<? extends Thing> type) {
        db.inTransaction(session -> {
            Thing thing = pretending(type, session);
            session.flush();
            remove(thing, session);
        });
    }

    @ParameterizedTest
    @MethodSource("things")
    void aThingThatIsRemovedBeforeItsUpdateIsSentIsRemovedFromWhereItIs(Class<? extends Thing> type) {
        db.inTransaction(session -> remove(pretending(type, session), session));
    }

    @ParameterizedTest
    @MethodSource("things")
    void aThingThatPretendsAgainIsStillWhereItIs(Class<? extends Thing> type) {
        db.inTransaction(session -> {
            Thing thing = pretending(type, session);
            session.flush();
            thing.pretend(null);
            thing.note("again");
            session.flush();
            remove(thing, session);
        });
    }

    @ParameterizedTest
    @MethodSource("things")
    void aDetachedThingThatPretendsIsMergedWhereItIs(Class<? extends Thing> type) {
        Thing detached = db.fromTransaction(session -> session.find(type, 1L));
        detached.pretend(new Garden(2));
        detached.note("merged");
        db.inTransaction(session -> {
            Thing merged = session.merge(detached);
            session.flush();
            remove(merged, session);
        });
    }

    @ParameterizedTest
    @MethodSource("things")
    void whatIsPretendedWhileNothingIsCountedIsNotCountedLater(Class<? extends Thing> type) {
        db.inTransaction(session -> {
            Thing thing;
            try (var skipped = CounterCaches.of(session).skip()) {
                assertThat(skipped).isNotNull();
                thing = pretending(type, session);
                session.flush();
            }
            remove(thing, session);
        });
    }

    @ParameterizedTest
    @MethodSource("things")
    void aRefreshedThingIsRemovedFromWhereItIs(Class<? extends Thing> type) {
        db.inTransaction(session -> {
            Thing thing = pretending(type, session);
            session.flush();
            session.refresh(thing);
            remove(thing, session);
        });
    }

    @ParameterizedTest
    @MethodSource("things")
    @SinceHibernate("7.2")
    void aStatelessSessionCountsThingsWhereTheyAre(Class<? extends Thing> type) {
        Thing detached = db.fromTransaction(session -> session.find(type, 1L));
        detached.pretend(new Garden(2));
        detached.note("stateless");
        db.factory().inStatelessTransaction(session -> {
            session.update(detached);
            if (detached instanceof Branch) {
                session.delete(session.get(Leaf.class, 1L));
            }
            session.delete(detached);
        });
    }

    @ParameterizedTest
    @MethodSource("things")
    @SinceHibernate("7.2")
    void anUpsertCountsThingsWhereTheyAre(Class<? extends Thing> type) {
        Thing detached = db.fromTransaction(session -> session.find(type, 1L));
        detached.pretend(new Garden(2));
        detached.note("upserted");
        db.factory().inStatelessTransaction(session -> session.upsert(detached));
    }

    // ---- together with what is written ----

    @Test
    void aSackIsMovedWithTheWeightThatItHas() {
        db.inTransaction(session -> {
            Sack sack = pretending(Sack.class, session);
            session.flush();
            sack.garden = session.find(Garden.class, 2L);
        });
        assertThat(db.number("select sacks_weight from garden where id = 2")).isEqualTo(5);
    }

    @Test
    void aNutThatIsRipeIsMovedThoughItPretendsNotToBe() {
        db.inTransaction(session -> {
            Nut nut = pretending(Nut.class, session);
            nut.garden = session.find(Garden.class, 2L);
            session.flush();
            nut.garden = session.find(Garden.class, 1L);
            session.flush();
            nut.garden = session.find(Garden.class, 2L);
        });
        assertThat(db.number("select ripe_count from garden where id = 2")).isEqualTo(1);
    }

    @Test
    void aLeafOnABranchThatPretendsIsCountedWhereTheBranchIs() {
        db.inTransaction(session -> {
            Branch branch = pretending(Branch.class, session);
            session.flush();
            Leaf leaf = new Leaf();
            leaf.id = 2L;
            leaf.branch = branch;
            session.persist(leaf);
            session.remove(session.find(Leaf.class, 1L));
        });
        assertThat(db.number("select leaves_count from garden where id = 1")).isEqualTo(1);
    }

    // ---- what it costs ----

    @Test
    void whatIsPretendedIsRemovedWithoutAQuery() {
        assumeFalse(TestServer.IS_PORTABLE, TestServer.MORE_STATEMENTS);
        List<String> sent = db.statementsOf(() -> db.inTransaction(session -> {
            Tree tree = pretending(Tree.class, session);
            session.flush();
            session.remove(tree);
        }));
        assertThat(withoutLocks("garden", sent).stream().filter(sql -> sql.startsWith("select")))
                .hasSize(1); // which has loaded it
    }
}
