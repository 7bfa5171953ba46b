package io.countercache.hibernate.matrix;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toCollection;

import io.countercache.hibernate.matrix.TestRun.Outcome;
import io.countercache.hibernate.matrix.TestRun.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What the page says of one version, or one database.
 *
 * @param cells by the name of the feature
 * @param skipped a line for each reason
 */
record Column(Table table, String name, String on, SortedMap<String, String> cells, SortedSet<String> skipped) {

    private static final String SKIPPED = "### ";

    /** In the text. */
    String label() {
        return table.label(name, on);
    }

    String cell(String feature) {
        return cells.getOrDefault(feature, "not run");
    }

    /** From what the tests reported. */
    static Column of(TestRun run) {
        SortedMap<String, String> cells = new TreeMap<>();
        for (Feature feature : Feature.ALL) {
            cells.put(feature.name(), cell(results(run, feature)));
        }
        SortedSet<String> skipped = run.results().entrySet().stream()
                .filter(each -> !Feature.OF_THE_RUN.contains(each.getKey()))
                .flatMap(each -> skipped(each.getKey(), each.getValue()))
                .collect(toCollection(TreeSet::new));
        return new Column(run.table(), run.name(), run.on(), cells, skipped);
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

    /** Those of a page that was written before; none if it has no such table. */
    static List<Column> of(String page, Table table) {
        List<String> lines = page.lines().toList();
        List<List<String>> rows = lines.stream()
                .dropWhile(line -> !line.startsWith("| " + table.corner + " |"))
                .takeWhile(line -> line.startsWith("|"))
                .map(line -> Stream.of(line.split("\\|", -1)).map(String::strip).toList())
                .toList();
        List<Column> columns = new ArrayList<>();
        if (rows.isEmpty()) {
            return columns;
        }
        for (int i = 2; i < rows.get(0).size() - 1; i++) {
            SortedMap<String, String> cells = new TreeMap<>();
            for (List<String> row : rows) {
                cells.put(row.get(1), row.get(i));
            }
            String name = rows.get(0).get(i);
            String on = rows.get(2).get(i);
            columns.add(new Column(table, name, on, cells, listed(table.label(name, on), lines)));
        }
        return columns;
    }

    private static SortedSet<String> listed(String label, List<String> lines) {
        SortedSet<String> skipped = new TreeSet<>();
        boolean isMeant = false;
        for (String line : lines) {
            if (line.startsWith(SKIPPED)) {
                isMeant = List.of(line.substring(SKIPPED.length()).split(", ")).contains(label);
            } else if (isMeant && line.startsWith("- ")) {
                skipped.add(line + "\n");
            }
        }
        return skipped;
    }
}
