package io.countercache.samples.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A line of {@code results.csv}: what one way to count has brought.
 *
 * @param ratio as a part of what it is compared with
 * @param wrong whether it has left wrong counts
 */
record Line(
        Workload workload,
        int threads,
        int network,
        Variant variant,
        double perSecond,
        double ratio,
        boolean deadlocks,
        boolean wrong) {

    static List<Line> read(Path csv) throws IOException {
        try (var lines = Files.lines(csv)) {
            return lines.skip(1).map(line -> of(line.split(",", -1))).toList();
        }
    }

    private static Line of(String[] values) {
        return new Line(
                Workload.valueOf(values[0]),
                Integer.parseInt(values[1]),
                Integer.parseInt(values[2]),
                Variant.valueOf(values[3]),
                Double.parseDouble(values[4]),
                Double.parseDouble(values[7]),
                Long.parseLong(values[10]) > 0,
                Long.parseLong(values[11]) > 0);
    }

    boolean comparableWith(Line other) {
        return workload == other.workload && threads == other.threads && network == other.network;
    }

    int percent() {
        return (int) Math.round(100 * ratio);
    }

    /** What else there is to say of it; empty if nothing. */
    String note() {
        return deadlocks ? "deadlocks" : wrong ? "wrong counts" : "";
    }
}
