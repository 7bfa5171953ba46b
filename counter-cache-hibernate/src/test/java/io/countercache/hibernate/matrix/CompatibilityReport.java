package io.countercache.hibernate.matrix;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toCollection;
import static java.util.stream.Collectors.toList;

import io.countercache.hibernate.matrix.TestRun.Outcome;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathFactory;
import org.hibernate.Version;
import org.w3c.dom.NodeList;

/**
 * Writes the page of the documentation that says what works on which Hibernate, and on which database, from the reports of the tests
 * there. What did not run this time stays as it was.
 */
public final class CompatibilityReport {

    private static final String HEAD = """
            # Compatibility

            <!-- Written by `make matrix` and `make databases`. What is to be changed here is changed in CompatibilityReport. -->

            One jar runs on all these versions of Hibernate. The table is written by the run of all tests on each of them,
            on %s.

            """;

    private static final String WORDS = """

            - **passed**: all tests did; the number says how many there are.
            - **refused**: whoever does it gets an `UncountableStatementException`, and nothing is changed; tests show that. With
              the setting `bulk=ignore` it is done and not counted.
            - **skipped**: a test needs what this version of Hibernate, or the database, does not have. They are listed below.
            - **not run**: the tests are newer than the last run on this version.
            """;

    private static final String DATABASES = "\n## Which databases\n";

    private static final String ABOUT_DATABASES = """

            The table is written by the run of the tests on each database, on Hibernate %s. The words are those of the table above,
            but for *not run*: on Derby, HSQLDB and SQLite chosen tests run, and with portable SQL all but those of what it does not
            have. What only PostgreSQL can do is tested there alone, so the other numbers are smaller.

            """;

    /** Kept by hand: nothing runs there. */
    private static final String BY_TEXT = """

            - **PostgreSQL as `portable`** is PostgreSQL with the setting
              [`database=portable`](../operations/settings.md#hibernatecounter_cachedatabase): it gets only what all databases have.
              ShardingSphere-JDBC 5.5.2 over PostgreSQL has [a sample](../guide/more-than-one-server.md).
            - MySQL gets the statements of MariaDB. Nothing was run.
            - Oracle, SQL Server and DB2 are known by text only: tests look at the UPDATE of a counter, at the locks of children and of rows of
              collections, and at what counts. What is not sure to work is refused or done in another way: [limits](limits.md#databases).
              Nothing was run.
            """;

    private static final String FRAMEWORKS = "\n## Which framework brings which\n";
    private static final String SKIPPED = "\n## What was skipped\n";
    private static final String SKIPPED_BY_DATABASE = "\n## What was skipped on which database\n";

    /** As the page was before. */
    private final String before;

    private final List<Framework> frameworks;

    /** What ran now. */
    private final List<TestRun> runs = new ArrayList<>();

    private CompatibilityReport(String before, List<Framework> frameworks) {
        this.before = before;
        this.frameworks = frameworks;
    }

    /**
     * Called with the pom that has the versions, the directory of the build with the reports, the page to be written, and the
     * database that the tests of the versions ran on.
     */
    public static void main(String[] arguments) throws Exception {
        Path build = Path.of(arguments[1]);
        Path page = Path.of(arguments[2]);
        var report = new CompatibilityReport(
                Files.exists(page) ? Files.readString(page) : "", Framework.in(build.resolve("matrix/frameworks")));
        String text = report.page(
                report.versions(versions(Path.of(arguments[0])), build.resolve("matrix")),
                arguments[3],
                report.databases(build.resolve("databases")));
        Files.writeString(build.resolve("compatibility.md"), text);
        SortedSet<String> missing = report.notRun(arguments[3]);
        if (!missing.isEmpty()) {
            throw new IllegalStateException(page + " is not written, as some tests did not run: " + missing);
        }
        Files.createDirectories(page.getParent());
        Files.writeString(page, text);
        SortedSet<String> failed = report.failed();
        if (!failed.isEmpty()) {
            throw new IllegalStateException(page + " is written, and some tests failed: " + failed);
        }
    }

    /** None if none ran. */
    private List<Column> versions(List<String> versions, Path reports) throws Exception {
        List<Column> columns = new ArrayList<>();
        for (String version : versions) {
            columns.addAll(columns(Table.HIBERNATE, version, reports.resolve(version)));
        }
        TestRun newest = TestRun.read(Table.HIBERNATE, "7.4.6.Final", reports.resolve("jdk25"));
        if (!newest.results().isEmpty()) {
            runs.add(newest);
            columns.add(Column.of(newest));
        } else if (!runs.isEmpty()) {
            System.out.println("Not run on JDK 25: there is none where it was looked for");
        }
        return runs.isEmpty() ? List.of() : columns;
    }

    private List<Column> databases(Path reports) throws Exception {
        int others = runs.size();
        List<Column> columns = new ArrayList<>();
        for (TestedDatabase each : TestedDatabase.ALL) {
            columns.addAll(columns(Table.DATABASE, each.name(), reports.resolve(each.id())));
        }
        return runs.size() == others ? List.of() : columns;
    }

    /** What ran, or else what the page has. */
    private List<Column> columns(Table table, String name, Path reports) throws Exception {
        TestRun run = TestRun.read(table, name, reports);
        if (run.results().isEmpty()) {
            return Column.of(before, table).stream()
                    .filter(each -> each.name().equals(name))
                    .toList();
        }
        runs.add(run);
        return List.of(Column.of(run));
    }

