package io.countercache;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What the counters of parent rows have to move by: summed per row and counter until drained. A sum of zero disappears.
 * Not thread-safe.
 */
public final class CounterDeltas {

    // with the parent, for two subclasses in one table may have counters of the same name in different columns
    private static final Comparator<CounterDefinition> BY_COLUMN = Comparator.comparing(CounterDefinition::table)
            .thenComparing(CounterDefinition::counter)
            .thenComparing(CounterDefinition::parent);

    private final Map<ParentRow, Map<CounterDefinition, Long>> rows = new HashMap<>();
    private final Set<ParentRow> dropped = new HashSet<>();

    /**
     * What one row has to move by.
     *
     * @param row the row
     * @param amounts counters and amounts, none of them zero, ordered by the name of the counter
     */
    public record RowDeltas(ParentRow row, Map<CounterDefinition, Long> amounts) {}

    /** Creates deltas without any. */
    public CounterDeltas() {}

    /**
     * Moves a counter of a row. Does nothing if the row was dropped.
     *
     * @param counter the counter
     * @param row the row that carries it
     * @param amount by how much
     */
    public void add(CounterDefinition counter, ParentRow row, long amount) {
        if (dropped.contains(row)) {
            return;
        }
        Map<CounterDefinition, Long> amounts = rows.computeIfAbsent(row, any -> new TreeMap<>(BY_COLUMN));
        amounts.merge(counter, amount, (sum, more) -> sum + more == 0 ? null : sum + more);
        if (amounts.isEmpty()) {
            rows.remove(row);
        }
    }

    /**
     * What a row has to move by.
     *
     * @param row the row
     * @return counters and amounts, empty if there is nothing to move
     */
    public Map<CounterDefinition, Long> of(ParentRow row) {
        return rows.getOrDefault(row, Map.of());
    }

    /**
     * Forgets a row that is deleted, and whatever it would have to move by from now on.
     *
     * @param row the deleted row
     */
    public void drop(ParentRow row) {
        rows.remove(row);
        dropped.add(row);
    }

    /**
     * Takes a row up again that was dropped and is inserted anew.
     *
     * @param row the inserted row
     */
    public void revive(ParentRow row) {
        dropped.remove(row);
    }

    /**
     * Whether a row of one of these tables has to move.
     *
     * @param tables names of tables
     * @return true if there is a delta for one of them
     */
    public boolean concern(Set<String> tables) {
        return rows.keySet().stream().anyMatch(row -> tables.contains(row.table()));
    }

    /**
     * Whether nothing has to move.
     *
     * @return true if there is no delta
     */
    public boolean isEmpty() {
        return rows.isEmpty();
    }

    /**
     * Takes all deltas out.
     *
     * @param lockOrder the order in which every transaction locks rows; the same order everywhere is what keeps counter
     *     updates from deadlocking each other
     * @return what has to move, in that order
     */
    public List<RowDeltas> drain(Comparator<ParentRow> lockOrder) {
        List<RowDeltas> drained = new ArrayList<>(rows.size());
        rows.forEach((row, amounts) -> drained.add(new RowDeltas(row, amounts)));
        rows.clear();
        drained.sort(Comparator.comparing(RowDeltas::row, lockOrder));
        return drained;
    }
}
