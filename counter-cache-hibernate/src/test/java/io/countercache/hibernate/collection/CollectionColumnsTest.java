package io.countercache.hibernate.collection;

import static io.countercache.hibernate.support.Boot.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.countercache.CounterCache;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import jakarta.persistence.CollectionTable;
import jakarta.persistence.Column;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.MapKey;
import jakarta.persistence.MapKeyColumn;
import jakarta.persistence.OneToMany;
import jakarta.persistence.OrderColumn;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.hibernate.annotations.OnDelete;
import org.hibernate.annotations.OnDeleteAction;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Columns of counted collections that attributes, or other statements, know as well. */
class CollectionColumnsTest {

    @Entity(name = "Stable")
    static class Stable {
        @Id
        long id;

        @OneToMany
        @JoinColumn(name = "stable_id")
        @MapKey(name = "name")
        @CounterCache
        Map<String, Horse> horses = new HashMap<>();

        @OneToMany
        @JoinColumn(name = "box_of")
        @MapKeyColumn(name = "box")
        @CounterCache
        Map<Integer, Horse> boxes = new HashMap<>();

        @OneToMany
        @JoinColumn(name = "queue_of")
        @OrderColumn(name = "place")
        @CounterCache
        List<Horse> queue = new ArrayList<>();

        int horsesCount;
        int boxesCount;
        int queueCount;
    }

    @Entity(name = "Horse")
    static class Horse {
        @Id
        long id;

        String name;

        @ManyToOne
        @JoinColumn(name = "stable_id", insertable = false, updatable = false)
        Stable stable;

        Horse() {}

        Horse(long id, String name) {
            this.id = id;
            this.name = name;
        }
    }

    @Entity(name = "Land")
    static class Land {
        @Id
        long id;

        int signsCount;
    }

    @Entity(name = "Walk")
    static class Walk {
        @Id
        long id;

        @ManyToOne
        Land land;

        @ElementCollection
        @CounterCache(value = "signsCount", path = "land")
        Set<String> signs = new HashSet<>();
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(Stable.class, Horse.class, Land.class, Walk.class);

    @BeforeEach
    void aStableWithTwoHorses() {
        Stable stable = new Stable();
        Horse black = new Horse(1, "black");
        Horse white = new Horse(2, "white");
        stable.horses.putAll(Map.of("black", black, "white", white));
        stable.boxes.putAll(Map.of(1, black, 2, white));
        stable.queue.addAll(List.of(white, black));
        db.inTransaction(session -> Stream.of(black, white, stable).forEach(session::persist));
    }

    private void change(Consumer<Stable> change) {
        db.inTransaction(session -> change.accept(session.find(Stable.class, 0L)));
    }

    @Test
    void whatACollectionKnowsItsElementsByStaysTheirs() {
        change(stable -> stable.horses.clear());
        assertThat(db.number("select horses_count from stable")).isZero();
        assertThat(db.number("select count(*) from horse where stable_id is null and name in ('black', 'white')"))
                .isEqualTo(2);
    }

    @Test
    void whatACollectionWritesItselfIsCleared() {
        change(stable -> stable.boxes.clear());
        change(stable -> stable.queue.clear());
        assertThat(db.number("select boxes_count + queue_count from stable")).isZero();
        assertThat(db.number("select count(*) from horse where box is null and place is null and stable_id = 0"))
                .isEqualTo(2);
    }

    @Test
    @SinceHibernate("7.2")
    void aBulkUpdateOfTheColumnIsCounted() {
        db.inTransaction(
                session -> session.createMutationQuery("update Horse h set h.stable = null where h.name = 'white'")
                        .executeUpdate());
        assertThat(db.number("select horses_count from stable")).isEqualTo(1);
        assertThat(db.number("select boxes_count + queue_count from stable")).isEqualTo(4);
    }

    @Test
    @SinceHibernate("7.2")
    void aBulkDeleteOfOwnersMovesTheCountersFurtherUp() {
        assumeFalse(TestServer.IS_PORTABLE, TestServer.REFUSED_BULK);
        assumeFalse(
                TestServer.IS_MARIADB, "refused there: such a DELETE cannot answer with the rows of the collection");
        db.inTransaction(session -> {
            Land land = new Land();
            Walk walk = new Walk();
            Walk other = new Walk();
            other.id = 1;
            walk.land = land;
            other.land = land;
            walk.signs.addAll(Set.of("left", "right"));
            other.signs.add("on");
            Stream.of(land, walk, other).forEach(session::persist);
        });
        assertThat(db.number("select signs_count from land")).isEqualTo(3);
        db.inTransaction(session ->
                session.createMutationQuery("delete from Walk w where w.id = 0").executeUpdate());
        assertThat(db.number("select signs_count from land")).isEqualTo(1);
    }

    // ---- refused ----

    @Entity(name = "Shelf")
    static class Shelf {
        @Id
        long id;

        @Column(unique = true)
        String code;

        @ElementCollection
        @CollectionTable(joinColumns = @JoinColumn(name = "shelf_code", referencedColumnName = "code"))
        @CounterCache
        Set<String> lines;

        int linesCount;
    }

    @Entity(name = "Trail")
    static class Trail {
        @Id
        long id;

        @ManyToOne
        Land land;

        @OneToMany
        @JoinColumn(name = "trail_id")
        @OnDelete(action = OnDeleteAction.SET_NULL)
        @CounterCache(value = "signsCount", path = "land")
        Set<Post> posts;
    }

    @Entity(name = "Post")
    static class Post {
        @Id
        long id;
    }

    @Test
    void aKeyThatIsNotTheIdIsRefused() {
        refused("Shelf.lines: Shelf.lines refers to another column than the id: refer to the id", Shelf.class);
    }

    @Test
    void aKeyThatTheDatabaseCutsOffIsRefusedWithAPath() {
        refused(
                "Trail.posts: Trail.posts has @OnDelete(SET_NULL), which takes rows out of the collection unseen: remove it",
                Land.class,
                Trail.class,
                Post.class);
    }
}
