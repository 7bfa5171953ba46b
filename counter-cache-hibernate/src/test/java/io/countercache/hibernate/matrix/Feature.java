package io.countercache.hibernate.matrix;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A row of the table: what a user looks for, and which tests show that it works.
 *
 * @param tests packages that end with a dot, and classes; a class belongs to the feature that names it most precisely
 */
record Feature(String name, List<String> tests) {

    static final List<Feature> ALL = List.of(
            feature("What comes first: children, bulk, reset, repair, by hand", "boot.EachDatabaseTest"),
            feature("Counters of a `@ManyToOne` or `@OneToOne`", "counting."),
            feature("Counters of collections: `@OneToMany`, `@ManyToMany`, `@ElementCollection`", "collection."),
            feature("Conditions and sums: `where`, `sum`", "condition."),
            feature("Counters further up: `path`", "path."),
            feature("`size()` and `isEmpty()` from counters", "size."),
            feature("Counters changed by hand: `Counters`", "direct."),
            feature("Hot counters: `slots`", "slots."),
            feature("Reset, verify and repair: `CounterRepair`", "repair."),
            feature("Bulk statements: HQL and Criteria", "bulk."),
            feature(
                    "Stateless sessions",
                    "counting.Stateless",
                    "counting.RefusedStatelessTest",
                    "collection.CollectionStatelessTest"),
            feature("Rows that the database deletes: `@OnDelete`", "ondelete."),
            feature("Second-level cache, query cache", "integration."),
            feature("Bytecode enhancement", "integration.Enhanced"),
            feature("JTA", "integration.JtaTest"),
            feature("Savepoints, with Spring and without", "transaction.Savepoint", "integration.WithoutSpringTest"),
            feature("Many transactions at once, and failures", "concurrency.", "transaction."),
            feature("Inheritance, ids, tenants, hbm.xml and other mappings", "mapping."),
            feature("Checks of declarations, settings and the schema", "boot.", "schema.", "internal."),
            feature("Told after the commit: `CounterListener`", "listener."),
            feature("Figures, meters, events of the Flight Recorder", "observe."),
            feature("Spring Boot: its beans and settings", "spring."),
            feature(
                    "Beside the SQL, the listeners and the older versions of an application",
                    "guest.",
                    "integration.AdoptionTest",
                    "integration.ApplicationsOwnTest",
                    "integration.ValidatedParentsTest"),
            feature("Random programs, compared with a model", "modelcheck."),
            feature("The jar names nothing that this version lacks", "LinkTest"));

    /** What says something of the code, whatever Hibernate it runs on. */
    private static final List<String> OF_THE_CODE =
            List.of("ArchitectureTest", "matrix.CompatibilityTest", "documentation.");

    /** What says that a run is what it says to be. */
    static final List<String> OF_THE_RUN = List.of("HibernateVersionsTest");

    static boolean isOfTheCode(String test) {
        return OF_THE_CODE.stream().anyMatch(test::startsWith);
    }

    private static Feature feature(String name, String... tests) {
        return new Feature(name, List.of(tests));
    }

    /** Of a test class, as in {@code path.PathTest}. */
    static Optional<Feature> of(String test) {
        return ALL.stream()
                .filter(each -> each.precision(test) > 0)
                .max(Comparator.comparingInt(each -> each.precision(test)));
    }

    private int precision(String test) {
        return tests.stream()
                .filter(test::startsWith)
                .mapToInt(String::length)
                .max()
                .orElse(0);
    }
}
