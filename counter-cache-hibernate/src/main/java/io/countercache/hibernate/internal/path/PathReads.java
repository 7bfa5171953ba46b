package io.countercache.hibernate.internal.path;

import io.countercache.hibernate.internal.count.CountQuery;
import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.model.CounterPaths.PathStep;
import io.countercache.hibernate.internal.model.WatchedAttribute;
import io.countercache.hibernate.internal.model.WatchedEntity.PassedBy;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.orm.Hql;
import io.countercache.hibernate.internal.sql.Columns;
import io.countercache.hibernate.internal.sql.OldRows;
import io.countercache.hibernate.internal.sql.OwnQueries;
import io.countercache.hibernate.internal.sql.RowLocks;
import io.countercache.hibernate.internal.support.Chunks;
import io.countercache.hibernate.internal.support.Numbers;
import io.countercache.hibernate.internal.write.ManagedParents;
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
import java.util.function.BiFunction;
import java.util.function.Predicate;
import org.hibernate.engine.spi.EntityEntry;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/** Finds where the steps of paths lead, and what is counted beneath a row. */
public final class PathReads {

    private final CounterModel model;
    private final OwnQueries queries;

    public PathReads(CounterModel model, OwnQueries queries) {
        this.model = model;
        this.queries = queries;
    }

    /**
     * The id of the parent at the end of a path, according to the instances that the session manages; null if it does not
     * manage one for each row on the path. Loads nothing.
     *
     * @param first the row where the path begins
     */
    @Nullable
    public Object managedEnd(CounterDefinition counter, Object first, SharedSessionContractImplementor session) {
        Object row = first;
        for (PathStep step : model.paths().steps(counter)) {
            EntityEntry entry = ManagedParents.entry(step.entity(), row, session);
            Object[] loaded = entry == null ? null : entry.getLoadedState();
            if (entry == null || loaded == null) {
                return null;
            }
            Object next = null;
            for (PassedBy by : model.watched(entry.getPersister()).passages()) {
                if (by.step().equals(step)) {
                    next = by.association().value(row, loaded, session);
                }
            }
            if (next == null || next == WatchedAttribute.UNKNOWN) {
                return null;
            }
            row = next;
        }
        return row;
    }

    /** An entity with the rows of a table that paths lead to. */
    public EntityPersister entityIn(String table) {
        EntityPersister passed = model.paths().entityIn(table);
        return passed == null ? model.tables().parentIn(table) : passed;
    }

    /** Locks rows of a table. Returns, for each step that leads from this table, where it leads from each row that is there. */
    Map<PathStep, Map<Object, @Nullable Object>> lock(
            String table, Set<Object> ids, List<PathStep> allSteps, SharedSessionContractImplementor session) {
        List<PathStep> steps =
                allSteps.stream().filter(step -> step.table().equals(table)).toList();
        if (steps.isEmpty()) {
            RowLocks.lock(ids, entityIn(table), table, session);
            return Map.of();
        }
        List<PathStep> readHere = steps.stream().filter(PathStep::hasId).toList();
        List<String> columns =
                readHere.stream().flatMap(step -> step.columns().stream()).toList();
        Map<Object, List<@Nullable Object>> locked =
                RowLocks.lock(ids, steps.get(0).entity(), table, columns, row -> ids(row, readHere, session), session);
        Map<PathStep, Map<Object, @Nullable Object>> next = new HashMap<>();
        for (PathStep step : steps) {
            int column = readHere.indexOf(step);
            Map<Object, @Nullable Object> led = new HashMap<>();
            if (column < 0) {
                OldRows.refuse(Entities.name(step.entity()), session);
                led.putAll(read(step, locked.keySet(), session));
            } else {
                locked.forEach((id, values) -> led.put(id, values.get(column)));
            }
            next.put(step, led);
        }
        return next;
    }

    /**
     * Collects the rows that a step leads to, and those that these lead to, for as long as their tables are wanted. They are looked
     * up without a lock: whoever collects them locks them all in one order, and reads them once more.
     *
     * @param origins where a step has led from a row before the transaction moved the row; null where it has not moved it
     */
    void lookAhead(
            PathStep step,
            Set<Object> ids,
            Predicate<String> isWanted,
            BiFunction<PathStep, Object, @Nullable Object> origins,
            Map<String, Set<Object>> rows,
            SharedSessionContractImplementor session) {
        PathStep following = model.paths().after(step);
        String table = following == null ? step.counter().table() : following.table();
        if (ids.isEmpty() || !isWanted.test(table)) {
            return;
        }
        Set<Object> next = new HashSet<>(look(step, ids, session));
        ids.forEach(id -> next.add(origins.apply(step, id)));
        next.remove(null);
        rows.computeIfAbsent(table, any -> new HashSet<>()).addAll(next);
        if (following != null) {
            lookAhead(following, next, isWanted, origins, rows, session);
        }
    }

    /** The rows of some tables that steps lead to from these rows, by table; as {@link #lookAhead} finds them. */
    public Map<String, Set<Object>> ahead(
            Map<PathStep, Set<Object>> from, Predicate<String> isWanted, SharedSessionContractImplementor session) {
        Map<String, Set<Object>> rows = new HashMap<>();
        from.forEach((step, ids) -> lookAhead(step, ids, isWanted, (same, id) -> null, rows, session));
        return rows;
    }

    private List<@Nullable Object> look(PathStep step, Set<Object> ids, SharedSessionContractImplementor session) {
        List<@Nullable Object> next = new ArrayList<>();
        for (List<Object> chunk : Chunks.<Object>of(ids)) {
            next.addAll(queries.listFromSnapshot(
                    next(step, "id(next)"), Object.class, query -> query.setParameterList("ids", chunk), session));
        }
        return next;
    }

    private static String next(PathStep step, String selected) {
        return "select %s from %s e left join e.%s next where id(e) in :ids"
                .formatted(selected, Hql.name(step.entity()), Hql.path(step.attribute()));
    }

    private static List<@Nullable Object> ids(
            ResultSet row, List<PathStep> steps, SharedSessionContractImplementor session) throws SQLException {
        List<@Nullable Object> ids = new ArrayList<>();
        for (PathStep step : steps) {
            ids.add(Columns.readId(step.target(), row, ids.size() + 1, session));
        }
        return ids;
    }

    /** Where a step leads from each of these rows that is there. */
    private Map<Object, @Nullable Object> read(
            PathStep step, Collection<Object> ids, SharedSessionContractImplementor session) {
        Map<Object, @Nullable Object> next = new HashMap<>();
        queries.forEach(next(step, "id(e), id(next)"), Object[].class, ids, session, row -> next.put(row[0], row[1]));
        return next;
    }

    /** What the counter of a step counts beneath a row now. */
    BigDecimal beneath(PathStep step, Object id, SharedSessionContractImplementor session) {
        Entities.refuseFilters(Entities.entity(step.counter().child(), session.getFactory()), session);
        CountQuery count = new CountQuery(step.entity(), step.counter(), model);
        Number total = queries.quietly(
                session,
                open -> open.createSelectionQuery(count.beneath(step.index()), Number.class)
                        .setParameter("id", id)
                        .getSingleResult());
        return total == null ? BigDecimal.ZERO : Numbers.exact(total);
    }
}
