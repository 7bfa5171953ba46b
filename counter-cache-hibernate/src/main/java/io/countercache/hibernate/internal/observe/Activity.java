package io.countercache.hibernate.internal.observe;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/** What the library has done in one session factory since that was built. Thread-safe. */
public final class Activity {

    /** One for each, and none is added or removed later. */
    private final Map<Figure, LongAdder> figures = new EnumMap<>(Figure.class);

    private final Map<String, Verified> verified = new ConcurrentSkipListMap<>();

    public Activity() {
        for (Figure each : Figure.values()) {
            figures.put(each, new LongAdder());
        }
    }

    private LongAdder adder(Figure figure) {
        return Objects.requireNonNull(figures.get(figure));
    }

    /** Adds to a figure. */
    public void add(Figure figure, long amount) {
        adder(figure).add(amount);
    }

    /** What was added to a figure. */
    public long get(Figure figure) {
        return adder(figure).sum();
    }

    /**
     * Adds a statement that moves counters.
     *
     * @param isDerived whether the library moves them, and not the application by hand
     * @param updates what the database executes of it
     * @param rows how many rows it has changed
     * @param nanos how long it has taken
     */
    public void wrote(boolean isDerived, int updates, int rows, long nanos) {
        add(isDerived ? Figure.DERIVED_STATEMENTS : Figure.EXPLICIT_STATEMENTS, 1);
        add(isDerived ? Figure.DERIVED_UPDATES : Figure.EXPLICIT_UPDATES, updates);
        add(isDerived ? Figure.DERIVED_ROWS : Figure.EXPLICIT_ROWS, rows);
        add(isDerived ? Figure.DERIVED_NANOS : Figure.EXPLICIT_NANOS, nanos);
    }

    /**
     * Remembers what a verification or repair of all rows of an entity has found. What was known of other counters of the entity
     * stays.
     */
    public void verified(Verified found) {
        verified.merge(found.entity(), found, (before, now) -> now.and(before));
    }

    /** By the name of the entity, what was found when all its rows were looked at last; only entities that were. */
    public Map<String, Verified> lastVerified() {
        return Map.copyOf(verified);
    }
}
