package io.countercache.hibernate.internal.write;

import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.ParentRow;
import java.math.BigDecimal;
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

    private final Map<ParentRow, Map<CounterDefinition, BigDecimal>> rows = new HashMap<>();
    private final Set<ParentRow> dropped = new HashSet<>();
    /** What the rows that have changed since each savepoint were before; the last savepoint comes last. */
    private final List<Map<ParentRow, RowState>> savepoints = new ArrayList<>();

    private record RowState(Map<CounterDefinition, BigDecimal> amounts, boolean isDropped) {}

    /**
     * What one row has to move by.
     *
     * @param row the row
     * @param amounts counters and amounts, none of them zero, ordered by the name of the counter
     */
    public record RowDeltas(ParentRow row, Map<CounterDefinition, BigDecimal> amounts) {}

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
        add(counter, row, BigDecimal.valueOf(amount));
    }

    /**
     * The same with an amount that may have a fraction.
     *
     * @param counter the counter
     * @param row the row that carries it
     * @param amount by how much
     */
    public void add(CounterDefinition counter, ParentRow row, BigDecimal amount) {
        if (dropped.contains(row) || amount.signum() == 0) {
            return;
        }
        remember(row);
        Map<CounterDefinition, BigDecimal> amounts = rows.computeIfAbsent(row, any -> new TreeMap<>(BY_COLUMN));
        amounts.merge(counter, amount, (sum, more) -> {
            BigDecimal total = sum.add(more);
            return total.signum() == 0 ? null : total;
        });
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
    public Map<CounterDefinition, BigDecimal> of(ParentRow row) {
        return rows.getOrDefault(row, Map.of());
    }

    /**
     * Forgets a row that is deleted, and whatever it would have to move by from now on.
     *
     * @param row the deleted row
     */
    public void drop(ParentRow row) {
        remember(row);
        rows.remove(row);
        dropped.add(row);
    }

    /**
     * Takes a row up again that was dropped and is inserted anew.
     *
     * @param row the inserted row
     */
    public void revive(ParentRow row) {
        remember(row);
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
     * The tables that have rows that have to move.
     *
     * @return their names
     */
    public Set<String> tables() {
        Set<String> tables = new HashSet<>();
        rows.keySet().forEach(row -> tables.add(row.table()));
        return tables;
    }

    /**
     * The rows of one table that have to move.
     *
     * @param table the name of the table
     * @return their ids
     */
    public Set<Object> ids(String table) {
        Set<Object> ids = new HashSet<>();
        rows.keySet().stream().filter(row -> row.table().equals(table)).forEach(row -> ids.add(row.id()));
        return ids;
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
        return drain(tables(), lockOrder);
    }

    /**
     * Takes the deltas of some tables out.
     *
     * @param tables the names of the tables
     * @param lockOrder the order in which every transaction locks rows
     * @return what has to move, in that order
     */
    public List<RowDeltas> drain(Set<String> tables, Comparator<ParentRow> lockOrder) {
        List<RowDeltas> drained = new ArrayList<>(rows.size());
        rows.forEach((row, amounts) -> {
            if (tables.contains(row.table())) {
                drained.add(new RowDeltas(row, amounts));
            }
        });
        drained.forEach(deltas -> {
            remember(deltas.row());
            rows.remove(deltas.row());
        });
        drained.sort(Comparator.comparing(RowDeltas::row, lockOrder));
        return drained;
    }

    /**
     * Begins what can be taken back. It costs as much as there are rows that change afterwards.
     *
     * @return the number of the savepoint, counted from 0
     */
    public int savepoint() {
        savepoints.add(new HashMap<>());
        return savepoints.size() - 1;
    }

    /**
     * Takes back whatever has happened since a savepoint: what was added is gone, what was drained is there again. Forgets
     * that savepoint and those after it.
     *
     * @param savepoint its number
     */
    public void rollback(int savepoint) {
        while (savepoints.size() > savepoint) {
            savepoints.remove(savepoints.size() - 1).forEach(this::restore);
        }
    }

    private void remember(ParentRow row) {
        if (!savepoints.isEmpty()) {
            savepoints
                    .get(savepoints.size() - 1)
                    .computeIfAbsent(row, any -> new RowState(copy(of(row)), dropped.contains(row)));
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
