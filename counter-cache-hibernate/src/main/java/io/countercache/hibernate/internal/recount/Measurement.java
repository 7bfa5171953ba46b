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
        // what seems right in an old snapshot may be wrong by now, and what cannot be joined is locked in any case
        boolean isSeen = !OldRows.needLock(session) && Databases.of(session).canJoin();
        return isSeen ? ids(of(parent, ids, counters, session)) : ids;
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
        Set<String> tables = new TreeSet<>(sql.tableOrder());
        counters.forEach(counter -> tables.add(counter.table()));
        tables.forEach(table -> RowLocks.lock(ids, parent, table, session));
    }

    /** The drift of some rows. Locks nothing where both values can be read at once, and seem right. */
    List<Drift> of(
            EntityPersister parent,
            Collection<?> ids,
            List<CounterDefinition> counters,
            SharedSessionContractImplementor session) {
        if (!Databases.of(session).canJoin()) {
            return ofLocked(parent, ids, counters, session);
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

    /** The id, stored and actual value of each row. */
    private List<Object[]> readApart(CountQuery count, List<Object> ids, SharedSessionContractImplementor session) {
        List<Object[]> rows = list(count.stored(), ids, queries::list, session);
        Map<Object, Object> actual = new HashMap<>();
        if (count.isGroupable()) {
            list(count.actual(), ids, queries::list, session).forEach(row -> actual.put(row[0], orZero(row[1])));
        } else {
            ids.forEach(id -> queries.list(
                            count.actualOfOne(), Number.class, query -> query.setParameter("id", id), session)
                    .forEach(total -> actual.put(id, orZero(total))));
        }
        List<Object[]> both = new ArrayList<>();
        rows.forEach(row -> both.add(new Object[] {row[0], row[1], actual.getOrDefault(row[0], 0L)}));
        return both;
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
