package io.countercache.hibernate.collection;

import static io.countercache.hibernate.support.TestDatabase.counterUpdates;
import static io.countercache.hibernate.support.TestDatabase.withoutLocks;
import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.hibernate.collection.Zoo.Cage;
import io.countercache.hibernate.collection.Zoo.Toy;
import io.countercache.hibernate.support.TestDatabase;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.hibernate.Session;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every kind of collection of plain values. After each test every counter has to equal its count. */
class CollectionKindsTest {

    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(Cage.class);

    private Cage cage;

    private enum Kind {
        BAG,
        LIST,
        SET,
        SORTED_SET,
        ORDERED;

        Collection<String> read(Cage cage) {
            return switch (this) {
                case BAG -> cage.bag;
                case LIST -> cage.list;
                case SET -> cage.set;
                case SORTED_SET -> cage.sortedSet;
                case ORDERED -> cage.ordered;
            };
        }

        void replace(Cage cage, @Nullable List<String> values) {
            switch (this) {
                case BAG -> cage.bag = values == null ? null : new ArrayList<>(values);
                case LIST -> cage.list = values == null ? null : new ArrayList<>(values);
                case SET -> cage.set = values == null ? null : new HashSet<>(values);
                case SORTED_SET -> cage.sortedSet = values == null ? null : new TreeSet<>(values);
                case ORDERED -> cage.ordered = values == null ? null : new HashSet<>(values);
            }
        }

        String column() {
            return name().toLowerCase(Locale.ROOT) + "_count";
        }
    }

    @BeforeEach
    void aCageWithThreeOfEach() {
        Cage full = new Cage();
        for (Kind kind : Kind.values()) {
            kind.read(full).addAll(List.of("a", "b", "c"));
        }
        for (String key : List.of("a", "b", "c")) {
            full.map.put(key, "same");
            full.sortedMap.put(key, "same");
            full.toys.add(new Toy(key, key.equals("a") ? null : 1));
        }
        cage = db.persist(full);
    }

    private Cage cage(Session session) {
        return session.find(Cage.class, cage.id);
    }

    private long stored(String column) {
        return db.number("select " + column + " from cage");
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void valuesAreAddedRemovedAndExchanged(Kind kind) {
        assertThat(stored(kind.column())).isEqualTo(3);
        List<String> sql = db.statementsOf(() -> db.inTransaction(session -> {
            Collection<String> values = kind.read(cage(session));
            values.remove("a");
            values.addAll(List.of("d", "e"));
        }));
        assertThat(stored(kind.column())).isEqualTo(4);
        assertThat(counterUpdates(sql)).hasSize(1);
        db.inTransaction(session -> {
            Collection<String> values = kind.read(cage(session));
            values.remove("b");
            values.add("f");
        });
        assertThat(stored(kind.column())).isEqualTo(4);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void theWholeCollectionIsClearedReplacedOrNull(Kind kind) {
        db.inTransaction(session -> kind.read(cage(session)).clear());
        assertThat(stored(kind.column())).isZero();
        db.inTransaction(session -> kind.read(cage(session)).addAll(List.of("x", "y")));
        assertThat(stored(kind.column())).isEqualTo(2);
        db.inTransaction(session -> kind.replace(cage(session), List.of("z")));
        assertThat(stored(kind.column())).isEqualTo(1);
        db.inTransaction(session -> kind.replace(cage(session), null));
        assertThat(stored(kind.column())).isZero();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aMergedOwnerBringsItsValues(Kind kind) {
        kind.read(cage).remove("b");
        kind.read(cage).addAll(List.of("y", "z"));
        db.inTransaction(session -> session.merge(cage));
        assertThat(stored(kind.column())).isEqualTo(4);
    }

    @Test
    void entriesOfMapsAreAddedRemovedAndExchanged() {
        db.inTransaction(session -> {
            Cage loaded = cage(session);
            loaded.map.put("a", "other");
            loaded.map.remove("b");
            loaded.sortedMap.put("d", "new");
            loaded.sortedMap.remove("a");
            loaded.sortedMap.remove("b");
        });
        assertThat(List.of(stored("map_count"), stored("sorted_map_count"))).containsExactly(2L, 2L);
        db.inTransaction(session -> {
            cage(session).map = new HashMap<>(Map.of("x", "y"));
            cage(session).sortedMap = new TreeMap<>();
        });
        assertThat(List.of(stored("map_count"), stored("sorted_map_count"))).containsExactly(1L, 0L);
    }

    @Test
    void embeddedValuesWithNullsAreWrittenAnewAndCountedOnce() {
        db.inTransaction(session -> {
            cage(session).toys.remove(new Toy("b", 1));
            cage(session).toys.add(new Toy("d", null));
            cage(session).toys.add(new Toy("e", 2));
        });
        assertThat(stored("toys_count")).isEqualTo(4);
    }

    @Test
    void rowsWithoutValueAreNone() {
        db.inTransaction(session -> cage(session).list.set(1, null));
        assertThat(stored("list_count")).isEqualTo(2);
        db.inTransaction(session -> cage(session).list.set(1, "again"));
        assertThat(stored("list_count")).isEqualTo(3);
    }

    @Test
    void whatIsNotLoadedIsNotLoadedToBeRemoved() {
        List<String> sql = db.statementsOf(() -> db.inTransaction(session -> {
            cage(session).set = new HashSet<>();
            cage(session).bag = null;
        }));
        assertThat(List.of(stored("set_count"), stored("bag_count"))).containsExactly(0L, 0L);
        assertThat(withoutLocks("cage", sql))
                .filteredOn(each -> each.startsWith("select"))
                .hasSize(1);
    }

    @Test
    void aRemovedOwnerLeavesNothing() {
        db.inTransaction(session -> session.remove(cage(session)));
        assertThat(db.number("select count(*) from cage_strings")).isZero();
    }
}
