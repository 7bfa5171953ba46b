package io.countercache.hibernate.matrix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
    void aColumnOfEachTableThatIsNotRunAgainStays(@TempDir Path build) throws Exception {
        Path copy = Files.copy(PAGE, build.resolve("copy.md"));
        reportOf("databases/derby", "counting.CountingTest", build);
        write(build, copy);
        String page = Files.readString(copy);
        assertThat(withoutDatabases(page)).isEqualTo(withoutDatabases(Files.readString(PAGE)));
        assertThat(page).containsPattern("\\| Version \\|.* 10\\.16\\.1\\.1 \\|");
        assertThat(page).containsPattern("\\| Counters of a `@ManyToOne` or `@OneToOne` .*\\| 1 passed, 1 skipped \\|");
        assertThat(page).contains("- `counting.CountingTest`: `aTest`: has no locks\n");

        Files.delete(build.resolve("databases/derby/TEST-io.countercache.hibernate.counting.CountingTest.xml"));
        write(build, copy);
        assertThat(Files.readString(copy)).isEqualTo(page);
    }

    private static String withoutDatabases(String page) {
        return page.replaceAll("(?s)## Which databases\n.*?(?=\n## )", "")
                .replaceAll("(?s)## What was skipped on which database\n.*", "")
                .strip();
    }

    @Test
    void aRunThatLeavesTestsOutWritesNothing(@TempDir Path build) throws Exception {
        reportOf("databases/h2", "counting.CountingTest", build);
        assertThatThrownBy(() -> write(build, build.resolve("new.md")))
                .hasMessageContaining("is not written, as some tests did not run: [H2 ")
                .hasMessageContaining("H2 boot.BootMappingsTest")
                .hasMessageNotContaining("counting.CountingTest")
                .hasMessageNotContaining("bulk.BulkDeadlockTest"); // which is for PostgreSQL
        assertThat(build.resolve("new.md")).doesNotExist();
    }

    private static void write(Path build, Path page) throws Exception {
        CompatibilityReport.main(new String[] {"pom.xml", build.toString(), page.toString(), "h2"});
    }

    private static void reportOf(String run, String test, Path build) throws Exception {
        String type = TestRun.PACKAGE + test;
        Path directory = Files.createDirectories(build.resolve(run));
        Files.writeString(directory.resolve("TEST-" + type + ".xml"), """
                <testsuite name="%1$s">
                  <properties>
                    <property name="java.version" value="17"/>
                    <property name="test.database.version" value="10.16.1.1 - (1901046)"/>
                  </properties>
                  <testcase name="anotherTest" classname="%1$s"/>
                  <testcase name="aTest" classname="%1$s"><skipped message="has no locks"/></testcase>
                </testsuite>
                """.formatted(type));
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
