package io.countercache.hibernate.internal.path;

import io.countercache.hibernate.internal.count.CountQuery;
import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.model.CounterPaths;
import io.countercache.hibernate.internal.model.CounterPaths.PathStep;
import io.countercache.hibernate.internal.model.ParentRow;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.sql.Columns;
import io.countercache.hibernate.internal.sql.OwnQueries;
import io.countercache.hibernate.internal.sql.RowLocks;
import io.countercache.hibernate.internal.support.Numbers;
import io.countercache.hibernate.internal.write.CounterDeltas;
import io.countercache.hibernate.internal.write.CounterDeltas.RowDeltas;
import io.countercache.hibernate.internal.write.CounterSql;
import io.countercache.hibernate.internal.write.CounterWriter;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/**
 * Finds, while all is written, which rows further up have to move.
 *
 * <p>Where a row on the way leads to is read under a lock on that row. So it is settled between two transactions of which
 * one adds a child beneath a row and the other moves that row: the second to have the lock sees what the first has done. A
 * transaction that moves a row has its lock since then, and takes along what is beneath it now.
 */
public final class PathWriter {

    private final CounterModel model;
    private final CounterSql sql;
    private final CounterWriter writer;
    private final OwnQueries queries;

    /** Shows a delta on the instance of a row, if a session manages one. */
    public interface Showing {
        void show(CounterDefinition counter, Object id, BigDecimal amount, SharedSessionContractImplementor session);
    }

    public PathWriter(CounterModel model, CounterSql sql, CounterWriter writer, OwnQueries queries) {
        this.model = model;
        this.sql = sql;
        this.writer = writer;
        this.queries = queries;
    }

    /** Writes all deltas and leaves none; puts right what was shown before it was known where the paths lead. */
    public void write(
            CounterDeltas deltas, PathDeltas paths, Showing showing, SharedSessionContractImplementor session) {
        if (paths.isEmpty()) {
            writer.write(deltas, session);
        } else {
            new Run(deltas, paths, showing, session).write();
        }
    }

    /** One write. */
    private final class Run {

        private final CounterDeltas deltas;
        private final PathDeltas paths;
        private final Showing showing;
        private final SharedSessionContractImplementor session;
        private final CounterPaths model;
        /** What the paths have led to, to be compared with what was shown. */
        private final CounterDeltas arrived = new CounterDeltas();
        /** The rows that were only passed: nothing of them has changed. */
        private final Map<PathStep, Set<Object>> passed = new HashMap<>();

        Run(CounterDeltas deltas, PathDeltas paths, Showing showing, SharedSessionContractImplementor session) {
            this.deltas = deltas;
            this.paths = paths;
            this.showing = showing;
            this.session = session;
            this.model = PathWriter.this.model.paths(session.getFactory());
        }

