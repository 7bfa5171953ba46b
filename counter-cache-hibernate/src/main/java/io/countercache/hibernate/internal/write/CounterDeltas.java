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
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The deltas of counters, summed for each row and counter until they are drained. A delta that is zero disappears. Not
 * thread-safe.
 */
public final class CounterDeltas {

    /** By table: every query of a transaction asks what is pending in its tables, however many rows that are. */
    private final Map<String, Rows> tables = new HashMap<>();

    private final UndoLog<ParentRow, RowState> undo = new UndoLog<>();

    /** What is pending for rows of one table, by their ids. */
    private static final class Rows {
        Map<Object, Amounts> pending = new HashMap<>();
        final Set<Object> dropped = new HashSet<>();

        void set(Object id, @Nullable Amounts amounts) {
            if (amounts == null) {
                pending.remove(id);
            } else {
                pending.put(id, amounts);
            }
        }
    }

    private record RowState(@Nullable Amounts amounts, boolean isDropped) {}

    /**
     * The deltas of one row.
     *
     * @param amounts for each counter, in the order of their names; never zero
     */
    public record RowDeltas(ParentRow row, Map<CounterDefinition, BigDecimal> amounts) {

        /** The names of the attributes that are touched along with these counters. */
        Set<String> touched() {
            return amounts.keySet().stream()
                    .flatMap(counter -> counter.touch().stream())
                    .collect(Collectors.toSet());
        }
    }

    /** Adds to the delta of a counter, unless a child of a dropped row goes. */
    public void add(CounterDefinition counter, ParentRow row, BigDecimal amount) {
        add(counter, row.table(), row.id(), amount);
    }

    /** Adds to the delta of a counter in the table that it is declared for, unless a child of a dropped row goes. */
    public void add(CounterDefinition counter, Object id, BigDecimal amount) {
        add(counter, counter.table(), id, amount);
    }

    @SuppressWarnings("ReferenceEquality") // the same chain is in its place already
    private void add(CounterDefinition counter, String table, Object id, BigDecimal amount) {
        Rows rows = rows(table);
        if (amount.signum() == 0) {
            return;
        }
        boolean isDropped = rows.dropped.contains(id);
        if (isDropped && amount.signum() < 0 && counter.sum().isEmpty()) {
            return; // a child of the row that is gone
        }
        beforeChange(table, id);
        if (isDropped) {
            rows.dropped.remove(id); // a child refers to the row: it was inserted again, by whatever statement
        }
        rows.set(id, Amounts.add(rows.pending.get(id), counter, amount));
    }

    private Rows rows(String table) {
        return tables.computeIfAbsent(table, any -> new Rows());
    }

    /** The deltas of a row for each counter; empty if there are none. */
    public Map<CounterDefinition, BigDecimal> of(ParentRow row) {
        Amounts amounts = amounts(row);
        return amounts == null ? Map.of() : amounts;
    }

    private @Nullable Amounts amounts(ParentRow row) {
        Rows rows = tables.get(row.table());
        return rows == null ? null : rows.pending.get(row.id());
    }

    /** Forgets the deltas of a row that is deleted, and ignores its children that go, until a new one comes. */
    public void drop(ParentRow row) {
        beforeChange(row.table(), row.id());
        Rows rows = rows(row.table());
        rows.pending.remove(row.id());
        rows.dropped.add(row.id());
    }

    /** Takes up a row again that was dropped and is now inserted. */
    public void revive(ParentRow row) {
        beforeChange(row.table(), row.id());
        rows(row.table()).dropped.remove(row.id());
    }

    public boolean isEmpty() {
        for (Rows rows : tables.values()) {
            if (!rows.pending.isEmpty()) {
                return false;
            }
        }
        return true;
    }

    /** How many rows have deltas. */
    public int size() {
        int size = 0;
        for (Rows rows : tables.values()) {
            size += rows.pending.size();
        }
        return size;
    }

    /** Whether there are deltas of rows in this table. */
    public boolean concern(String table) {
        Rows rows = tables.get(table);
        return rows != null && !rows.pending.isEmpty();
    }

    /** The tables of all rows with deltas. */
    public Set<String> tables() {
        Set<String> concerned = new HashSet<>(tables.keySet());
        concerned.removeIf(table -> !concern(table));
        return concerned;
    }

    /** The ids of the rows of one table with deltas: a view, until deltas change. */
    public Set<Object> ids(String table) {
        Rows rows = tables.get(table);
        return rows == null ? Set.of() : rows.pending.keySet();
    }

    /**
     * Takes out all deltas, in lock order.
     *
     * @param lockOrder the order in which all transactions lock rows: without it, updates of counters would deadlock each
     *     other
     */
    public List<RowDeltas> drain(Comparator<ParentRow> lockOrder) {
        return drain(tables.keySet(), lockOrder);
    }

    /** Takes out the deltas of rows in these tables, in lock order. */
    public List<RowDeltas> drain(Set<String> names, Comparator<ParentRow> lockOrder) {
        List<RowDeltas> drained = new ArrayList<>();
        for (String table : names) {
            Rows rows = tables.get(table);
            if (rows != null && !rows.pending.isEmpty()) {
                rows.pending.forEach((id, amounts) -> {
                    beforeChange(table, id);
                    drained.add(new RowDeltas(new ParentRow(table, id), amounts));
                });
                rows.pending = new HashMap<>();
            }
        }
        drained.sort(Comparator.comparing(RowDeltas::row, lockOrder));
        return drained;
    }

    /** Puts deltas back that were taken out. */
    void restore(RowDeltas row) {
        row.amounts().forEach((counter, amount) -> add(counter, row.row(), amount));
    }

    /** Sets a savepoint; returns its number, counted from 0. */
    public int savepoint() {
        return undo.savepoint();
    }

    /** Restores the deltas at a savepoint: removes what was added since, and puts back what was drained. Forgets the savepoint. */
    public void rollback(int savepoint) {
        undo.rollback(savepoint, this::restore);
    }

    private void beforeChange(String table, Object id) {
        if (undo.isRecording()) {
            undo.beforeChange(new ParentRow(table, id), this::state);
        }
    }

    private RowState state(ParentRow row) {
        return new RowState(
                Amounts.copy(amounts(row)), rows(row.table()).dropped.contains(row.id()));
    }

    private void restore(ParentRow row, RowState state) {
        Rows rows = rows(row.table());
        rows.set(row.id(), state.amounts());
        if (state.isDropped()) {
            rows.dropped.add(row.id());
        } else {
            rows.dropped.remove(row.id());
        }
    }
}
