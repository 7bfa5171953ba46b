package io.countercache.samples.benchmark;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.hibernate.Version;

/** Writes what was measured: as CSV, as tables, and as charts. */
final class Report {

    private final List<Measured> all;
    private final Map<Variant, Long> drifted;
    private final String server;
    private final String leftOut;

    /**
     * @param drifted how many posts of each variant have a wrong count
     * @param server which it was
     * @param leftOut which ways to count are not measured there, and why
     */
    Report(List<Measured> all, Map<Variant, Long> drifted, String server, String leftOut) {
        this.all = all;
        this.drifted = drifted;
        this.server = server;
        this.leftOut = leftOut;
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
        Charts.write(directory);
        System.out.println(tables);
    }

    /** With two digits that say something, also if it is small. */
    static String format(double number) {
        return number > 0 && number < 0.1
                ? BigDecimal.valueOf(number).round(new MathContext(2)).toPlainString()
                : String.format(Locale.ROOT, number < 10 ? "%.2f" : "%.0f", number);
    }

    private String csv() {
        StringBuilder csv = new StringBuilder(
                "workload,threads,network,variant,per_second,min,max,ratio,ratio_to,failed,deadlocks,drifted\n");
        for (Measured each : all) {
            Variant variant = each.cell().tables().variant();
            csv.append(String.join(
                            ",",
                            each.cell().workload().name(),
                            Integer.toString(each.cell().threads()),
                            Integer.toString(each.cell().network()),
                            variant.name(),
                            format(each.median()),
                            format(each.min()),
                            format(each.max()),
                            format(each.ratio()),
                            each.comparedWith().name(),
                            Long.toString(each.failed()),
                            Long.toString(each.deadlocks()),
                            Long.toString(drifted.getOrDefault(variant, 0L))))
                    .append('\n');
        }
        return csv.toString();
    }

    private String markdown() {
        StringBuilder text = new StringBuilder("# What a counter costs\n\n")
                .append(machine())
                .append(", ")
                .append(server)
                .append("""
                        .
                        Transactions per second: medians of the rounds, in brackets the least and the most. The second column: the median of
                        what each round has brought, as a part of what the first line has brought in the same round. Failed: transactions that
                        had to be tried again, of all rounds; deadlocks: those among them.
                        """)
                .append(leftOut);
        groups().forEach((title, group) -> {
            text.append("\n## ")
                    .append(title)
                    .append("\n\n| | per second | of %s | failed | deadlocks |\n|---|---|---|---|---|\n"
                            .formatted(group.get(0).comparedWith().title));
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
                        each -> capitalized(each.cell().group()), LinkedHashMap::new, Collectors.toList()));
    }

    private static String capitalized(String text) {
        return Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }
}
