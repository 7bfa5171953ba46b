package io.countercache.hibernate.path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.countercache.CounterCache;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import jakarta.persistence.Column;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.Inheritance;
import jakarta.persistence.InheritanceType;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToMany;
import jakarta.persistence.ManyToOne;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.hibernate.Session;
import org.hibernate.annotations.Filter;
import org.hibernate.annotations.FilterDef;
import org.hibernate.annotations.SoftDelete;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Paths through rows with ids of several columns, foreign keys to other columns, hierarchies, and marks of deletion. */
class PathMappingsTest {

    @Entity(name = "Land")
    static class Land {
        @Id
        Long id;

        @Column(unique = true)
        String code;

        int treesCount;
        int standingCount;
        int signsCount;
        int guidedCount;

        Land() {}

        Land(long id) {
            this.id = id;
            this.code = "land " + id;
        }
    }

    @Embeddable
    record ForestKey(String name, int number) {}

    /** Its id has two columns, and it refers to another column than the id. */
    @Entity(name = "Forest")
    static class Forest {
        @EmbeddedId
        ForestKey key;

        @ManyToOne(fetch = FetchType.LAZY)
        @JoinColumn(name = "land_code", referencedColumnName = "code")
        Land land;

        int treesCount;

        Forest() {}

        Forest(String name, Land land) {
            this.key = new ForestKey(name, 1);
            this.land = land;
        }
    }

    @Embeddable
    static class Position {
        int height;

        @ManyToOne(fetch = FetchType.LAZY)
        Forest forest;
    }

    @Entity(name = "Stand")
    @Inheritance(strategy = InheritanceType.JOINED)
    abstract static class Stand {
        @Id
        Long id;

        int treesCount;
    }

    @Entity(name = "OldStand")
    static class OldStand extends Stand {
        Position position = new Position();

        OldStand() {}

        OldStand(long id, Forest forest) {
            this.id = id;
            position.forest = forest;
        }
    }

    /** A row of it that is only marked as deleted leads nowhere. */
    @Entity(name = "Grove")
    @SoftDelete
    static class Grove {
        @Id
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        Land land;
    }

    @Entity(name = "Tree")
    @FilterDef(name = "standing", defaultCondition = "fallen = false")
    @Filter(name = "standing")
    static class Tree {
        @Id
        Long id;

        boolean fallen;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        @CounterCache(value = "treesCount", path = "position.forest")
        OldStand stand;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(value = "treesCount", path = "land")
        Forest forest;

        @ManyToOne
        @CounterCache(value = "standingCount", path = "land", where = "not fallen")
        Grove grove;

        Tree() {}

        Tree(long id, OldStand stand, Forest forest, Grove grove) {
            this.id = id;
            this.stand = stand;
            this.forest = forest;
            this.grove = grove;
        }
    }

    /** The rows of its collection count further up, too. */
    @Entity(name = "Walk")
    static class Walk {
        @Id
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        Land land;

        @ElementCollection
        @CounterCache(value = "signsCount", path = "land")
        List<String> signs = new ArrayList<>();

        Staff staff = new Staff();
    }

    @Embeddable
    static class Staff {
        @ManyToMany
        Set<Guide> guides = new HashSet<>();
    }

    @Entity(name = "Guide")
    static class Guide {
        @Id
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        Land land;

        @ManyToMany(mappedBy = "staff.guides")
        @CounterCache(value = "guidedCount", path = "land")
        Set<Walk> walks = new HashSet<>();
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(
            Land.class, Forest.class, Stand.class, OldStand.class, Grove.class, Tree.class, Walk.class, Guide.class);

    @BeforeEach
    void twoLandsWithAForestEach() {
        db.inTransaction(session -> {
            for (long id = 1; id <= 2; id++) {
                Land land = new Land(id);
                Forest forest = new Forest("forest " + id, land);
                Grove grove = new Grove();
                grove.id = id;
                grove.land = land;
                OldStand stand = new OldStand(id, forest);
                List.of(land, forest, grove, stand).forEach(session::persist);
                session.persist(new Tree(id, stand, forest, grove));
                session.persist(new Tree(10 + id, stand, forest, grove));
            }
        });
    }

    private List<Long> ofLands(String counter) {
        return List.of(
                db.number("select " + counter + " from land where id = 1"),
                db.number("select " + counter + " from land where id = 2"));
    }

    private long ofForest(long number) {
        return db.number("select trees_count from forest where name = 'forest " + number + "'");
    }

    @Test
    void everyTreeIsCountedByForestsAndLands() {
        assertThat(ofLands("trees_count")).containsExactly(2L, 2L);
        assertThat(ofLands("standing_count")).containsExactly(2L, 2L);
        assertThat(List.of(ofForest(1), ofForest(2))).containsExactly(2L, 2L);
        assertThat(db.number("select trees_count from stand where id = 1")).isEqualTo(2);
    }

