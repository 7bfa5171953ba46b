package io.countercache.hibernate.internal.repair;

import io.countercache.Drift;
import io.countercache.RepairFailure;
import io.countercache.RepairProgress;
import io.countercache.RepairReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Adds up the results of the chunks of one repair, or of the repairs of several tables. */
public final class RepairTally {

    /** How many wrong counters a report lists: enough to recognise a pattern, without growing with the table. */
    private static final int FIRST = 100;

    /** How many rows in a row have failed by a timeout before it is no matter of single rows, such as a locked table. */
    private static final int TIMEOUTS = 3;

    private final long begun = System.nanoTime();
    private final List<Drift> first = new ArrayList<>();
    private final List<RepairFailure> failures = new ArrayList<>();
    private long examined;
    private long drifted;
    /** Since the last chunk that got through. */
    private int timeouts;

    void add(long rows, List<Drift> wrong) {
        timeouts = 0;
        examined += rows;
        drifted += wrong.stream().map(Drift::id).distinct().count();
        wrong.stream().limit(FIRST - first.size()).forEach(first::add);
    }

    void add(RepairFailure failure, boolean isTimeout) {
        timeouts = isTimeout ? timeouts + 1 : 0;
        failures.add(failure);
    }

    /** Whether it is worth to look for the single rows that fail: not if there are many of them, and each takes its time. */
    boolean hasFewFailures() {
        return failures.size() < FIRST && timeouts < TIMEOUTS;
    }

    RepairProgress progress(long total, Object lastId) {
        return new RepairProgress(examined, total, drifted, lastId, elapsed());
    }

    private Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - begun);
    }

    /**
     * The report.
     *
     * @param schemaProblems what of the schema does not fit
     */
    public RepairReport report(List<String> schemaProblems) {
        return new RepairReport(examined, drifted, first, failures, elapsed(), schemaProblems);
    }
}
