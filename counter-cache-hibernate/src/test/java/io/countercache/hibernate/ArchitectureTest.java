package io.countercache.hibernate;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTag;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Field;
import java.sql.Connection;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.WeakHashMap;
import org.hibernate.dialect.Dialect;

/** The plan of the packages: which may use which. What is not named here is not allowed. */
@ArchTag("postgresql") // once is enough: it asks no database
@AnalyzeClasses(packages = "io.countercache.hibernate", importOptions = ArchitectureTest.WithoutTests.class)
class ArchitectureTest {

    /** ArchUnit's own option knows only {@code target/test-classes}, but {@code make quick} builds into another directory. */
    static final class WithoutTests implements ImportOption {

        @Override
        public boolean includes(Location location) {
            return !location.contains("/test-classes/");
        }
    }

    private static final String FACE = "io.countercache.hibernate";
    private static final String INTERNAL = FACE + ".internal";

    /** From the ground up; {@code boot} builds the house and may use all of it. */
    private static final Map<String, Set<String>> MAY_USE = Map.ofEntries(
            entry("support", Set.of()),
            entry("observe", Set.of("support")),
            entry("condition", Set.of("orm", "support")),
            entry("orm", Set.of("support")),
            entry("sql", Set.of("orm", "support")),
            entry("model", Set.of("condition", "orm", "support")),
            entry("count", Set.of("model", "orm", "support")),
            entry("check", Set.of("model", "sql", "orm", "support")),
            entry("schema", Set.of("check", "condition", "model", "sql", "orm", "support")),
            entry("declaration", Set.of("check", "model", "orm", "support")),
            entry("write", Set.of("model", "sql", "orm", "observe", "support")),
            entry("path", Set.of("count", "write", "model", "sql", "orm", "support")),
            entry("savepoint", Set.of("path", "write", "sql")),
            entry("transaction", Set.of("savepoint", "path", "write", "model", "sql", "orm", "support")),
            entry("entity", Set.of("transaction", "write", "model", "sql", "orm", "observe", "support")),
            entry("recount", Set.of("count", "transaction", "write", "model", "sql", "orm", "observe", "support")),
            entry("repair", Set.of("recount", "count", "write", "model", "sql", "orm", "observe")),
            entry("size", Set.of("model", "orm", "support")),
            entry("collection", Set.of("entity", "transaction", "model", "sql", "orm", "support")),
            entry("ondelete", Set.of("entity", "transaction", "model", "sql", "orm", "support")),
            entry("bulk", Set.of("ondelete", "transaction", "model", "sql", "orm", "observe", "support")),
            entry("bulk.hook", Set.of("bulk", "transaction", "model", "sql", "orm", "support")),
            entry("direct", Set.of("recount", "transaction", "write", "model", "sql", "orm", "observe", "support")));

    @ArchTest
    static void everyPackageUsesOnlyWhatThePlanSays(JavaClasses house) {
        MAY_USE.forEach((room, allowed) -> {
            Set<String> forbidden = new TreeSet<>(MAY_USE.keySet());
            forbidden.removeAll(allowed);
            forbidden.remove(room);
            forbidden.add("boot"); // a package is handed what it needs when it is built, and asks nobody for it
            noClasses()
                    .that()
                    .resideInAPackage(INTERNAL + "." + room)
                    .should()
                    .dependOnClassesThat(resideInAnyPackage(forbidden.stream()
                            .map(each -> INTERNAL + "." + each)
                            .toArray(String[]::new)))
                    .because("the plan says so: see docs/internals/architecture.md")
                    .check(house);
        });
    }

    /** A package that is not in the plan could use anything. */
    @ArchTest
    static void everyPackageIsInThePlan(JavaClasses house) {
        Set<String> rooms = new TreeSet<>();
        for (JavaClass each : house) {
            if (each.getPackageName().startsWith(INTERNAL + ".")) {
                rooms.add(each.getPackageName().substring(INTERNAL.length() + 1));
            }
        }
        Set<String> plan = new TreeSet<>(MAY_USE.keySet());
        plan.add("boot");
        assertThat(rooms).isEqualTo(plan);
    }