    /** The versions that the build runs on. */
    static List<String> versions(Path pom) throws Exception {
        NodeList ids = (NodeList) XPathFactory.newInstance()
                .newXPath()
                .evaluate(
                        "/project/build/plugins/plugin[artifactId='maven-failsafe-plugin']/executions/execution/id",
                        DocumentBuilderFactory.newInstance()
                                .newDocumentBuilder()
                                .parse(pom.toFile()),
                        XPathConstants.NODESET);
        return IntStream.range(0, ids.getLength())
                .mapToObj(i -> ids.item(i).getTextContent())
                .filter(id -> Character.isDigit(id.charAt(0)))
                .toList();
    }

    /** All test classes, as in {@code path.PathTest}. */
    static SortedSet<String> tests() throws Exception {
        Path classes = classes();
        try (Stream<Path> files = Files.walk(classes)) {
            return files.map(file -> classes.relativize(file).toString().replaceAll("[/\\\\]", "."))
                    .filter(name -> name.endsWith("Test.class"))
                    .map(name -> name.substring(TestRun.PACKAGE.length(), name.length() - ".class".length()))
                    .collect(toCollection(TreeSet::new));
        }
    }

    private static Path classes() throws URISyntaxException {
        return Path.of(CompatibilityReport.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
    }

    private SortedSet<String> notRun(String databaseOfVersions) throws Exception {
        SortedSet<String> missing = new TreeSet<>();
        for (TestRun run : runs) {
            Optional<TestedDatabase> tested = TestedDatabase.named(run.name());
            String database = tested.map(TestedDatabase::id).orElse(databaseOfVersions);
            for (String test : tests()) {
                if (!run.results().containsKey(test)
                        && !Feature.isOfTheCode(test)
                        && tested.map(TestedDatabase::hasAll).orElse(true)
                        && TestedDatabase.hasTestsFor(database, Class.forName(TestRun.PACKAGE + test))) {
                    missing.add(run.name() + " " + test);
                }
            }
        }
        return missing;
    }

    private SortedSet<String> failed() {
        SortedSet<String> failed = new TreeSet<>();
        for (TestRun run : runs) {
            run.results()
                    .forEach((test, results) -> results.stream()
                            .filter(each -> each.outcome() == Outcome.FAILED)
                            .forEach(each -> failed.add(run.label() + " " + test + "." + each.method())));
        }
        return failed;
    }

    private String page(List<Column> versions, String databaseOfVersions, List<Column> databases) {
        String on = databaseOfVersions.equals("postgresql")
                ? "PostgreSQL"
                : "H2, but for those of what only PostgreSQL can do";
        return section("# ", versions, () -> HEAD.formatted(on) + table(versions) + WORDS)
                + section(
                        DATABASES,
                        databases,
                        () -> DATABASES
                                + ABOUT_DATABASES.formatted(Version.getVersionString())
                                + table(databases)
                                + BY_TEXT)
                + section(FRAMEWORKS, versions, this::frameworks)
                + section(SKIPPED, versions, () -> SKIPPED + skipped(versions))
                + section(SKIPPED_BY_DATABASE, databases, () -> SKIPPED_BY_DATABASE + skipped(databases));
    }

    /** As it was before, if nothing of it ran. */
    private String section(String heading, List<Column> columns, Supplier<String> text) {
        return columns.isEmpty()
                ? Stream.of(before.split("(?=\n## )"))
                        .filter(each -> each.startsWith(heading))
                        .collect(joining())
                : text.get();
    }

    private static String table(List<Column> columns) {
        Table table = columns.get(0).table();
        return line(table.corner, columns.stream().map(Column::name))
                + line("---", columns.stream().map(column -> "---"))
                + line(table.on, columns.stream().map(Column::on))
                + Feature.ALL.stream()
                        .map(feature ->
                                line(feature.name(), columns.stream().map(column -> column.cell(feature.name()))))
                        .collect(joining());
    }

    private static String line(String first, Stream<String> others) {
        return "| %s | %s |\n".formatted(first, others.collect(joining(" | ")));
    }

    private String frameworks() {
        return FRAMEWORKS
                + "\nAs their BOMs say.\n\n| | Hibernate | BOM |\n|---|---|---|\n"
                + frameworks.stream()
                        .map(each -> "| %s | %s | `%s` |\n".formatted(each.name(), each.hibernate(), each.source()))
                        .collect(joining());
    }

    /** What is the same in several columns is listed once. */
    private static String skipped(List<Column> columns) {
        var runsOf = new TreeMap<String, List<String>>();
        for (Column column : columns) {
            column.skipped()
                    .forEach(line -> runsOf.computeIfAbsent(line, key -> new ArrayList<>())
                            .add(column.label()));
        }
        return runsOf.entrySet().stream()
                .collect(groupingBy(each -> String.join(", ", each.getValue()), TreeMap::new, toList()))
                .entrySet()
                .stream()
                .map(each -> "\n### %s\n\n%s"
                        .formatted(
                                each.getKey(),
                                each.getValue().stream().map(Map.Entry::getKey).collect(joining())))
                .collect(joining());
    }
}
