package io.countercache.samples.benchmark;

import static io.countercache.samples.benchmark.Variant.FORMULA;
import static io.countercache.samples.benchmark.Variant.HAND;
import static io.countercache.samples.benchmark.Variant.LIBRARY;
import static io.countercache.samples.benchmark.Variant.NONE;
import static io.countercache.samples.benchmark.Variant.PESSIMISTIC;
import static io.countercache.samples.benchmark.Variant.RAW_BATCH;
import static io.countercache.samples.benchmark.Variant.ROW_TRIGGER;
import static io.countercache.samples.benchmark.Variant.STATEMENT_TRIGGER;
import static io.countercache.samples.benchmark.Variant.VERSIONED;
import static io.countercache.samples.benchmark.Workload.BULK_DELETE;
import static io.countercache.samples.benchmark.Workload.DELETE;
import static io.countercache.samples.benchmark.Workload.FIVE_OF_TEN;
import static io.countercache.samples.benchmark.Workload.HOT;
import static io.countercache.samples.benchmark.Workload.MOVE;
import static io.countercache.samples.benchmark.Workload.NEW_POSTS;
import static io.countercache.samples.benchmark.Workload.PAGE;
import static io.countercache.samples.benchmark.Workload.SPREAD;
import static io.countercache.samples.benchmark.Workload.THOUSAND;
import static io.countercache.samples.benchmark.Workload.TWENTY;
import static io.countercache.samples.benchmark.Workload.ZIPF;
import static java.util.Comparator.comparingDouble;

import io.countercache.samples.benchmark.Chart.Bar;
import io.countercache.samples.benchmark.Chart.Group;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** The charts of what was measured. The message over each of them is made of measured numbers as well. */
final class Charts {

    private static final int THREADS = 8;
    private static final String PERCENTS =
            "Transactions per second, in percent of those of an application that counts nothing: the light bar behind. ";
    private static final List<Workload> MAIN = List.of(SPREAD, TWENTY, FIVE_OF_TEN, DELETE);
    private static final List<Workload> MORE = List.of(ZIPF, NEW_POSTS, MOVE, THOUSAND, BULK_DELETE);

    private final List<Line> all;

    Charts(List<Line> all) {
        this.all = all;
    }

    /**
     * Draws them anew, and measures nothing.
     *
     * @param args the directory of {@code results.csv}; {@code docs/benchmark} without it
     */
    public static void main(String[] args) throws IOException {
        write(Path.of(args.length == 0 ? "docs/benchmark" : args[0]));
    }

    /** Draws what is in the {@code results.csv} of that directory. */
    static void write(Path directory) throws IOException {
        for (Map.Entry<String, Chart> chart :
                new Charts(Line.read(directory.resolve("results.csv"))).charts().entrySet()) {
            Files.writeString(
                    directory.resolve(chart.getKey()), chart.getValue().svg());
        }
    }

    /** By the names of their files: those of which something was measured. */
    Map<String, Chart> charts() {
        Map<String, Chart> charts = new LinkedHashMap<>();
        charts.put("cost.svg", cost());
        charts.put("writes.svg", writes());
        charts.put("hot.svg", hot());
        charts.put("reads.svg", reads());
        charts.values().removeIf(chart -> chart.groups().isEmpty());
        return charts;
    }

    private Chart cost() {
        return new Chart(
                message(
                        "",
                        HAND,
                        each -> each.workload() == SPREAD && each.network() == 0,
                        (each, byHand) -> "With a counter, %d%% of the throughput is left; with an UPDATE by hand, %d%%"
                                .formatted(each.percent(), byHand.percent())),
                PERCENTS + THREADS + " threads.",
                true,
                groups(
                        List.of(LIBRARY, HAND, ROW_TRIGGER),
                        each -> MAIN.contains(each.workload()) && each.threads() == THREADS,
                        each -> Cell.words(each.workload(), each.network()),
                        each -> 100 * each.ratio()));
    }