    @ArchTest
    static final ArchRule noPackageLeadsBackToItself =
            slices().matching(INTERNAL + ".(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule nothingInsideUsesTheFace =
            noClasses().that().resideInAPackage(INTERNAL + "..").should().dependOnClassesThat(resideInAPackage(FACE));

    /** Neither in what a public method returns nor in what it takes. */
    @ArchTest
    static final ArchRule theFaceShowsNothingInternal = methods()
            .that()
            .areDeclaredInClassesThat()
            .resideInAPackage(FACE)
            .and()
            .areDeclaredInClassesThat()
            .arePublic()
            .and()
            .arePublic()
            .should()
            .notHaveRawReturnType(resideInAPackage(INTERNAL + ".."))
            .andShould(notTakeAnythingInternal());

    private static ArchCondition<JavaMethod> notTakeAnythingInternal() {
        return ArchCondition.from(new DescribedPredicate<JavaMethod>("take nothing internal") {
            @Override
            public boolean test(JavaMethod method) {
                return method.getRawParameterTypes().stream()
                        .noneMatch(type -> type.getPackageName().startsWith(INTERNAL));
            }
        });
    }

    /** What is remembered of a session hangs on the session: a map of sessions would be weak, and lock all of them. */
    @ArchTest
    static final ArchRule noMapHasSessions =
            noClasses().should().dependOnClassesThat().areAssignableTo(WeakHashMap.class);

    /** It ends what it begins, so that a thread of a pool keeps nothing of an application that is gone. */
    @ArchTest
    static final ArchRule onlyCallScopeHasThreadLocals = noClasses()
            .that()
            .doNotHaveSimpleName("CallScope")
            .should()
            .dependOnClassesThat()
            .areAssignableTo(ThreadLocal.class);

    @ArchTest
    static final ArchRule noSessionWaitsForAnother = noClasses().should(lock());

    private static ArchCondition<JavaClass> lock() {
        return ArchCondition.from(new DescribedPredicate<JavaClass>("synchronize, or use a java.util.concurrent lock") {
            @Override
            public boolean test(JavaClass each) {
                return each.getMethods().stream()
                                .anyMatch(method -> method.getModifiers().contains(JavaModifier.SYNCHRONIZED))
                        || each.getMethodCallsFromSelf().stream()
                                .anyMatch(call -> call.getTarget().getName().startsWith("synchronized")
                                        && call.getTargetOwner().isEquivalentTo(Collections.class))
                        || each.getDirectDependenciesFromSelf().stream()
                                .anyMatch(used -> used.getTargetClass()
                                        .getPackageName()
                                        .startsWith("java.util.concurrent.locks"));
            }
        });
    }

    /** Only there the kind of a database is asked for; all others ask {@code Database} what it can. */
    @ArchTest
    static final ArchRule onlyDatabasesKnowsDialects = noClasses()
            .that()
            .resideOutsideOfPackage(INTERNAL + ".sql")
            .should()
            .dependOnClassesThat(JavaClass.Predicates.assignableTo(Dialect.class)
                    .and(not(JavaClass.Predicates.equivalentTo(Dialect.class))));

    @ArchTest
    static final ArchRule onlyOrmOpensWhatHibernateKeepsPrivate = noClasses()
            .that()
            .resideOutsideOfPackage(INTERNAL + ".orm")
            .should()
            .callMethod(AccessibleObject.class, "setAccessible", boolean.class)
            .orShould()
            .callMethod(Field.class, "setAccessible", boolean.class);

    @ArchTest
    static final ArchRule onlySqlHoldsConnections = noClasses()
            .that()
            // the check of the schema has a connection of its own, outside of sessions
            .resideOutsideOfPackages(INTERNAL + ".sql", INTERNAL + ".write", INTERNAL + ".schema")
            .should()
            .dependOnClassesThat()
            .areAssignableTo(Connection.class);

    @ArchTest
    static final ArchRule springIsTheRoof = noClasses()
            .that()
            .resideOutsideOfPackage(FACE + ".spring")
            .should()
            .dependOnClassesThat(resideInAPackage(FACE + ".spring"));

    @ArchTest
    static final ArchRule springIsOptional = noClasses()
            .that()
            .doNotHaveSimpleName("SpringSavepoints")
            .and()
            .resideOutsideOfPackage(FACE + ".spring")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.springframework..");

    @ArchTest
    static final ArchRule micrometerIsOptional = noClasses()
            .that()
            .resideOutsideOfPackages(FACE + ".micrometer", FACE + ".spring")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.micrometer..");

    /** A runtime need not have the module: so nothing of it is linked before it was looked for. */
    @ArchTest
    static final ArchRule flightRecorderIsOptional = noClasses()
            .that()
            .resideOutsideOfPackage(INTERNAL + ".observe")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("jdk.jfr..");
}
