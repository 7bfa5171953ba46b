package io.countercache.hibernate.internal.path;

import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.model.CounterPaths;
import io.countercache.hibernate.internal.model.CounterPaths.PathStep;
import io.countercache.hibernate.internal.model.ParentRow;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.sql.Columns;
import io.countercache.hibernate.internal.sql.LockOrder;
import io.countercache.hibernate.internal.sql.Statements;
import io.countercache.hibernate.internal.support.Chunks;
import io.countercache.hibernate.internal.write.CounterDeltas;
import io.countercache.hibernate.internal.write.CounterDeltas.RowDeltas;
import io.countercache.hibernate.internal.write.CounterSql;
import io.countercache.hibernate.internal.write.CounterWriter;
import java.math.BigDecimal;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.jspecify.annotations.Nullable;

/**
 * Writes deltas, and finds the parents at the end of paths while it does.
 *
 * <p>Where a row on a path leads is read under a lock on that row. This decides between two transactions of which one adds a
 * child beneath the row and the other one moves the row: whichever gets the lock second sees what the first has committed. A
 * transaction that moves a row has locked it by its UPDATE, and takes along everything that is beneath it now.
 */
public final class PathWriter {

    private final CounterModel model;
    private final CounterSql sql;
    private final CounterWriter writer;
    private final PathReads reads;

    /** Shows a delta on the instance of a parent, if the session manages one. */
    public interface Showing {
        void show(CounterDefinition counter, Object id, BigDecimal amount, SharedSessionContractImplementor session);
    }

    public PathWriter(CounterModel model, CounterSql sql, CounterWriter writer, PathReads reads) {
        this.model = model;
        this.sql = sql;
        this.writer = writer;
        this.reads = reads;
    }

    /**
     * Writes all deltas and leaves none.
     *
     * @param showing corrects what was shown before it was known where the paths lead
     */
    public void write(
            CounterDeltas deltas, PathDeltas paths, Showing showing, SharedSessionContractImplementor session) {
        if (paths.isEmpty()) {
            writer.write(deltas, session);
        } else {
            new Run(deltas, paths, showing, session).write(false);
        }
    }

    /** The same, but leaves those of the last statement if the COMMIT can be sent along with it. */
    public void writeAllButLast(
            CounterDeltas deltas, PathDeltas paths, Showing showing, SharedSessionContractImplementor session) {
        if (paths.isEmpty()) {
            writer.spread(deltas, session);
            writer.writeAllButLast(deltas, session);
        } else {
            new Run(deltas, paths, showing, session).write(true);
        }
    }

    /** Whether {@link #writeAllButLast} may leave anything. */
    public boolean commitsAlong() {
        return writer.commitsAlong();
    }

    /** Writes what {@link #writeAllButLast} has left, and commits. */
    public void writeAndCommit(CounterDeltas deltas, SharedSessionContractImplementor session) {
        writer.writeAndCommit(deltas, session);
    }

    /** One write. */
    private final class Run {

        private final CounterDeltas deltas;
        private final PathDeltas paths;
        private final Showing showing;
        private final SharedSessionContractImplementor session;
        private final CounterPaths known = model.paths();
        private final Comparator<ParentRow> lockOrder;
        /** The deltas at the end of the paths, to be compared with what was shown. */
        private final CounterDeltas arrived = new CounterDeltas();
        /** The rows that deltas have only passed: nothing of the rows themselves has changed. */
        private final Map<PathStep, Set<Object>> passed = new HashMap<>();

        Run(CounterDeltas deltas, PathDeltas paths, Showing showing, SharedSessionContractImplementor session) {
            this.deltas = deltas;
            this.paths = paths;
            this.showing = showing;
            this.session = session;
            this.lockOrder = sql.lockOrder(session);
        }

        void write(boolean leavesLast) {
            writer.spread(deltas, session);
            boolean isLast = false;
            for (Set<String> tables = tables(); !isLast && !tables.isEmpty(); tables = tables()) {
                Set<String> group = known.order().firstGroup(tables);
                // a path may lead from a group back into it: then there are more steps to follow
                for (List<PathStep> steps = stepsIn(group); !steps.isEmpty(); steps = stepsIn(group)) {
                    follow(steps, group);
                }
                Set<String> declared = new HashSet<>();
                group.forEach(table -> declared.addAll(model.tables().declaredFor(table)));
                correctShown(declared);
                confirmPassed();
                isLast = leavesLast && group.containsAll(tables());
                if (isLast) {
                    writer.writeAllButLast(deltas, session);
                } else {
                    writer.write(deltas, group, session);
                }
            }
            correctShown(paths.shown().tables());
        }

