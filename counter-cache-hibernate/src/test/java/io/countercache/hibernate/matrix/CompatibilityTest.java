package io.countercache.hibernate.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page of the documentation that says on which versions of Hibernate the library was tested. */
class CompatibilityTest {

    private static final Path PAGE = Path.of("../docs/reference/compatibility.md");

    @Test
    void itHasTheVersionsOfTheBuild() throws Exception {
        List<String> lines = Files.readAllLines(PAGE);
        List<String> versions = CompatibilityReport.versions(Path.of("pom.xml"));
        String head = lines.stream()
                .filter(line -> line.startsWith("| Hibernate |"))
                .findFirst()
                .orElseThrow();
        assertThat(versions).isNotEmpty();
        // the newest has another column if there was a second JDK
        assertThat(Stream.of(head.split("\\|", -1)).skip(2).map(String::strip).filter(each -> !each.isEmpty()))
                .startsWith(versions.toArray(String[]::new))
                .allMatch(versions::contains);
    }

    @Test
    void aVersionThatIsNotRunAgainKeepsItsColumn(@TempDir Path reports) throws Exception {
        Path copy = Files.copy(PAGE, reports.resolve("copy.md"));
        CompatibilityReport.main(new String[] {"pom.xml", reports.toString(), copy.toString(), "h2"});
        assertThat(Files.readAllLines(copy)).containsAll(columnsAndWhatWasSkipped());
    }

    private static List<String> columnsAndWhatWasSkipped() throws Exception {
        return Files.readAllLines(PAGE).stream()
                .filter(line -> line.matches("\\|( [^|]+ \\|){8}|- `.*"))
                .toList();
    }

    @Test
    void everyTestShowsAFeatureThatItNames() throws Exception {
        assertThat(CompatibilityReport.tests())
                .hasSizeGreaterThan(100)
                .allMatch(test -> Feature.isOfTheCode(test)
                        || Feature.OF_THE_RUN.contains(test)
                        || Feature.of(test).isPresent());
    }
}