    @Test
    void aRowWithAnIdOfTwoColumnsMovesByAForeignKeyToAnotherColumn() {
        db.inTransaction(session -> {
            Forest forest = session.find(Forest.class, new ForestKey("forest 1", 1));
            session.persist(new Tree(20, null, forest, null));
            session.flush();
            forest.land = session.find(Land.class, 2L);
        });
        assertThat(ofLands("trees_count")).containsExactly(0L, 5L);
        db.inTransaction(session -> session.find(Tree.class, 20L).forest = null);
        assertThat(ofLands("trees_count")).containsExactly(0L, 4L);
    }

    @Test
    void aRowOfAJoinedHierarchyMovesByAnAssociationInAnEmbeddable() {
        db.inTransaction(session -> {
            OldStand stand = session.find(OldStand.class, 1L);
            stand.position.forest = session.find(Forest.class, new ForestKey("forest 2", 1));
            session.remove(session.find(Tree.class, 11L));
        });
        assertThat(List.of(ofForest(1), ofForest(2))).containsExactly(0L, 3L);
        db.inTransaction(session -> session.find(OldStand.class, 1L).position = null);
        assertThat(List.of(ofForest(1), ofForest(2))).containsExactly(0L, 2L);
    }

    @Test
    void whatIsBeneathARowThatIsMarkedAsDeletedIsCountedNoMore() {
        db.inTransaction(session -> {
            session.find(Tree.class, 1L).fallen = true;
            session.find(Tree.class, 11L).grove = session.find(Grove.class, 2L);
        });
        assertThat(ofLands("standing_count")).containsExactly(0L, 3L);
        db.inTransaction(session -> {
            session.createSelectionQuery("from Tree t where t.grove.id = 2", Tree.class)
                    .getResultList()
                    .forEach(tree -> tree.grove = null);
            session.remove(session.find(Grove.class, 2L));
        });
        assertThat(ofLands("standing_count")).containsExactly(0L, 0L);
    }

    @Test
    void rowsOfACollectionCountFurtherUp() {
        db.inTransaction(session -> {
            Walk walk = new Walk();
            walk.id = 1L;
            walk.land = session.find(Land.class, 1L);
            walk.signs.addAll(List.of("a", "b", "b"));
            session.persist(walk);
        });
        assertThat(ofLands("signs_count")).containsExactly(3L, 0L);
        db.inTransaction(session -> {
            Walk walk = session.find(Walk.class, 1L);
            walk.land = session.find(Land.class, 2L);
            walk.signs.remove("a");
        });
        assertThat(ofLands("signs_count")).containsExactly(0L, 2L);
        db.execute("update land set signs_count = 7");
        assertThat(CounterRepair.of(db.factory(), Land.class).repair().drifted())
                .isEqualTo(2);
        db.inTransaction(session -> session.remove(session.find(Walk.class, 1L)));
        assertThat(ofLands("signs_count")).containsExactly(0L, 0L);
    }

    private void persistBeneathGrove(Session session) {
        session.persist(new Tree(20, null, null, session.find(Grove.class, 1L)));
        session.flush();
    }

    @Test
    void whatComesBeneathARowThatIsBeingMarkedAsDeletedIsNotCounted() {
        assumeFalse(
                TestServer.LOCKS_PARENTS,
                "a row that an inserted one refers to is locked there, and cannot be marked meanwhile");
        try (Session session = db.factory().openSession()) {
            session.beginTransaction();
            persistBeneathGrove(session);
            db.inTransaction(other -> other.remove(other.find(Grove.class, 1L)));
            session.getTransaction().commit();
        }
        assertThat(ofLands("standing_count")).containsExactly(0L, 2L);
    }

    @Test
    void whatIsStillBeneathARowThatIsMarkedAsDeletedIsCountedNoMoreAndCanBeRemoved() {
        db.inTransaction(session -> session.remove(session.find(Grove.class, 1L)));
        assertThat(ofLands("standing_count")).containsExactly(0L, 2L);
        db.inTransaction(session -> session.remove(session.find(Tree.class, 1L)));
        assertThat(ofLands("standing_count")).containsExactly(0L, 2L);
        assertThat(ofLands("trees_count")).containsExactly(1L, 2L);
    }

    @Test
    void aRowIsNotMovedWhereWhatIsBeneathItIsFiltered() {
        assertThatThrownBy(() -> db.inTransaction(session -> {
                    session.enableFilter("standing");
                    session.find(Forest.class, new ForestKey("forest 1", 1)).land = session.find(Land.class, 2L);
                }))
                .hasStackTraceContaining(
                        "Tree is filtered in this session, and rows that are hidden cannot be counted");
        assertThat(ofLands("trees_count")).containsExactly(2L, 2L);
    }

    @Test
    void ownersOfACollectionInAnEmbeddableCountFurtherUp() {
        db.inTransaction(session -> {
            Guide guide = new Guide();
            guide.id = 1L;
            guide.land = session.find(Land.class, 2L);
            session.persist(guide);
            Walk walk = new Walk();
            walk.id = 1L;
            walk.staff.guides.add(guide);
            session.persist(walk);
        });
        assertThat(ofLands("guided_count")).containsExactly(0L, 1L);
        db.inTransaction(session -> session.find(Guide.class, 1L).land = session.find(Land.class, 1L));
        assertThat(ofLands("guided_count")).containsExactly(1L, 0L);
    }
}
