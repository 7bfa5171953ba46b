package io.countercache.hibernate.internal.path;

import io.countercache.hibernate.internal.model.CounterPaths.PathStep;
import io.countercache.hibernate.internal.support.UndoLog;
import io.countercache.hibernate.internal.write.CounterDeltas;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is pending for counters further up: the deltas beneath rows on their paths, and the rows on their paths that have got
 * another parent. To which counters that leads is found out when it is written. Not thread-safe.
 */
public final class PathDeltas {

    private final Map<PathStep, Map<Object, BigDecimal>> beneath = new HashMap<>();
    private final Map<PathStep, Map<Object, @Nullable Object>> moved = new HashMap<>();
    private final CounterDeltas shown = new CounterDeltas();
    private final UndoLog<Place, State> undo = new UndoLog<>();

    /** A row, and the step that leads from it. */
    private record Place(PathStep step, Object id) {}

    private record State(
            BigDecimal beneath, boolean isMoved, @Nullable Object origin) {}

    /** Adds to the delta beneath a row. */
    public void add(PathStep step, Object id, BigDecimal amount) {
        beforeChange(step, id);
        Map<Object, BigDecimal> byRow = beneath.computeIfAbsent(step, any -> new HashMap<>());
        byRow.merge(id, amount, PathDeltas::sum);
        if (byRow.isEmpty()) {
            beneath.remove(step);
        }
    }

    private static @Nullable BigDecimal sum(BigDecimal one, BigDecimal other) {
        BigDecimal sum = one.add(other);
        return sum.signum() == 0 ? null : sum;
    }

    /** Remembers where a row led before this transaction moved it, the first time. */
    public void moved(PathStep step, Object id, @Nullable Object from) {
        beforeChange(step, id);
        Map<Object, @Nullable Object> origins = moved.computeIfAbsent(step, any -> new HashMap<>());
        if (!origins.containsKey(id)) {
            origins.put(id, from);
        }
    }

    /** Whether there is nothing to write, and nothing to correct of what was shown. */
    public boolean isEmpty() {
        return beneath.isEmpty() && moved.isEmpty() && shown.isEmpty();
    }

    /** Whether a counter that is declared for this table may have to move. Looks at the steps, not at the rows. */
    public boolean concern(String table) {
        return leadTo(table, beneath.keySet()) || leadTo(table, moved.keySet());
    }

    private static boolean leadTo(String table, Set<PathStep> steps) {
        for (PathStep step : steps) {
            if (step.counter().table().equals(table)) {
                return true;
            }
        }
        return false;
    }

    Set<PathStep> steps() {
        Set<PathStep> steps = new LinkedHashSet<>(beneath.keySet());
        steps.addAll(moved.keySet());
        return steps;
    }

    /** The rows of a step for which something is pending. */
    Set<Object> rows(PathStep step) {
        Set<Object> rows =
                new LinkedHashSet<>(beneath.getOrDefault(step, Map.of()).keySet());
        rows.addAll(moved.getOrDefault(step, Map.of()).keySet());
        return rows;
    }

    BigDecimal beneath(PathStep step, Object id) {
        return beneath.getOrDefault(step, Map.of()).getOrDefault(id, BigDecimal.ZERO);
    }

    boolean isMoved(PathStep step, Object id) {
        return moved.getOrDefault(step, Map.of()).containsKey(id);
    }

    /** Where a row led before it was moved. */
    @Nullable
    Object origin(PathStep step, Object id) {
        return moved.getOrDefault(step, Map.of()).get(id);
    }

    void remove(PathStep step, Object id) {
        beforeChange(step, id);
        forget(step, id);
    }

    private void forget(PathStep step, Object id) {
        remove(beneath, step, id);
        remove(moved, step, id);
    }

    private static <V extends @Nullable Object> void remove(
            Map<PathStep, Map<Object, V>> pending, PathStep step, Object id) {
        pending.computeIfPresent(step, (same, byRow) -> {
            byRow.remove(id);
            return byRow.isEmpty() ? null : byRow;
        });
    }

    /** What managed parents show, as far as it was known where the paths lead; what is written may differ. */
    public CounterDeltas shown() {
        return shown;
    }

    /** Sets a savepoint. */
    public void savepoint() {
        shown.savepoint();
        undo.savepoint();
    }

    /** Restores what was pending at a savepoint, given by its number from 0. Forgets that savepoint and those after it. */
    public void rollback(int savepoint) {
        shown.rollback(savepoint);
        undo.rollback(savepoint, this::restore);
    }

    private void beforeChange(PathStep step, Object id) {
        if (undo.isRecording()) {
            undo.beforeChange(
                    new Place(step, id), any -> new State(beneath(step, id), isMoved(step, id), origin(step, id)));
        }
    }

    private void restore(Place place, State state) {
        forget(place.step(), place.id());
        if (state.beneath().signum() != 0) {
            beneath.computeIfAbsent(place.step(), any -> new HashMap<>()).put(place.id(), state.beneath());
        }
        if (state.isMoved()) {
            moved.computeIfAbsent(place.step(), any -> new HashMap<>()).put(place.id(), state.origin());
        }
    }
}