        public void write() {
            writer.spread(deltas, session);
            for (Set<String> tables = tables(); !tables.isEmpty(); tables = tables()) {
                Set<String> group = model.order().firstGroup(tables);
                // a group that leads back to itself has more to follow after each step
                for (List<PathStep> steps = stepsIn(group); !steps.isEmpty(); steps = stepsIn(group)) {
                    follow(steps, group);
                }
                settle(PathWriter.this.model.declaredFor(group, session));
                confirmPassed();
                writer.write(deltas, group, session);
            }
            settle(paths.shown().tables());
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

        private void follow(List<PathStep> steps, Set<String> group) {
            Map<String, Set<Object>> rows = new TreeMap<>(model.order().comparator());
            for (PathStep step : steps) {
                lookAhead(step, paths.rows(step), group, rows);
            }
            Map<PathStep, Map<Object, @Nullable Object>> next = new HashMap<>();
            rows.forEach((table, ids) -> {
                ids.addAll(deltas.ids(table));
                next.putAll(lock(table, ids, steps));
            });
            steps.stream()
                    .filter(step -> steps.stream().noneMatch(step::comesAfter)) // what comes through those comes first
                    .forEach(step -> pass(step, next.getOrDefault(step, Map.of())));
        }

        /**
         * Gathers the rows to lock. In a group of tables that lead back to themselves those of the next steps have to be
         * locked in one order with those of this one: they are looked for without a lock, and again under it.
         */
        private void lookAhead(PathStep step, Set<Object> ids, Set<String> group, Map<String, Set<Object>> rows) {
            rows.computeIfAbsent(step.table(), any -> new HashSet<>()).addAll(ids);
            if (ids.isEmpty() || !model.order().isCircular(step.table())) {
                return;
            }
            Set<Object> next = new HashSet<>(read(step, ids).values());
            ids.forEach(id -> next.add(paths.origin(step, id)));
            next.remove(null);
            PathStep following = model.after(step);
            if (following != null) {
                if (group.contains(following.table())) {
                    lookAhead(following, next, group, rows);
                }
            } else if (group.contains(step.counter().table())) {
                rows.computeIfAbsent(step.counter().table(), any -> new HashSet<>())
                        .addAll(next);
            }
        }

        /** Locks rows of a table; where each of these steps leads from them. */
        private Map<PathStep, Map<Object, @Nullable Object>> lock(
                String table, Set<Object> ids, List<PathStep> allSteps) {
            List<PathStep> steps =
                    allSteps.stream().filter(step -> step.table().equals(table)).toList();
            if (steps.isEmpty()) {
                lockOnly(table, ids);
                return Map.of();
            }
            List<PathStep> readHere = steps.stream().filter(PathStep::hasId).toList();
            List<String> columns =
                    readHere.stream().flatMap(step -> step.columns().stream()).toList();
            Map<Object, List<@Nullable Object>> locked =
                    RowLocks.lock(ids, steps.get(0).entity(), table, columns, row -> ids(row, readHere), session);
            Map<PathStep, Map<Object, @Nullable Object>> next = new HashMap<>();
            for (PathStep step : steps) {
                int column = readHere.indexOf(step);
                Map<Object, @Nullable Object> led = new HashMap<>();
                if (column < 0) {
                    led.putAll(read(step, locked.keySet()));
                } else {
                    locked.forEach((id, values) -> led.put(id, values.get(column)));
                }
                next.put(step, led);
            }
            return next;
        }

        private void lockOnly(String table, Set<Object> ids) {
            EntityPersister passed = model.entityIn(table);
            EntityPersister entity = passed == null ? PathWriter.this.model.parentIn(table, session) : passed;
            RowLocks.lock(ids, entity, table, session);
        }

        private List<@Nullable Object> ids(ResultSet row, List<PathStep> steps) throws SQLException {
            List<@Nullable Object> ids = new ArrayList<>();
            for (PathStep step : steps) {
                ids.add(Columns.readId(step.target(), row, ids.size() + 1, session));
            }
            return ids;
        }

        /** Where a step leads from some rows; nothing for a row that is not there. */
        private Map<Object, @Nullable Object> read(PathStep step, Collection<Object> ids) {
            String hql = "select id(e), id(next) from %s e left join e.%s next where id(e) in :ids"
                    .formatted(step.entity().getImportedName(), step.attribute());
            Map<Object, @Nullable Object> next = new HashMap<>();
            queries.forEach(hql, Object[].class, ids, session, row -> next.put(row[0], row[1]));
            return next;
        }

        /** Passes on what is pending for the rows of a step to where each of them leads. */
        private void pass(PathStep step, Map<Object, @Nullable Object> next) {
            for (Object id : paths.rows(step)) {
                BigDecimal change = paths.beneath(step, id);
                boolean isMoved = paths.isMoved(step, id);
                Object origin = paths.origin(step, id);
                paths.remove(step, id);
                if (isMoved) {
                    BigDecimal all = beneath(step, id);
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

        /** All that is counted beneath a row now. */
        private BigDecimal beneath(PathStep step, Object id) {
            Entities.refuseFilters(Entities.entity(step.counter().child(), session.getFactory()), session);
            CountQuery count =
                    new CountQuery(step.entity(), step.counter(), PathWriter.this.model.where(step.counter(), "c"));
            Number total = queries.quietly(
                    session,
                    open -> open.createSelectionQuery(count.beneath(step.index()), Number.class)
                            .setParameter("id", id)
                            .getSingleResult());
            return total == null ? BigDecimal.ZERO : Numbers.exact(total);
        }

        private void arrive(PathStep step, @Nullable Object id, BigDecimal amount) {
            if (id == null || amount.signum() == 0) {
                return;
            }
            PathStep following = model.after(step);
            if (following != null) {
                paths.add(following, id, amount);
            } else {
                for (String table : writer.tables(step.counter(), id, session)) {
                    deltas.add(step.counter(), new ParentRow(table, id), amount);
                }
                arrived.add(step.counter(), new ParentRow(step.counter().table(), id), amount);
            }
        }

        /** Puts right what was shown of the rows of some tables, now that it is known what they move by. */
        private void settle(Set<String> tables) {
            CounterDeltas differences = new CounterDeltas();
            for (RowDeltas row : arrived.drain(tables, sql.lockOrder(session))) {
                row.amounts().forEach((counter, amount) -> differences.add(counter, row.row(), amount));
            }
            for (RowDeltas row : paths.shown().drain(tables, sql.lockOrder(session))) {
                row.amounts().forEach((counter, amount) -> differences.add(counter, row.row(), amount.negate()));
            }
            for (RowDeltas row : differences.drain(sql.lockOrder(session))) {
                row.amounts()
                        .forEach((counter, amount) ->
                                showing.show(counter, row.row().id(), amount, session));
            }
        }

        /**
         * A lock is not seen by a transaction that reads an older snapshot: if that moves one of these rows, it would miss
         * what has just come beneath it. An UPDATE makes it fail instead.
         */
        private void confirmPassed() {
            passed.forEach((step, ids) -> {
                ids.removeAll(deltas.ids(step.table()));
                writer.confirm(step, ids, session);
            });
            passed.clear();
        }
    }
}
