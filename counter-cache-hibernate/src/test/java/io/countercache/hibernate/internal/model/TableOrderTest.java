package io.countercache.hibernate.internal.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TableOrderTest {

    private static List<String> sorted(TableOrder order, String... tables) {
        return List.of(tables).stream().sorted(order.comparator()).toList();
    }

    @Test
    void withoutPathsTablesAreInTheOrderOfTheirNames() {
        assertThat(sorted(new TableOrder(Map.of()), "c", "a", "b")).containsExactly("a", "b", "c");
    }

    @Test
    void aTableThatAPathLeadsThroughComesBeforeThoseThatItLeadsTo() {
        TableOrder order = new TableOrder(Map.of("post", List.of("author"), "author", List.of("a team")));
        assertThat(sorted(order, "a team", "author", "post", "zoo")).containsExactly("post", "author", "a team", "zoo");
        assertThat(order.firstGroup(Set.of("a team", "author"))).containsExactly("author");
        assertThat(order.isCircular("author")).isFalse();
    }

    @Test
    void severalPathsAreInOneOrder() {
        TableOrder order = new TableOrder(Map.of("d", List.of("c", "a"), "c", List.of("b"), "b", List.of("a")));
        assertThat(sorted(order, "a", "b", "c", "d")).containsExactly("d", "c", "b", "a");
    }

    @Test
    void tablesThatLeadBackToThemselvesAreOneGroup() {
        TableOrder order =
                new TableOrder(Map.of("folder", List.of("folder", "disk"), "x", List.of("y"), "y", List.of("x", "a")));
        assertThat(order.firstGroup(Set.of("folder", "disk"))).containsExactly("folder");
        assertThat(order.isCircular("folder")).isTrue();
        assertThat(order.firstGroup(Set.of("a", "x", "y"))).containsExactly("x", "y");
        assertThat(order.isCircular("y")).isTrue();
        assertThat(order.isCircular("a")).isFalse();
    }
}
