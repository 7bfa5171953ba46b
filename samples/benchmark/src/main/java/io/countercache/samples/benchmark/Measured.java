package io.countercache.samples.benchmark;

import io.countercache.samples.benchmark.Cell.Result;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the rounds of one cell have brought, and what those of another one have that it is compared with. */
final class Measured {

    private final Cell cell;
    private final @Nullable Measured base;
    private final List<Result> rounds = new ArrayList<>();

    /** @param base the first way to do the same; null if that is this one */
    Measured(Cell cell, @Nullable Measured base) {
        this.cell = cell;
        this.base = base;
    }

    Cell cell() {
        return cell;
    }

    void add(Result round) {
        rounds.add(round);
    }

    double median() {
        return median(rounds.stream().map(Result::perSecond).toList());
    }

    double min() {
        return rounds.stream().mapToDouble(Result::perSecond).min().orElse(0);
    }

    double max() {
        return rounds.stream().mapToDouble(Result::perSecond).max().orElse(0);
    }

    /** What it is compared with. */
    Variant comparedWith() {
        return (base == null ? this : base).cell.tables().variant();
    }

    /** As a part of that: the median of what each round has brought, as a part of what the other has in the same round. */
    double ratio() {
        if (base == null) {
            return 1;
        }
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < rounds.size(); i++) {
            ratios.add(rounds.get(i).perSecond() / base.rounds.get(i).perSecond());
        }
        return median(ratios);
    }

    long failed() {
        return rounds.stream().mapToLong(Result::failed).sum();
    }

    long deadlocks() {
        return rounds.stream().mapToLong(Result::deadlocks).sum();
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
