package io.countercache.hibernate.internal.recount;

import io.countercache.Drift;
import io.countercache.hibernate.internal.count.CountQuery;
import io.countercache.hibernate.internal.count.IdRange;
import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.sql.Databases;
import io.countercache.hibernate.internal.sql.LockOrder;
import io.countercache.hibernate.internal.sql.OldRows;
import io.countercache.hibernate.internal.sql.OwnQueries;
import io.countercache.hibernate.internal.sql.RowLocks;
import io.countercache.hibernate.internal.support.Chunks;
import io.countercache.hibernate.internal.write.CounterSql;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.query.SelectionQuery;
import org.jspecify.annotations.Nullable;

/**
 * Finds counters whose stored value is not the actual one.
 *
 * <p>Normally one statement reads both, from one snapshot. Where rows may be on several servers, a statement that joins them finds
 * those of one server only: each table is read by itself there, after the rows with the counters have been locked, so that nothing
 * can move them in between.
 */
final class Measurement {

    private final CounterModel model;
    private final OwnQueries queries;
    private final CounterSql sql;

    Measurement(CounterModel model, OwnQueries queries, CounterSql sql) {
        this.model = model;
        this.queries = queries;
        this.sql = sql;
    }

    /** The ids of rows that may be wrong. */
    Collection<?> suspects(
            EntityPersister parent,
            Collection<?> ids,
            List<CounterDefinition> counters,
            SharedSessionContractImplementor session) {
        if (OldRows.needLock(session)) {
            return ids; // what seems right in an old snapshot may be wrong by now
        }
        return Databases.of(session).canJoin()
                ? ids(of(parent, ids, counters, session))
                : unsure(parent, ids, counters, session);
    }

    static List<Object> ids(List<Drift> drifts) {
        return drifts.stream().map(Drift::id).toList();
    }

    /** The drift of rows that may be wrong, measured with these rows locked. */
    List<Drift> ofLocked(
            EntityPersister parent,
            Collection<?> suspects,
            List<CounterDefinition> counters,
            SharedSessionContractImplementor session) {
        Set<Object> ids = new TreeSet<>(LockOrder.of(parent, session));
        ids.addAll(suspects);
        lock(parent, ids, counters, session);
        return measure(parent, ids, counters, queries::list, session);
    }

    private void lock(
            EntityPersister parent,
            Collection<?> ids,
            List<CounterDefinition> counters,
            SharedSessionContractImplementor session) {
        OldRows.refuse(Entities.name(parent), session);
        Map<String, CounterDefinition> tables = new TreeMap<>(sql.tableOrder());
        counters.forEach(counter -> tables.putIfAbsent(counter.table(), counter));
        boolean isByUpdate = Databases.of(session).locksAgainstReferrers();
        tables.forEach((table, counter) -> {
            if (isByUpdate) {
                RowLocks.lockByUpdate(ids, parent, table, counter.column(parent), session);
            } else {
                RowLocks.lock(ids, parent, table, session);
            }
        });
    }

    /** The drift of some rows. Locks nothing where both values can be read at once, and seem right. */
    List<Drift> of(
            EntityPersister parent,
            Collection<?> ids,
            List<CounterDefinition> counters,
            SharedSessionContractImplementor session) {
        if (!Databases.of(session).canJoin()) {
            Collection<?> suspects = suspects(parent, ids, counters, session);
            return suspects.isEmpty() ? List.of() : ofLocked(parent, suspects, counters, session);
        }
        List<Drift> drifts = measure(parent, ids, counters, queries::listFromSnapshot, session);
        // an UPDATE of this transaction may have added to a value that an old snapshot has no children for
        boolean isSure = drifts.isEmpty() || !OldRows.needLock(session);
        return isSure ? drifts : ofLocked(parent, ids(drifts), counters, session);
    }

