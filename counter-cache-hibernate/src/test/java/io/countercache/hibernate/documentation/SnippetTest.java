package io.countercache.hibernate.documentation;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.hibernate.documentation.Page.Block;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The code of the documentation. With {@code -Dsnippets.write=true} ({@code make snippets}) blocks are written anew from their sources. */
class SnippetTest {

    private static final Set<String> CHECKED = Set.of("java", "sql");

    @Test
    void eachBlockIsAsInItsSource() throws Exception {
        List<String> different = new ArrayList<>();
        for (Page page : Page.all()) {
            Page current = page;
            for (int i = 0; i < page.blocks().size(); i++) {
                Block block = current.blocks().get(i);
                if (block.directive().equals("from") && !Snippet.isSame(block)) {
                    different.add(block.place() + " is not as in " + block.source());
                    current = current.with(block, anew(block));
                }
            }
            if (Boolean.getBoolean("snippets.write") && !current.equals(page)) {
                current.write();
            }
        }
        assertThat(different).as("make snippets writes them anew").isEmpty();
    }

    private static String anew(Block block) {
        String imports = Snippet.imports(block).map(line -> line + "\n").collect(joining());
        return imports + (imports.isEmpty() ? "" : "\n") + Snippet.of(block.source());
    }

    @Test
    void theSourcesHaveTheImportsOfThePages() {
        assertThat(blocks("from").flatMap(block -> Snippet.wrongImports(block).stream()))
                .isEmpty();
    }

    @Test
    void eachTestThatAPageNamesLooksAtIt() throws Exception {
        try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
            String tests = files.filter(file -> file.toString().endsWith("Test.java"))
                    .map(file -> String.join("\n", Page.read(file)))
                    .collect(joining());
            assertThat(blocks("tested").map(Block::source).distinct())
                    .allMatch(name -> tests.contains("Blocks.testedBy(\"" + name + "\")")
                            && tests.contains(" " + name.replaceFirst(".*#", "") + "() "));
        }
    }

    private static Stream<Block> blocks(String directive) {
        return Page.all().stream()
                .flatMap(page -> page.blocks().stream())
                .filter(block -> block.directive().equals(directive));
    }

    @Test
    void eachBlockOfCodeHasASource() {
        assertThat(Page.all().stream()
                        .flatMap(page -> page.blocks().stream())
                        .filter(block -> CHECKED.contains(block.language())
                                && block.directive().isEmpty())
                        .map(Block::place))
                .isEmpty();
    }
}
