package io.countercache.hibernate.internal.write;

import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.sql.ArrayUpdate;
import io.countercache.hibernate.internal.sql.LockOrder;
import io.countercache.hibernate.internal.write.CounterDeltas.RowDeltas;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.jspecify.annotations.Nullable;

/**
 * Rows that are written together: neighbours in lock order, whatever counters each of them moves.
 *
 * @param update moves all counters that one of the rows moves
 * @param array how they are written by one statement; null where each needs its own
 */
record StatementRows(
        CounterUpdate update,
        List<RowDeltas> rows,
        List<Object> ids,
        @Nullable ArrayUpdate array) {

    /** Rows of one table and one entity, as many as one statement may have. */
    static List<List<RowDeltas>> chunks(
            List<RowDeltas> rows, CounterSql sql, SharedSessionContractImplementor session) {
        List<List<RowDeltas>> chunks = new ArrayList<>();
        int most = LockOrder.rowsAtOnce(session);
        int from = 0;
        while (from < rows.size()) {
            int to = endOfChunk(rows, from, most, sql);
            chunks.add(rows.subList(from, to));
            from = to;
        }
        return chunks;
    }

    private static int endOfChunk(List<RowDeltas> rows, int from, int most, CounterSql sql) {
        String table = rows.get(from).row().table();
        SortedSet<CounterDefinition> counters = counters(rows.subList(from, from + 1));
        int to = from + 1;
        while (to < rows.size()
                && to - from < most
                && rows.get(to).row().table().equals(table)
                && join(counters, rows.get(to), sql)) {
            to++;
        }
        return to;
    }

    /** Adds the counters of a row, unless no UPDATE can move all of them. */
    private static boolean join(SortedSet<CounterDefinition> counters, RowDeltas row, CounterSql sql) {
        if (counters.containsAll(row.amounts().keySet())) {
            return true;
        }
        SortedSet<CounterDefinition> all = new TreeSet<>(counters);
        all.addAll(row.amounts().keySet());
        return sql.haveOneUpdate(row.row().table(), all) && counters.addAll(all);
    }

    private static SortedSet<CounterDefinition> counters(List<RowDeltas> rows) {
        SortedSet<CounterDefinition> counters = new TreeSet<>(Amounts.BY_COLUMN);
        rows.forEach(row -> counters.addAll(row.amounts().keySet()));
        return counters;
    }

    /**
     * The rows of a chunk in one statement, where it can touch only some of its rows. In others each row touches the same
     * attributes.
     */
    static List<StatementRows> of(List<RowDeltas> chunk, CounterSql sql, SharedSessionContractImplementor session) {
        StatementRows all = together(chunk, sql, session);
        if (all.array != null || all.update.touched().isEmpty()) {
            return List.of(all);
        }
        List<StatementRows> parts = new ArrayList<>();
        int from = 0;
        while (from < chunk.size()) {
            Set<String> touched = chunk.get(from).touched();
            int to = from + 1;
            while (to < chunk.size() && chunk.get(to).touched().equals(touched)) {
                to++;
            }
            parts.add(together(chunk.subList(from, to), sql, session));
            from = to;
        }
        return parts;
    }

    private static StatementRows together(
            List<RowDeltas> rows, CounterSql sql, SharedSessionContractImplementor session) {
        CounterUpdate update = sql.update(rows.get(0).row().table(), counters(rows));
        List<Object> ids = rows.stream().map(row -> row.row().id()).toList();
        ArrayUpdate array = update.many() == null ? null : ArrayUpdate.of(ids, update.parent(), session);
        return new StatementRows(update, rows, ids, array);
    }
}