    private Chart writes() {
        List<Line> measured = all.stream()
                .filter(each -> MORE.contains(each.workload()) && each.variant() == LIBRARY)
                .sorted(comparingDouble(Line::ratio).reversed())
                .toList();
        return new Chart(
                measured.isEmpty()
                        ? ""
                        : "Cheapest: %s (%d%% of the throughput is left). Dearest: %s (%d%%)"
                                .formatted(
                                        measured.get(0).workload().title,
                                        measured.get(0).percent(),
                                        measured.get(measured.size() - 1).workload().title,
                                        measured.get(measured.size() - 1).percent()),
                PERCENTS + THREADS + " threads where nothing else is said.",
                true,
                groups(
                        List.of(LIBRARY, HAND, ROW_TRIGGER, STATEMENT_TRIGGER, RAW_BATCH),
                        each -> MORE.contains(each.workload()),
                        each -> Cell.words(each.workload(), each.network())
                                + (each.threads() == THREADS ? "" : ", " + Cell.onThreads(each.threads())),
                        each -> 100 * each.ratio()));
    }

    private Chart hot() {
        return new Chart(
                message(
                        "Comments on one post, compared with an UPDATE by hand: ",
                        HAND,
                        each -> each.workload() == HOT,
                        (each, byHand) -> "%s%.1f times as many"
                                .formatted(
                                        each.network() == 0 ? "" : "with the " + Cell.away(each.network()) + " ",
                                        each.perSecond() / byHand.perSecond())),
                "Transactions per second, each with a comment on the same post.",
                false,
                groups(
                        List.of(LIBRARY, HAND, ROW_TRIGGER, PESSIMISTIC, VERSIONED),
                        each -> each.workload() == HOT,
                        each -> Cell.onThreads(each.threads())
                                + (each.network() == 0 ? "" : ", " + Cell.away(each.network())),
                        Line::perSecond));
    }

    private Chart reads() {
        return new Chart(
                message(
                        "Compared with @Formula, ",
                        FORMULA,
                        Charts::isRead,
                        (each, formula) -> "%s %.0f times as fast"
                                .formatted(
                                        each.workload() == PAGE ? "a page with counts is read" : "posts sorted by them",
                                        each.perSecond() / formula.perSecond())),
                "Queries per second. " + THREADS + " threads.",
                false,
                groups(
                        List.of(LIBRARY, NONE, FORMULA),
                        Charts::isRead,
                        each -> Cell.words(each.workload(), each.network()),
                        Line::perSecond));
    }

    private static boolean isRead(Line line) {
        return line.workload().reads() && line.threads() == THREADS && line.network() == 0;
    }

    /** What there is to say of what the library has brought, compared with another way. */
    private String message(
            String opening, Variant other, Predicate<Line> condition, BiFunction<Line, Line, String> finding) {
        String found = all.stream()
                .filter(each -> each.variant() == LIBRARY && each.threads() == THREADS && condition.test(each))
                .flatMap(each -> same(each, other).map(that -> finding.apply(each, that)).stream())
                .collect(Collectors.joining("; "));
        return found.isEmpty() ? "Not everything was measured" : opening + found;
    }

    private Optional<Line> same(Line line, Variant variant) {
        return all.stream()
                .filter(each -> each.variant() == variant && each.comparableWith(line))
                .findFirst();
    }

    private List<Group> groups(
            List<Variant> variants,
            Predicate<Line> condition,
            Function<Line, String> words,
            ToDoubleFunction<Line> value) {
        Map<String, List<Bar>> groups = new LinkedHashMap<>();
        for (Line first : all) {
            if (condition.test(first) && first.variant() == LIBRARY) {
                for (Variant variant : variants) {
                    for (Line each : all) {
                        if (each.variant() == variant && each.comparableWith(first)) {
                            groups.computeIfAbsent(capitalized(words.apply(each)), any -> new ArrayList<>())
                                    .add(new Bar(
                                            name(variant),
                                            variants.indexOf(variant),
                                            value.applyAsDouble(each),
                                            each.note()));
                        }
                    }
                }
            }
        }
        return groups.entrySet().stream()
                .map(each -> new Group(each.getKey(), each.getValue()))
                .toList();
    }

    private static String name(Variant variant) {
        return switch (variant) {
            case HAND -> "UPDATE by hand";
            case RAW_BATCH -> "batch by hand";
            default -> variant.title;
        };
    }

    private static String capitalized(String text) {
        return Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }
}
