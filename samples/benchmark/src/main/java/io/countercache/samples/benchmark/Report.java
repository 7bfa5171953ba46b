package io.countercache.samples.benchmark;

import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.hibernate.Version;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.style.Styler.LegendPosition;

/** Writes what was measured: as CSV, as tables, and as charts. */
final class Report {

    private final List<Measured> all;
    private final Map<Variant, Long> drifted;
    private final String versions;

    Report(List<Measured> all, Map<Variant, Long> drifted, HikariDataSource database) throws SQLException {
        this.all = all;
        this.drifted = drifted;
        this.versions = versions(database);
    }

    private static String versions(HikariDataSource database) throws SQLException {
        try (var connection = database.getConnection()) {
            var server = connection.getMetaData();
            return "%s, PostgreSQL %s, JDBC driver %s"
                    .formatted(machine(), server.getDatabaseProductVersion(), server.getDriverVersion());
        }
    }

    /** When and on what it is measured. */
    static String machine() {
        return "%s; %d processors, which client and server share if they are on one machine; %s %s, Java %s, Hibernate %s"
                .formatted(
                        LocalDate.now(ZoneId.systemDefault()),
                        Runtime.getRuntime().availableProcessors(),
                        System.getProperty("os.name"),
                        System.getProperty("os.arch"),
                        Runtime.version().feature(),
                        Version.getVersionString());
    }

    void write(Path directory) throws IOException {
        Files.createDirectories(directory);
        Files.writeString(directory.resolve("results.csv"), csv());
        String tables = markdown();
        Files.writeString(directory.resolve("results.md"), tables);
        chart(
                directory.resolve("writes.svg"),
                "Transactions, as a part of those without a counter (8 threads)",
                measured(each -> !each.cell().workload().reads() && each.cell().threads() == 8 && !isBase(each)),
                each -> each.cell().workload().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                Measured::ratio);
        chart(
                directory.resolve("hot.svg"),
                "Transactions per second, each with a comment on the same post",
                measured(each -> each.cell().workload() == Workload.HOT && !isBase(each)),
                each -> each.cell().threads() + (each.cell().threads() == 1 ? " thread" : " threads"),
                Measured::median);
        chart(
                directory.resolve("reads.svg"),
                "Reads per second (8 threads)",
                measured(each -> each.cell().workload().reads()),
                each -> each.cell().workload() == Workload.PAGE
                        ? "20 posts and their counts"
                        : "20 posts with the most",
                Measured::median);
        System.out.println(tables);
    }

    private static String format(double number) {
        return String.format(Locale.ROOT, number < 10 ? "%.2f" : "%.0f", number);
    }

    private String csv() {
        StringBuilder csv =
                new StringBuilder("workload,threads,variant,per_second,min,max,ratio,failed,deadlocks,drifted\n");
        for (Measured each : all) {
            Variant variant = each.cell().tables().variant();
            csv.append(String.join(
                            ",",
                            each.cell().workload().name(),
                            Integer.toString(each.cell().threads()),
                            variant.name(),
                            format(each.median()),
                            format(each.min()),
                            format(each.max()),
                            format(each.ratio()),
                            Long.toString(each.failed()),
                            Long.toString(each.deadlocks()),
                            Long.toString(drifted.getOrDefault(variant, 0L))))
                    .append('\n');
        }
        return csv.toString();
    }

    private String markdown() {
        StringBuilder text =
                new StringBuilder("# What a counter costs\n\n").append(versions).append("""
                        .
                        Transactions per second: medians of the rounds, in brackets the least and the most. The ratio is the median of
                        what each round has brought, as a part of what the first line has brought in the same round. Failed: transactions that
                        had to be tried again, of all rounds; deadlocks: those among them.
                        """);
        groups().forEach((title, group) -> {
            text.append("\n## ")
                    .append(title)
                    .append("\n\n| | per second | ratio | failed | deadlocks |\n|---|---|---|---|---|\n");
            for (Measured each : group) {
                Variant variant = each.cell().tables().variant();
                text.append("| %s%s | %s (%s to %s) | %s | %d | %d |%n"
                        .formatted(
                                variant.title,
                                drifted.getOrDefault(variant, 0L) > 0 ? " **(wrong)**" : "",
                                format(each.median()),
                                format(each.min()),
                                format(each.max()),
                                format(each.ratio()),
                                each.failed(),
                                each.deadlocks()));
            }
        });
        text.append(
                "\n## Drift\n\nPosts with a wrong count after all of this, of all posts:\n\n| | wrong |\n|---|---|\n");
        drifted.forEach((variant, posts) -> {
            if (variant.stored) {
                text.append("| %s | %d |%n".formatted(variant.title, posts));
            }
        });
        return text.toString();
    }

    private Map<String, List<Measured>> groups() {
        return all.stream()
                .collect(Collectors.groupingBy(
                        each -> "%s, %d thread%s"
                                .formatted(
                                        capitalized(each.cell().workload().title),
                                        each.cell().threads(),
                                        each.cell().threads() == 1 ? "" : "s"),
                        LinkedHashMap::new,
                        Collectors.toList()));
    }

    private static String capitalized(String text) {
        return Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }

    private List<Measured> measured(Predicate<Measured> condition) {
        return all.stream().filter(condition).toList();
    }

    private static boolean isBase(Measured measured) {
        return measured.cell().tables().variant() == Variant.NONE;
    }

    private static void chart(
            Path file,
            String title,
            List<Measured> measured,
            Function<Measured, String> category,
            ToDoubleFunction<Measured> value)
            throws IOException {
        if (measured.isEmpty()) {
            return; // only some workloads were run
        }
        CategoryChart chart =
                new CategoryChartBuilder().width(1100).height(450).title(title).build();
        chart.getStyler().setLegendPosition(LegendPosition.OutsideE);
        List<String> categories = measured.stream().map(category).distinct().toList();
        Map<Variant, Map<String, Double>> series = new LinkedHashMap<>();
        measured.forEach(each -> series.computeIfAbsent(each.cell().tables().variant(), any -> new LinkedHashMap<>())
                .put(category.apply(each), value.applyAsDouble(each)));
        series.forEach((variant, values) -> chart.addSeries(
                variant.title,
                categories,
                categories.stream().map(each -> values.getOrDefault(each, 0.0)).toList()));
        VectorGraphicsEncoder.saveVectorGraphic(chart, file.toString(), VectorGraphicsFormat.SVG);
    }
}
