package io.countercache.hibernate.documentation;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.hibernate.documentation.Page.Block;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The code of the documentation. With {@code -Dsnippets.write=true} ({@code make snippets}) blocks are written anew from their sources. */
class SnippetTest {

    private static final Set<String> CHECKED = Set.of("java", "sql");

    /** How many blocks of a page have no source yet. It only gets fewer. */
    private static final Map<String, Long> WITHOUT_SOURCE = Map.ofEntries(
            Map.entry("README.md", 3L),
            Map.entry("docs/getting-started.md", 12L),
            Map.entry("docs/guide/adding-to-a-running-app.md", 6L),
            Map.entry("docs/guide/bulk-and-native-sql.md", 5L),
            Map.entry("docs/guide/collections.md", 3L),
            Map.entry("docs/guide/conditions-and-totals.md", 3L),
            Map.entry("docs/guide/counters-by-hand.md", 6L),
            Map.entry("docs/guide/counting-children.md", 7L),
            Map.entry("docs/guide/lombok-and-dtos.md", 2L),
            Map.entry("docs/guide/reading-counters.md", 3L),
            Map.entry("docs/guide/repairing.md", 6L),
            Map.entry("docs/guide/spring-and-jta.md", 1L),
            Map.entry("docs/guide/testing.md", 4L),
            Map.entry("docs/reference/statements.md", 7L),
            Map.entry("docs/guide/listening.md", 2L),
            Map.entry("docs/operations/metrics.md", 1L),
            Map.entry("docs/guide/spring-boot.md", 4L),
            Map.entry("docs/operations/troubleshooting.md", 1L));

    @Test
    void eachBlockIsAsInItsSource() throws Exception {
        List<String> different = new ArrayList<>();
        for (Page page : Page.all()) {
            Page current = page;
            for (int i = 0; i < page.blocks().size(); i++) {
                Block block = current.blocks().get(i);
                if (block.directive().equals("from")) {
                    String source = Snippet.of(block.source());
                    if (!Snippet.isSame(block.language(), block.code(), source)) {
                        different.add(block.place() + " is not as in " + block.source());
                        current = current.with(block, source);
                    }
                }
            }
            if (Boolean.getBoolean("snippets.write") && !current.equals(page)) {
                current.write();
            }
        }
        assertThat(different).as("make snippets writes them anew").isEmpty();
    }

    @Test
    void eachBlockOfCodeHasASource() {
        Map<String, Long> without = Page.all().stream()
                .flatMap(page -> page.blocks().stream())
                .filter(block ->
                        CHECKED.contains(block.language()) && block.directive().isEmpty())
                .collect(groupingBy(Block::page, TreeMap::new, counting()));
        assertThat(without).isEqualTo(new TreeMap<>(WITHOUT_SOURCE));
    }
}
