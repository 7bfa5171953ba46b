package io.countercache.samples.benchmark;

import static io.countercache.samples.benchmark.Variant.FORMULA;
import static io.countercache.samples.benchmark.Variant.HAND;
import static io.countercache.samples.benchmark.Variant.LIBRARY;
import static io.countercache.samples.benchmark.Variant.NAIVE;
import static io.countercache.samples.benchmark.Variant.NONE;
import static io.countercache.samples.benchmark.Variant.PESSIMISTIC;
import static io.countercache.samples.benchmark.Variant.ROW_TRIGGER;
import static io.countercache.samples.benchmark.Variant.VERSIONED;

import io.countercache.samples.benchmark.Chart.Group;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** The charts of what was measured. The message over each of them is made of measured numbers as well. */
record Charts(List<Measured> all, Map<Variant, Long> drifted) {

    private static final int THREADS = 8;

    void write(Path directory) throws IOException {
        write(
                directory.resolve("writes.svg"),
                "Left of the throughput when comments are counted: "
                        + findings(
                                each -> each.workload() == Workload.SPREAD,
                                cell -> "%s%.0f%% (by hand %.0f%%)"
                                        .formatted(
                                                away(cell),
                                                100 * part(cell, LIBRARY, NONE),
                                                100 * part(cell, HAND, NONE))),
                "Transactions per second, in percent of those of an application that does not count, which is the line. "
                        + THREADS
                        + " threads.",
                100,
                List.of(LIBRARY, HAND, ROW_TRIGGER, NAIVE),
                cell -> !cell.workload().reads() && cell.threads() == THREADS,
                cell -> cell.words(),
                each -> 100 * each.ratio());
        write(
                directory.resolve("hot.svg"),
                "Comments on one post, compared with by hand: "
                        + findings(
                                each -> each.workload() == Workload.HOT,
                                cell -> "%s%.1f times as fast".formatted(away(cell), part(cell, LIBRARY, HAND))),
                "Transactions per second, each with a comment on the same post.",
                0,
                List.of(LIBRARY, HAND, PESSIMISTIC, VERSIONED, ROW_TRIGGER),
                cell -> cell.workload() == Workload.HOT,
                cell -> cell.network() == 0 ? cell.onThreads() : cell.onThreads() + ", " + cell.away(),
                Measured::median);
        write(
                directory.resolve("reads.svg"),
                "A stored count, compared with @Formula: "
                        + findings(
                                cell -> cell.workload().reads(),
                                cell -> "%s %.0f times as fast"
                                        .formatted(
                                                cell.workload() == Workload.PAGE ? "a page" : "sorted",
                                                part(cell, LIBRARY, FORMULA))),
                "Queries per second. " + THREADS + " threads.",
                0,
                List.of(LIBRARY, NONE, FORMULA),
                cell -> cell.workload().reads(),
                Cell::words,
                Measured::median);
    }

    /** What there is to say of the cells of the library. */
    private String findings(Predicate<Cell> condition, Function<Cell, String> finding) {
        String found = all.stream()
                .map(Measured::cell)
                .filter(cell -> cell.threads() == THREADS && cell.tables().variant() == LIBRARY && condition.test(cell))
                .map(finding)
                .collect(Collectors.joining("; "));
        return found.isEmpty() ? "not measured in this run" : found;
    }

    private static String away(Cell cell) {
        return cell.network() == 0 ? "" : "with the " + cell.away() + " ";
    }

    /** What one variant has brought in that cell, as a part of what another has. */
    private double part(Cell cell, Variant variant, Variant other) {
        return measured(cell, variant).partOf(measured(cell, other));
    }

    private Measured measured(Cell cell, Variant variant) {
        return all.stream()
                .filter(each -> each.cell().tables().variant() == variant
                        && each.cell().group().equals(cell.group()))
                .findFirst()
                .orElseThrow();
    }

    private void write(
            Path file,
            String message,
            String unit,
            double whole,
            List<Variant> variants,
            Predicate<Cell> condition,
            Function<Cell, String> words,
            ToDoubleFunction<Measured> value)
            throws IOException {
        Map<String, Map<Variant, Double>> bars = new LinkedHashMap<>();
        for (Variant variant : variants) {
            for (Measured each : all) {
                if (each.cell().tables().variant() == variant && condition.test(each.cell())) {
                    bars.computeIfAbsent(words.apply(each.cell()), any -> new LinkedHashMap<>())
                            .put(variant, value.applyAsDouble(each));
                }
            }
        }
        if (bars.isEmpty()) {
            return; // only some workloads were run
        }
        List<Group> groups = new ArrayList<>();
        bars.forEach((work, values) -> groups.add(new Group(work, values)));
        Map<Variant, String> legend = new LinkedHashMap<>();
        variants.forEach(variant -> legend.put(
                variant, variant.title + (drifted.getOrDefault(variant, 0L) > 0 ? " (counts are wrong)" : "")));
        Files.writeString(file, new Chart(message, unit, whole, legend, groups).svg());
    }
}
