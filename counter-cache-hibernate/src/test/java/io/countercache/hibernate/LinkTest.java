package io.countercache.hibernate;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.hibernate.support.HibernateVersions;
import io.countercache.hibernate.support.LibraryClasses;
import io.countercache.hibernate.support.Links;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Whatever the library names of Hibernate is there in the Hibernate that this runs on. A build runs it on each that is
 * supported, so nothing is named that is not in all of them, but for the few exceptions here.
 */
class LinkTest {

    private static final String INTERNAL = "io/countercache/hibernate/internal/";

    /** Packages and classes that name what older versions do not have. On those they are not loaded, or ask for the version. */
    private static final Map<String, String> SINCE = Map.of(
            "bulk/", "7.2",
            "orm/SharedConnection", "7.2",
            "orm/SessionAttachment", "7.4");

    /** What there is of bulk on all versions: the hook, and what it refuses on old ones. */
    private static final List<String> EVERYWHERE = List.of(
            "bulk/BulkPolicy",
            "bulk/RefusedStatements",
            "bulk/StatementText",
            "bulk/UncountedStatements",
            "bulk/hook/HookedJdbcServices",
            "bulk/hook/RefusingHook");

    @Test
    void allThatIsNamedIsThere() throws Exception {
        assertThat(missing(name -> isEverywhere(name) || exceptionsHere().noneMatch(each -> isOf(name, each))))
                .as("not in Hibernate " + HibernateVersions.CURRENT)
                .isEmpty();
    }

    /** Only there: so all else can be read without a thought of versions. */
    @Test
    void exceptionsAreInBulkAndOrm() {
        assertThat(SINCE.keySet()).allMatch(each -> each.startsWith("bulk/") || each.startsWith("orm/"));
    }

    @Test
    void exceptionsAreNeeded() throws Exception {
        for (String each : exceptionsHere().toList()) {
            assertThat(missing(name -> isOf(name, each))).as(each).isNotEmpty();
        }
    }

    /** What this version does not have. */
    private static Stream<String> exceptionsHere() {
        return SINCE.entrySet().stream()
                .filter(each -> !HibernateVersions.isSince(each.getValue()))
                .map(Map.Entry::getKey);
    }

    private static boolean isEverywhere(String name) {
        return EVERYWHERE.stream().anyMatch(each -> isOf(name, each));
    }

    /** Whether this is in that package, or is that class or one inside of it. */
    private static boolean isOf(String name, String exception) {
        String start = INTERNAL + exception;
        return exception.endsWith("/") ? name.startsWith(start) : (name + "$").startsWith(start + "$");
    }

    /** A line for each thing, with the places that name it. */
    private static String missing(Predicate<String> classes) throws Exception {
        SortedMap<String, SortedSet<String>> missing = new TreeMap<>();
        for (String each : LibraryClasses.names()) {
            if (classes.test(each)) {
                Links.of(
                        each,
                        (what, place) -> missing.computeIfAbsent(what, key -> new TreeSet<>())
                                .add(place));
            }
        }
        return missing.entrySet().stream()
                .map(each -> each.getKey() + " <- " + String.join(", ", each.getValue()))
                .collect(Collectors.joining("\n"));
    }
}
