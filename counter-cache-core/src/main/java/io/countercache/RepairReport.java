package io.countercache;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The result of a repair or a verification of a whole table.
 *
 * @param examined how many parent rows were examined, without those of failed chunks
 * @param drifted how many of them had a counter that was wrong; a repair has corrected them
 * @param first the first 100 counters that were wrong
 * @param failures the chunks that could not be done
 * @param elapsed how long it took
 * @param schemaProblems what of the live schema does not fit the counters, so that they may become wrong; of a verification only
 */
public record RepairReport(
        long examined,
        long drifted,
        List<Drift> first,
        List<RepairFailure> failures,
        Duration elapsed,
        List<String> schemaProblems) {

    /**
     * Creates a report.
     *
     * @param examined how many rows were examined
     * @param drifted how many were wrong
     * @param first the first counters that were wrong
     * @param failures the chunks that could not be done
     * @param elapsed how long it took
     * @param schemaProblems what of the live schema does not fit
     */
    public RepairReport {
        first = List.copyOf(first);
        failures = List.copyOf(failures);
        schemaProblems = List.copyOf(schemaProblems);
    }

    /**
     * Creates a report without problems of the schema.
     *
     * @param examined how many rows were examined
     * @param drifted how many were wrong
     * @param first the first counters that were wrong
     * @param failures the chunks that could not be done
     * @param elapsed how long it took
     */
    public RepairReport(
            long examined, long drifted, List<Drift> first, List<RepairFailure> failures, Duration elapsed) {
        this(examined, drifted, first, failures, elapsed, List.of());
    }

    /**
     * Whether every row was examined and nothing was wrong. Says nothing of the schema: see {@link #schemaProblems}.
     *
     * @return true if every counter equals its count
     */
    public boolean isClean() {
        return drifted == 0 && failures.isEmpty();
    }

    /**
     * Returns if every row was examined and nothing was wrong.
     *
     * @throws CounterCacheException if not; its message lists what is wrong
     */
    public void requireClean() {
        if (!isClean()) {
            List<String> wrong = new ArrayList<>();
            first.forEach(drift -> wrong.add("%s.%s of %s is %s, and %s are counted"
                    .formatted(drift.entity(), drift.counter(), drift.id(), drift.stored(), drift.actual())));
            failures.forEach(failure -> wrong.add("rows of %s after %s up to %s could not be done: %s"
                    .formatted(failure.entity(), failure.after(), failure.upTo(), failure.cause())));
            throw new CounterCacheException(
                    "Counters are not clean, %d of %d rows are wrong: correct them with CounterRepair\n  - %s"
                            .formatted(drifted, examined, String.join("\n  - ", wrong)));
        }
    }
}
