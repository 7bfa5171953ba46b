package io.countercache.hibernate.internal.write;

import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.ParentRow;
import io.countercache.hibernate.internal.support.UndoLog;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The deltas of counters, summed for each row and counter until they are drained. A delta that is zero disappears. Not
 * thread-safe.
 */
public final class CounterDeltas {

    // by parent, too: two subclasses in one table may have counters of the same name in different columns
    private static final Comparator<CounterDefinition> BY_COLUMN = Comparator.comparing(CounterDefinition::table)
            .thenComparing(CounterDefinition::counter)
            .thenComparing(CounterDefinition::parent);

    private final Map<ParentRow, Map<CounterDefinition, BigDecimal>> rows = new HashMap<>();
    private final Set<ParentRow> dropped = new HashSet<>();
    private final UndoLog<ParentRow, RowState> undo = new UndoLog<>();

    private record RowState(Map<CounterDefinition, BigDecimal> amounts, boolean isDropped) {}

    /**
     * The deltas of one row.
     *
     * @param amounts for each counter, in the order of their names; never zero
     */
    public record RowDeltas(ParentRow row, Map<CounterDefinition, BigDecimal> amounts) {}

    /** Adds to the delta of a counter, unless the row was dropped. */
    public void add(CounterDefinition counter, ParentRow row, BigDecimal amount) {
        if (dropped.contains(row) || amount.signum() == 0) {
            return;
        }
        beforeChange(row);
        Map<CounterDefinition, BigDecimal> amounts = rows.computeIfAbsent(row, any -> new TreeMap<>(BY_COLUMN));
        amounts.merge(counter, amount, (sum, more) -> {
            BigDecimal total = sum.add(more);
            return total.signum() == 0 ? null : total;
        });
        if (amounts.isEmpty()) {
            rows.remove(row);
        }
    }

    /** The deltas of a row for each counter; empty if there are none. */
    public Map<CounterDefinition, BigDecimal> of(ParentRow row) {
        return rows.getOrDefault(row, Map.of());
    }

    /** Forgets the deltas of a row that is deleted, and ignores those that are added from now on. */
    public void drop(ParentRow row) {
        beforeChange(row);
        rows.remove(row);
        dropped.add(row);
    }

    /** Takes up a row again that was dropped and is now inserted. */
    public void revive(ParentRow row) {
        beforeChange(row);
        dropped.remove(row);
    }

    public boolean isEmpty() {
        return rows.isEmpty();
    }

    /** Whether there are deltas of rows in one of these tables. */
    public boolean concern(Set<String> tables) {
        return rows.keySet().stream().anyMatch(row -> tables.contains(row.table()));
    }

    /** The tables of all rows with deltas. */
    public Set<String> tables() {
        return rows.keySet().stream().map(ParentRow::table).collect(Collectors.toSet());
    }

    /** The ids of the rows of one table with deltas. */
    public Set<Object> ids(String table) {
        return rows.keySet().stream()
                .filter(row -> row.table().equals(table))
                .map(ParentRow::id)
                .collect(Collectors.toSet());
    }

    /**
     * Takes out all deltas, in lock order.
     *
     * @param lockOrder the order in which all transactions lock rows: without it, updates of counters would deadlock each
     *     other
     */
    public List<RowDeltas> drain(Comparator<ParentRow> lockOrder) {
        return drain(tables(), lockOrder);
    }

    /** Takes out the deltas of rows in these tables, in lock order. */
    public List<RowDeltas> drain(Set<String> tables, Comparator<ParentRow> lockOrder) {
        List<RowDeltas> drained = new ArrayList<>(rows.size());
        rows.forEach((row, amounts) -> {
            if (tables.contains(row.table())) {
                drained.add(new RowDeltas(row, amounts));
            }
        });
        drained.forEach(deltas -> {
            beforeChange(deltas.row());
            rows.remove(deltas.row());
        });
        drained.sort(Comparator.comparing(RowDeltas::row, lockOrder));
        return drained;
    }

    /** Sets a savepoint; returns its number, counted from 0. */
    public int savepoint() {
        return undo.savepoint();
    }

    /** Restores the deltas at a savepoint: removes what was added since, and puts back what was drained. Forgets the savepoint. */
    public void rollback(int savepoint) {
        undo.rollback(savepoint, this::restore);
    }

    private void beforeChange(ParentRow row) {
        if (undo.isRecording()) {
            undo.beforeChange(row, same -> new RowState(copy(of(same)), dropped.contains(same)));
        }
    }

    private void restore(ParentRow row, RowState state) {
        rows.remove(row);
        dropped.remove(row);
        if (!state.amounts().isEmpty()) {
            rows.put(row, copy(state.amounts()));
        }
        if (state.isDropped()) {
            dropped.add(row);
        }
    }

    private static Map<CounterDefinition, BigDecimal> copy(Map<CounterDefinition, BigDecimal> amounts) {
        Map<CounterDefinition, BigDecimal> copy = new TreeMap<>(BY_COLUMN);
        copy.putAll(amounts);
        return copy;
    }
}
