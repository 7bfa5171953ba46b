package io.countercache.hibernate.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

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
    void everyTestShowsAFeatureThatItNames() throws Exception {
        assertThat(CompatibilityReport.tests())
                .hasSizeGreaterThan(100)
                .allMatch(test -> Feature.OF_THE_CODE.contains(test)
                        || Feature.OF_THE_RUN.contains(test)
                        || Feature.of(test).isPresent());
    }
}
