package io.countercache.hibernate;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.hibernate.support.HibernateVersions;
import io.countercache.hibernate.support.Links;
import java.io.File;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Whatever the library names of Hibernate is there in the Hibernate that this runs on. A build runs it on each that is
 * supported, so nothing is named that is not in all of them, but for the few exceptions here.
 */
class LinkTest {

    private static final String INTERNAL = "io/countercache/hibernate/internal/";

    /** Packages and classes that are for some versions of Hibernate only: on others they are not loaded. */
    private static final Map<String, String> SINCE = Map.of("bulk/", "7.2");

    private static final Map<String, String> BEFORE = Map.of();

    @Test
    void allThatIsNamedIsThere() throws Exception {
        SortedMap<String, SortedSet<String>> missing = new TreeMap<>();
        for (String each : library()) {
            if (isLoaded(each)) {
                Links.of(
                        each,
                        (what, place) -> missing.computeIfAbsent(what, key -> new TreeSet<>())
                                .add(place));
            }
        }
        assertThat(missing.entrySet().stream()
                        .map(each -> each.getKey() + " <- " + String.join(", ", each.getValue()))
                        .collect(Collectors.joining("\n")))
                .as("not in Hibernate " + HibernateVersions.CURRENT)
                .isEmpty();
    }

    @Test
    void exceptionsAreWhereTheyBelong() throws Exception {
        SortedSet<String> library = library();
        assertThat(library).hasSizeGreaterThan(100);
        for (String each : exceptions()) {
            assertThat(each).matches("(bulk|orm)/.*");
            assertThat(library).anyMatch(name -> name.startsWith(INTERNAL + each));
        }
    }

    private static SortedSet<String> exceptions() {
        SortedSet<String> all = new TreeSet<>(SINCE.keySet());
        all.addAll(BEFORE.keySet());
        return all;
    }

    private static boolean isLoaded(String name) {
        return SINCE.entrySet().stream()
                        .allMatch(each -> !isOf(name, each.getKey()) || HibernateVersions.isSince(each.getValue()))
                && BEFORE.entrySet().stream()
                        .noneMatch(each -> isOf(name, each.getKey()) && HibernateVersions.isSince(each.getValue()));
    }

    /** Whether this is in that package, or is that class or one inside of it. */
    private static boolean isOf(String name, String exception) {
        String own = name.replaceFirst("\\$.*", "");
        return exception.endsWith("/") ? own.startsWith(INTERNAL + exception) : own.equals(INTERNAL + exception);
    }

    /** From the jar or from where the compiler wrote them. */
    private static SortedSet<String> library() throws Exception {
        Path classes = Path.of(CounterCaches.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        if (Files.isDirectory(classes)) {
            return classesIn(classes);
        }
        try (FileSystem jar = FileSystems.newFileSystem(classes)) {
            return classesIn(jar.getPath("/"));
        }
    }

    private static SortedSet<String> classesIn(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.map(file -> root.relativize(file).toString().replace(File.separatorChar, '/'))
                    .filter(name -> name.endsWith(".class"))
                    .map(name -> name.replaceFirst("\\.class$", ""))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }
}