        private Set<String> tables() {
            Set<String> tables = new HashSet<>(deltas.tables());
            paths.steps().forEach(step -> tables.add(step.table()));
            return tables;
        }

        private List<PathStep> stepsIn(Set<String> group) {
            return paths.steps().stream()
                    .filter(step -> group.contains(step.table()))
                    .toList();
        }

        /** In a group of tables that lead to each other, rows of the next steps have to be locked in one order with those of this step. */
        private void follow(List<PathStep> steps, Set<String> group) {
            Map<String, Set<Object>> rows = new TreeMap<>(known.order().comparator());
            for (PathStep step : steps) {
                Set<Object> ids = paths.rows(step);
                rows.computeIfAbsent(step.table(), any -> new HashSet<>()).addAll(ids);
                reads.lookAhead(step, ids, group::contains, paths::origin, rows, session);
            }
            Map<PathStep, Map<Object, @Nullable Object>> next = new HashMap<>();
            rows.forEach((table, ids) -> {
                ids.addAll(deltas.ids(table));
                next.putAll(reads.lock(table, ids, steps, session));
            });
            steps.stream()
                    .filter(step -> steps.stream().noneMatch(step::comesAfter)) // earlier steps add to later ones
                    .forEach(step -> pass(step, next.getOrDefault(step, Map.of())));
        }

        /** Passes the deltas at rows of a step on to where each of the rows leads. */
        private void pass(PathStep step, Map<Object, @Nullable Object> next) {
            for (Object id : paths.rows(step)) {
                BigDecimal change = paths.beneath(step, id);
                boolean isMoved = paths.isMoved(step, id);
                Object origin = paths.origin(step, id);
                paths.remove(step, id);
                if (isMoved) {
                    BigDecimal all = reads.beneath(step, id, session);
                    arrive(step, origin, change.subtract(all));
                    arrive(step, next.get(id), all);
                } else {
                    arrive(step, next.get(id), change);
                    if (next.containsKey(id)) {
                        passed.computeIfAbsent(step, any -> new HashSet<>()).add(id);
                    }
                }
            }
        }

        private void arrive(PathStep step, @Nullable Object id, BigDecimal amount) {
            if (id == null || amount.signum() == 0) {
                return;
            }
            PathStep following = known.after(step);
            if (following != null) {
                paths.add(following, id, amount);
            } else {
                for (String table : writer.tables(step.counter(), id, session)) {
                    deltas.add(step.counter(), new ParentRow(table, id), amount);
                }
                arrived.add(step.counter(), id, amount);
            }
        }

        /** Corrects what instances show of counters in some tables, now that the deltas of these are known. */
        private void correctShown(Set<String> tables) {
            CounterDeltas differences = new CounterDeltas();
            for (RowDeltas row : arrived.drain(tables, lockOrder)) {
                row.amounts().forEach((counter, amount) -> differences.add(counter, row.row(), amount));
            }
            for (RowDeltas row : paths.shown().drain(tables, lockOrder)) {
                row.amounts().forEach((counter, amount) -> differences.add(counter, row.row(), amount.negate()));
            }
            for (RowDeltas row : differences.drain(lockOrder)) {
                row.amounts()
                        .forEach((counter, amount) ->
                                showing.show(counter, row.row().id(), amount, session));
            }
        }

        /**
         * Writes passed rows as they are. A transaction with an older snapshot does not notice a lock: if it moves one of
         * these rows, it misses the child that is new beneath it. An UPDATE of the row makes it fail instead.
         */
        private void confirmPassed() {
            passed.forEach((step, ids) -> {
                ids.removeAll(deltas.ids(step.table()));
                if (!ids.isEmpty()) {
                    confirm(step, ids);
                }
            });
            passed.clear();
        }

        private void confirm(PathStep step, Set<Object> ids) {
            String text = Columns.updateAsItIs(step.table(), step.columns().get(0), step.entity());
            for (List<Object> chunk : Chunks.of(ids, LockOrder.rowsAtOnce(session))) {
                Statements.send(text, () -> "confirm " + Entities.name(step.entity()), session, statement -> {
                    for (Object id : chunk) {
                        Columns.bindId(id, step.entity(), statement, 1, session);
                        statement.addBatch();
                    }
                    return Statements.executeBatch(statement, session).length;
                });
            }
        }
    }
}
