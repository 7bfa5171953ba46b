package io.countercache.hibernate.internal.repair;

import io.countercache.Drift;
import io.countercache.RepairFailure;
import io.countercache.RepairProgress;
import io.countercache.RepairReport;
import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.observe.Verified;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/** Adds up the results of the chunks of one table, or those of several tables. */
public final class RepairTally {

    /** How many wrong counters a report lists: enough to recognise a pattern, without growing with the table. */
    private static final int FIRST = 100;

    /** How many rows in a row have failed by a timeout before it is no matter of single rows, such as a locked table. */
    private static final int TIMEOUTS = 3;

    private final LongSupplier nanoTime;
    private final long begun;
    private final List<Drift> first = new ArrayList<>();
    private final List<RepairFailure> failures = new ArrayList<>();
    /** For each counter, in how many rows it was wrong; those that never were have no entry. */
    private final Map<String, Long> byCounter = new TreeMap<>();

    private long examined;
    private long drifted;
    /** Since the last chunk that got through. */
    private int timeouts;

    public RepairTally() {
        this(System::nanoTime);
    }

    /**
     * A tally by another clock.
     *
     * @param nanoTime the time in nanoseconds, since any moment
     */
    RepairTally(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.begun = nanoTime.getAsLong();
    }

    void add(long rows, List<Drift> wrong) {
        timeouts = 0;
        examined += rows;
        drifted += wrong.stream().map(Drift::id).distinct().count();
        wrong.forEach(drift -> byCounter.merge(drift.counter(), 1L, Long::sum));
        addFirst(wrong);
    }

    private void addFirst(List<Drift> wrong) {
        wrong.stream().limit(FIRST - first.size()).forEach(first::add);
    }

    void add(RepairFailure failure, boolean isTimeout) {
        timeouts = isTimeout ? timeouts + 1 : 0;
        failures.add(failure);
    }

    /** Adds that of another table, or of the same table for another tenant. */
    public void add(RepairTally table) {
        examined += table.examined;
        drifted += table.drifted;
        addFirst(table.first);
        failures.addAll(table.failures);
    }

    /** Whether it is worth to look for the single rows that fail: not if there are many of them, and each takes its time. */
    boolean hasFewFailures() {
        return failures.size() < FIRST && timeouts < TIMEOUTS;
    }

    long examined() {
        return examined;
    }

    long drifted() {
        return drifted;
    }

    List<RepairFailure> failures() {
        return failures;
    }

    Duration elapsed() {
        return Duration.ofNanos(nanoTime.getAsLong() - begun);
    }

    RepairProgress progress(long total, Object lastId) {
        return new RepairProgress(examined, total, drifted, lastId, elapsed());
    }

    /** What was found in a whole table, about some of its counters. */
    Verified verified(String entity, List<CounterDefinition> counters, boolean repaired) {
        Map<String, Long> wrong = new TreeMap<>();
        counters.forEach(counter -> wrong.put(counter.counter(), byCounter.getOrDefault(counter.counter(), 0L)));
        return new Verified(entity, Instant.now(), repaired, examined, drifted, wrong, first, failures.size());
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
