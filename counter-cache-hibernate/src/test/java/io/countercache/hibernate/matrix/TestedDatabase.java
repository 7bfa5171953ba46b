package io.countercache.hibernate.matrix;

import java.lang.reflect.AnnotatedElement;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.platform.commons.annotation.Testable;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * A column of the table of databases.
 *
 * @param id as the build names it
 * @param hasAll whether all tests run on it, or chosen ones
 */
record TestedDatabase(String id, String name, boolean hasAll) {

    static final List<TestedDatabase> ALL = List.of(
            new TestedDatabase("postgresql", "PostgreSQL", true),
            new TestedDatabase("portable", "PostgreSQL as `portable`", false),
            new TestedDatabase("mariadb", "MariaDB", true),
            new TestedDatabase("h2", "H2", true),
            new TestedDatabase("hsqldb", "HSQLDB", false),
            new TestedDatabase("derby", "Derby", false),
            new TestedDatabase("sqlite", "SQLite", false));

    static Optional<TestedDatabase> named(String name) {
        return ALL.stream().filter(each -> each.name().equals(name)).findFirst();
    }

    /** Whether a class has a test that runs on a database: what only PostgreSQL can do is tagged with its name. */
    static boolean hasTestsFor(String database, Class<?> tests) {
        return database.equals("postgresql")
                || (!isForPostgreSql(tests)
                        && Stream.of(tests.getDeclaredMethods())
                                .filter(each -> AnnotationSupport.isAnnotated(each, Testable.class))
                                .anyMatch(each -> !isForPostgreSql(each)));
    }

    private static boolean isForPostgreSql(AnnotatedElement tests) {
        return AnnotationSupport.findRepeatableAnnotations(tests, Tag.class).stream()
                .anyMatch(tag -> tag.value().equals("postgresql"));
    }
}
