package io.countercache.hibernate.matrix;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toCollection;
import static java.util.stream.Collectors.toList;

import io.countercache.hibernate.matrix.TestRun.Outcome;
import io.countercache.hibernate.matrix.TestRun.Result;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathFactory;
import org.w3c.dom.NodeList;

/** Writes the page of the documentation that says what works on which Hibernate, from the reports of the tests there. */
public final class CompatibilityReport {

    private static final String HEAD = """
            # Compatibility

            <!-- Written by `make matrix`. What is to be changed here is changed in CompatibilityReport. -->

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

    /** Kept by hand. */
    private static final String DATABASES = """

            ## Which databases

            | | how it was seen to work |
            |---|---|
            | PostgreSQL, H2 | all tests |
            | MariaDB 10.11 | the tests about locks, isolation levels, resets, bulk INSERTs and counters by hand; the others were run once, and not all pass |
            | MySQL | gets the statements of MariaDB; not run |
            | ShardingSphere-JDBC 5.5.2 over PostgreSQL, with [`database=portable`](../operations/settings.md#hibernatecounter_cachedatabase) | [its sample](../guide/more-than-one-server.md) |
            | Oracle, SQL Server, DB2 | by text only: tests look at the UPDATE of a counter, and at the locks. Nothing was run |
            """;

    /** What ran now. */
    private final List<TestRun> runs;

    private final List<Column> columns;
    private final List<Framework> frameworks;
    private final String database;

    private CompatibilityReport(List<TestRun> runs, List<Column> columns, List<Framework> frameworks, String database) {
        this.runs = runs;
        this.columns = columns;
        this.frameworks = frameworks;
        this.database = database;
    }

    /**
     * Called with the pom that has the versions, the directory with the reports, the page to be written, and the database that the
     * tests ran on.
     */
    public static void main(String[] arguments) throws Exception {
        Path reports = Path.of(arguments[1]);
        Path page = Path.of(arguments[2]);
        List<Column> before = Column.of(page);
        List<TestRun> runs = new ArrayList<>();
        List<Column> columns = new ArrayList<>();
        for (String version : versions(Path.of(arguments[0]))) {
            TestRun run = TestRun.read(version, reports.resolve(version));
            if (run.results().isEmpty()) {
                // it was not to run this time
                before.stream().filter(each -> each.version().equals(version)).forEach(columns::add);
            } else {
                runs.add(run);
                columns.add(column(run));
            }
        }
        TestRun newest = TestRun.read("7.4.6.Final", reports.resolve("jdk25"));
        if (!newest.results().isEmpty()) {
            runs.add(newest);
            columns.add(column(newest));
        } else {
            System.out.println("Not run on JDK 25: there is none where it was looked for");
        }
        var report = new CompatibilityReport(
                runs, columns, Framework.in(reports.resolve("frameworks")), database(arguments[3]));
        Files.writeString(reports.resolve("compatibility.md"), report.page());
        SortedSet<String> missing = report.notRun();
        if (!missing.isEmpty()) {
            throw new IllegalStateException(arguments[2] + " is not written, as some tests did not run: " + missing);
        }
        Files.createDirectories(page.getParent());
        Files.writeString(page, report.page());
    }

    private static String database(String name) {
        return name.equals("postgresql") ? "PostgreSQL" : "H2, but for those of what only PostgreSQL can do";
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

    private SortedSet<String> notRun() throws Exception {
        SortedSet<String> missing = new TreeSet<>();
        for (TestRun run : runs) {
            for (String test : tests()) {
                // what ran nowhere is for another database
                if (!run.results().containsKey(test)
                        && (database.equals("PostgreSQL")
                                || runs.stream()
                                        .anyMatch(other -> other.results().containsKey(test)))
                        && !Feature.isOfTheCode(test)) {
                    missing.add(run.name() + " " + test);
                }
            }
        }
        return missing;
    }

    private String page() {
        StringBuilder page = new StringBuilder(HEAD.formatted(database));
        page.append(line("Hibernate", columns.stream().map(Column::version)));
        page.append(line("---", columns.stream().map(column -> "---")));
        page.append(line("JDK of the run", columns.stream().map(Column::java)));
        for (Feature feature : Feature.ALL) {
            page.append(line(feature.name(), columns.stream().map(column -> column.cell(feature.name()))));
        }
        page.append(WORDS).append(DATABASES);
        page.append(
                "\n## Which framework brings which\n\nAs their BOMs say.\n\n| | Hibernate | BOM |\n|---|---|---|\n");
        for (Framework each : frameworks) {
            page.append("| %s | %s | `%s` |\n".formatted(each.name(), each.hibernate(), each.source()));
        }
        page.append("\n## What was skipped\n");
        page.append(skipped());
        return page.toString();
    }

    private static String line(String first, Stream<String> others) {
        return "| %s | %s |\n".formatted(first, others.collect(joining(" | ")));
    }

    private static Column column(TestRun run) {
        SortedMap<String, String> cells = new TreeMap<>();
        for (Feature feature : Feature.ALL) {
            cells.put(feature.name(), cell(results(run, feature)));
        }
        SortedSet<String> skipped = run.results().entrySet().stream()
                .filter(each -> !Feature.OF_THE_RUN.contains(each.getKey()))
                .flatMap(each -> skipped(each.getKey(), each.getValue()))
                .collect(toCollection(TreeSet::new));
        return new Column(run.name(), run.java(), cells, skipped);
    }

    private static List<Result> results(TestRun run, Feature feature) {
        return run.results().entrySet().stream()
                .filter(each -> Feature.of(each.getKey()).equals(Optional.of(feature)))
                .flatMap(each -> each.getValue().stream())
                .toList();
    }

    private static String cell(List<Result> results) {
        long failed = count(results, Outcome.FAILED);
        long passed = count(results, Outcome.PASSED);
        long refused = count(results, Outcome.REFUSED);
        long skipped = count(results, Outcome.SKIPPED);
        List<String> words = new ArrayList<>();
        if (failed > 0) {
            words.add("**" + failed + " failed**");
        }
        if (passed > 0) {
            words.add(passed + " passed");
        }
        if (refused > 0) {
            words.add(passed > 0 ? "in part refused" : "refused");
        }
        if (skipped > 0) {
            words.add(skipped + " skipped");
        }
        return words.isEmpty() ? "not run" : String.join(", ", words);
    }

    private static long count(List<Result> results, Outcome outcome) {
        return results.stream().filter(each -> each.outcome() == outcome).count();
    }

    /** What is the same on several versions is listed once. */
    private String skipped() {
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

    /** A line for each reason. */
    private static Stream<String> skipped(String type, List<Result> results) {
        boolean isAll = count(results, Outcome.SKIPPED) == results.size();
        return results.stream()
                .filter(each -> each.outcome() == Outcome.SKIPPED)
                .collect(groupingBy(Result::reason, TreeMap::new, mapping(Result::method, toCollection(TreeSet::new))))
                .entrySet()
                .stream()
                .map(each -> "- `%s`: %s: %s\n"
                        .formatted(
                                type, isAll ? "all" : "`" + String.join("`, `", each.getValue()) + "`", each.getKey()));
    }
}
