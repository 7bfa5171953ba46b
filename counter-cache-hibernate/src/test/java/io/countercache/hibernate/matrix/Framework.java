package io.countercache.hibernate.matrix;

import java.io.IOException;
import java.lang.module.ModuleDescriptor.Version;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A version of a framework, and the Hibernate that it brings.
 *
 * @param source where that stands
 */
record Framework(String name, String version, String hibernate, String source) {

    private static final Map<String, String> NAMES =
            Map.of("quarkus-bom", "Quarkus", "spring-boot-dependencies", "Spring Boot", "wildfly-parent", "WildFly");

    private static final Pattern FILE = Pattern.compile("(\\D+)-(\\d.*)\\.pom");

    /** As a property, or as the version of the artifact itself. */
    private static final Pattern HIBERNATE = Pattern.compile("(?:<hibernate\\.version>|<version\\.org\\.hibernate>"
            + "|<artifactId>hibernate-core</artifactId>\\s*<version>)(\\d[^<]*)");

    /** Those whose poms were copied there. */
    static List<Framework> in(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(Framework::read)
                    .sorted(Comparator.comparing(Framework::source).thenComparing(each -> Version.parse(each.version)))
                    .map(each ->
                            new Framework(each.name + " " + each.version, each.version, each.hibernate, each.source))
                    .toList();
        }
    }

    private static Framework read(Path pom) {
        Matcher file = FILE.matcher(pom.getFileName().toString());
        try {
            Matcher hibernate = HIBERNATE.matcher(Files.readString(pom));
            if (!file.matches() || !hibernate.find()) {
                throw new IllegalStateException(pom + " does not say which Hibernate it brings");
            }
            return new Framework(NAMES.get(file.group(1)), file.group(2), hibernate.group(1), file.group(1));
        } catch (IOException e) {
            throw new IllegalStateException(pom.toString(), e);
        }
    }
}
