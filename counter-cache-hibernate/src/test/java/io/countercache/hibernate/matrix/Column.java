package io.countercache.hibernate.matrix;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What the page says of one version.
 *
 * @param cells by the name of the feature
 * @param skipped a line for each reason
 */
record Column(String version, String java, SortedMap<String, String> cells, SortedSet<String> skipped) {

    private static final String SKIPPED = "### ";

    /** In the text. */
    String label() {
        return version + " on JDK " + java;
    }

    String cell(String feature) {
        return cells.getOrDefault(feature, "not run");
    }

    /** Those of a page that was written before; none if there is none. */
    static List<Column> of(Path page) throws IOException {
        if (!Files.exists(page)) {
            return List.of();
        }
        List<String> lines = Files.readAllLines(page);
        List<List<String>> rows = lines.stream()
                .dropWhile(line -> !line.startsWith("| Hibernate |"))
                .takeWhile(line -> line.startsWith("|"))
                .map(line -> Stream.of(line.split("\\|", -1)).map(String::strip).toList())
                .toList();
        List<Column> columns = new ArrayList<>();
        for (int i = 2; i < rows.get(0).size() - 1; i++) {
            SortedMap<String, String> cells = new TreeMap<>();
            for (List<String> row : rows) {
                cells.put(row.get(1), row.get(i));
            }
            String version = rows.get(0).get(i);
            String java = rows.get(2).get(i);
            columns.add(new Column(version, java, cells, skipped(version + " on JDK " + java, lines)));
        }
        return columns;
    }

    private static SortedSet<String> skipped(String label, List<String> lines) {
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