    private List<Drift> measure(
            EntityPersister parent,
            Collection<?> ids,
            List<CounterDefinition> counters,
            Reading reading,
            SharedSessionContractImplementor session) {
        boolean joins = Databases.of(session).canJoin();
        List<Drift> drifts = new ArrayList<>();
        for (List<Object> chunk : Chunks.<Object>of(ids)) {
            for (CounterDefinition counter : counters) {
                CountQuery count = count(parent, counter, session);
                drifts.addAll(count.drifts(
                        joins
                                ? list(count.ofEach(chunk.size()), chunk, reading, session)
                                : readApart(count, chunk, session)));
            }
        }
        return drifts;
    }

    /** How a query is sent: {@link OwnQueries#list}, or {@link OwnQueries#listFromSnapshot} where nothing is locked. */
    private interface Reading {
        List<Object[]> list(
                String hql,
                Class<Object[]> type,
                Consumer<SelectionQuery<Object[]>> parameters,
                SharedSessionContractImplementor session);
    }

    /** The drift of a part of the table. */
    List<Drift> between(
            EntityPersister parent,
            IdRange range,
            List<CounterDefinition> counters,
            SharedSessionContractImplementor session) {
        if (!Databases.of(session).canJoin()) {
            Entities.refuseFilters(parent, session);
            return of(parent, queries.list(range.ids(), Object.class, range::bind, session), counters, session);
        }
        return counters.stream()
                .flatMap(counter -> {
                    CountQuery count = count(parent, counter, session);
                    return count
                            .drifts(queries.listFromSnapshot(
                                    count.ofWrong(range), Object[].class, range::bind, session))
                            .stream();
                })
                .toList();
    }

    /**
     * The ids of rows that are not sure to be right. Where both values cannot be read at once, the actual one is read before the stored
     * one and after it: if all three are the same, nothing has come between them.
     */
    private Set<Object> unsure(
            EntityPersister parent,
            Collection<?> ids,
            List<CounterDefinition> counters,
            SharedSessionContractImplementor session) {
        Set<Object> unsure = new TreeSet<>(LockOrder.of(parent, session));
        for (List<Object> chunk : Chunks.<Object>of(ids)) {
            for (CounterDefinition counter : counters) {
                CountQuery count = count(parent, counter, session);
                Map<Object, Object> before = actual(count, chunk, session);
                List<Object[]> stored = list(count.stored(), chunk, queries::list, session);
                unsure.addAll(ids(count.drifts(both(stored, before))));
                unsure.addAll(ids(count.drifts(both(stored, actual(count, chunk, session)))));
            }
        }
        return unsure;
    }

    /** The id, stored and actual value of each row, of rows that are locked. */
    private List<Object[]> readApart(CountQuery count, List<Object> ids, SharedSessionContractImplementor session) {
        return both(list(count.stored(), ids, queries::list, session), actual(count, ids, session));
    }

    private Map<Object, Object> actual(CountQuery count, List<Object> ids, SharedSessionContractImplementor session) {
        Map<Object, Object> actual = new HashMap<>();
        if (count.isGroupable()) {
            list(count.actual(), ids, queries::list, session).forEach(row -> actual.put(row[0], orZero(row[1])));
        } else {
            ids.forEach(id -> queries.list(
                            count.actualOfOne(), Number.class, query -> query.setParameter("id", id), session)
                    .forEach(total -> actual.put(id, orZero(total))));
        }
        return actual;
    }

    private static List<Object[]> both(List<Object[]> stored, Map<Object, Object> actual) {
        return stored.stream()
                .map(row -> new Object[] {row[0], row[1], actual.getOrDefault(row[0], 0L)})
                .toList();
    }

    /** The sum of nothing is null. */
    private static Object orZero(@Nullable Object total) {
        return total == null ? 0L : total;
    }

    private static List<Object[]> list(
            String hql, List<Object> ids, Reading reading, SharedSessionContractImplementor session) {
        return reading.list(hql, Object[].class, query -> query.setParameterList("ids", ids), session);
    }

    private CountQuery count(
            EntityPersister parent, CounterDefinition counter, SharedSessionContractImplementor session) {
        CountQuery count = new CountQuery(parent, counter, model);
        count.refuseFilters(session);
        return count;
    }
}
