package io.countercache.hibernate.internal.path;

import io.countercache.hibernate.internal.model.CounterPaths.PathStep;
import io.countercache.hibernate.internal.write.CounterDeltas;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is pending for counters further up: by how much moves what is beneath the rows on the way to them, and which of
 * these rows have got another parent. Where that leads is found when it is written. Not thread-safe.
 */
public final class PathDeltas {

    private final Map<PathStep, Map<Object, BigDecimal>> beneath = new HashMap<>();
    private final Map<PathStep, Map<Object, @Nullable Object>> moved = new HashMap<>();
    private final CounterDeltas shown = new CounterDeltas();
    /** What was pending before for the rows for which that has changed since each savepoint. */
    private final List<Map<Place, State>> savepoints = new ArrayList<>();

    private record Place(PathStep step, Object id) {}

    private record State(
            BigDecimal beneath, boolean isMoved, @Nullable Object origin) {}

    public void add(PathStep step, Object id, BigDecimal amount) {
        remember(step, id);
        Map<Object, BigDecimal> byRow = beneath.computeIfAbsent(step, any -> new HashMap<>());
        byRow.merge(id, amount, (sum, more) -> sum.add(more).signum() == 0 ? null : sum.add(more));
        if (byRow.isEmpty()) {
            beneath.remove(step);
        }
    }

    /** Remembers where a row led to before this transaction moved it: the first time counts. */
    public void moved(PathStep step, Object id, @Nullable Object from) {
        remember(step, id);
        Map<Object, @Nullable Object> origins = moved.computeIfAbsent(step, any -> new HashMap<>());
        if (!origins.containsKey(id)) {
            origins.put(id, from);
        }
    }

    /** Whether there is nothing to write, nor to put right of what was shown. */
    public boolean isEmpty() {
        return beneath.isEmpty() && moved.isEmpty() && shown.isEmpty();
    }

    /** Whether a counter in one of these tables may have to move. */
    public boolean concern(Set<String> tables) {
        return steps().stream().anyMatch(step -> tables.contains(step.counter().table()));
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

    @Nullable
    Object origin(PathStep step, Object id) {
        return moved.getOrDefault(step, Map.of()).get(id);
    }

    void remove(PathStep step, Object id) {
        remember(step, id);
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

    /** What was shown on managed parents by what was known of the way to them; what is written may be something else. */
    public CounterDeltas shown() {
        return shown;
    }

    /** Begins what can be taken back. */
    public void savepoint() {
        shown.savepoint();
        savepoints.add(new HashMap<>());
    }

    /** Takes back whatever has happened since a savepoint, the number of which is counted from 0. */
    public void rollback(int savepoint) {
        shown.rollback(savepoint);
        while (savepoints.size() > savepoint) {
            savepoints.remove(savepoints.size() - 1).forEach(this::restore);
        }
    }

    private void remember(PathStep step, Object id) {
        if (!savepoints.isEmpty()) {
            savepoints
                    .get(savepoints.size() - 1)
                    .computeIfAbsent(
                            new Place(step, id),
                            any -> new State(beneath(step, id), isMoved(step, id), origin(step, id)));
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
