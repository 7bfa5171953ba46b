package io.countercache.hibernate.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The version that users copy from README and the guide, as Maven and as Gradle want it. */
class VersionTest {

    private static final Pattern REVISION = Pattern.compile("<revision>(.*)</revision>");
    private static final Pattern COPIED =
            Pattern.compile("counter-cache-hibernate(?::|</artifactId>\\s*<version>)([^\"<]+)");

    @Test
    void itIsTheOneOfTheBuild() {
        List<String> pom = Page.of("pom.xml").lines();
        String revision = pom.stream()
                .map(REVISION::matcher)
                .filter(line -> line.find())
                .map(line -> line.group(1))
                .findFirst()
                .orElseThrow();
        assertThat(Page.all().stream()
                        .flatMap(page -> page.blocks().stream())
                        .flatMap(block -> COPIED.matcher(block.code()).results())
                        .map(copied -> copied.group(1)))
                .isNotEmpty()
                .containsOnly(revision);
    }
}
