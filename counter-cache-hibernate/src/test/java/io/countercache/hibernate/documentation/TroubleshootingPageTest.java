package io.countercache.hibernate.documentation;

import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/operations/troubleshooting.md against the messages in the sources. */
class TroubleshootingPageTest {

    private static final Page PAGE = Page.of("docs/operations/troubleshooting.md");
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");

    @Test
    void thePageExplainsEachMessage() {
        Set<String> unexplained = new TreeSet<>(Messages.ofTheSources());
        unexplained.removeAll(explained());
        assertThat(unexplained)
                .as("add a row to the page, with the cause and what to do")
                .isEmpty();
    }

    @Test
    void thePageExplainsNothingThatNobodySays() {
        Set<String> unsaid = explained();
        unsaid.removeAll(Messages.ofTheSources());
        assertThat(unsaid)
                .as("remove the row, or write it as the message is now")
                .isEmpty();
    }

    @Test
    void eachLoggerThatThePageNamesIsOne() {
        Pattern logger = Pattern.compile("- `(internal[.\\w]+)`: .*");
        List<String> names = PAGE.lines().stream()
                .map(logger::matcher)
                .filter(line -> line.matches())
                .map(line -> line.group(1))
                .toList();
        assertThat(names).contains("internal.check.ChildRowsCheck").allSatisfy(name -> {
            Path source = Path.of("src/main/java/io/countercache/hibernate", name.replace('.', '/') + ".java");
            assertThat(source).content().contains("Logger.getLogger(" + name.replaceFirst(".*\\.", "") + ".class)");
        });
    }

    /** What stands as code in the first cells of the tables. */
    private static Set<String> explained() {
        return PAGE.lines().stream()
                .filter(line -> line.startsWith("| `"))
                .map(line -> line.substring(0, line.indexOf(" | ")))
                .flatMap(cell -> CODE.matcher(cell).results())
                .map(code -> code.group(1))
                .collect(toCollection(TreeSet::new));
    }
}
