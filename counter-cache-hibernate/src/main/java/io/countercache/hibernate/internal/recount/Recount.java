package io.countercache.hibernate.internal.recount;

import io.countercache.Drift;
import io.countercache.hibernate.internal.count.CountQuery;
import io.countercache.hibernate.internal.count.IdRange;
import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.observe.Activity;
import io.countercache.hibernate.internal.observe.Figure;
import io.countercache.hibernate.internal.observe.FlightRecorder;
import io.countercache.hibernate.internal.observe.RecountEvent;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.sql.LockOrder;
import io.countercache.hibernate.internal.sql.OldRows;
import io.countercache.hibernate.internal.sql.OwnQueries;
import io.countercache.hibernate.internal.sql.RowLocks;
import io.countercache.hibernate.internal.support.Chunks;
import io.countercache.hibernate.internal.support.Numbers;
import io.countercache.hibernate.internal.transaction.PendingDeltas;
import io.countercache.hibernate.internal.write.CounterDeltas;
import io.countercache.hibernate.internal.write.CounterSql;
import io.countercache.hibernate.internal.write.CounterWriter;
import io.countercache.hibernate.internal.write.ManagedParents;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.query.SelectionQuery;

/**
 * Computes counters from the rows of their children, and corrects those that are wrong, while other transactions write.
 *
 * <p>One UPDATE with the count in it would be wrong: when it has to wait for another transaction, it writes the count that it
 * saw before. So the wrong rows are locked first, and then the stored and the actual value are measured in one later
 * statement. A child and its +1 commit together, and the +1 needs the row that is locked here. So while this transaction has
 * the lock, either both of them are visible or none.
 */
public final class Recount {

    private final CounterModel model;
    private final PendingDeltas pending;
    private final OwnQueries queries;
    private final CounterSql sql;
    private final CounterWriter writer;
    private final Activity activity;

    public Recount(
            CounterModel model,
            PendingDeltas pending,
            OwnQueries queries,
            CounterSql sql,
            CounterWriter writer,
            Activity activity) {
        this.model = model;
        this.pending = pending;
        this.queries = queries;
        this.sql = sql;
        this.writer = writer.withoutTouching();
        this.activity = activity;
    }

    /** The drift of some rows. Changes nothing. */
    public List<Drift> drift(
            EntityPersister parent,
            Collection<?> ids,
            List<CounterDefinition> counters,
            SharedSessionContractImplementor session) {
        return told(parent, ids, false, () -> measure(parent, ids, counters, queries::listFromSnapshot, session));
    }

    /** Corrects some rows. Returns the drift that they had. */
    public List<Drift> reset(
            EntityPersister parent,
            Collection<?> ids,
            List<CounterDefinition> counters,
            SharedSessionContractImplementor session) {
        return told(parent, ids, true, () -> {
            // what seems to be right in an old snapshot may be wrong by now
            Collection<?> suspects = OldRows.needLock(session)
                    ? ids
                    : ids(measure(parent, ids, counters, queries::listFromSnapshot, session));
            return correct(parent, suspects, counters, session);
        });
    }

    private static List<Object> ids(List<Drift> drifts) {
        return drifts.stream().map(Drift::id).toList();
    }

    private List<Drift> told(
            EntityPersister parent, Collection<?> ids, boolean isCorrected, Supplier<List<Drift>> work) {
        activity.add(Figure.RECOUNTS, 1);
        RecountEvent event = FlightRecorder.recount();
        List<Drift> wrong = work.get();
        if (event != null) {
            event.done(Entities.name(parent), ids.size(), wrong.size(), isCorrected);
        }
        return wrong;
    }

    private List<Drift> measure(
            EntityPersister parent,
            Collection<?> ids,
            List<CounterDefinition> counters,
            Reading reading,
            SharedSessionContractImplementor session) {
        List<Drift> drifts = new ArrayList<>();
        for (List<Object> chunk : Chunks.<Object>of(ids)) {
            for (CounterDefinition counter : counters) {
                CountQuery count = count(parent, counter, session);
                drifts.addAll(count.drifts(reading.list(
                        count.ofEach(chunk.size()),
                        Object[].class,
                        query -> query.setParameterList("ids", chunk),
                        session)));
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

    /** The drift of a part of the table. Changes nothing. */
    public List<Drift> driftBetween(
            EntityPersister parent,
            IdRange range,
            List<CounterDefinition> counters,
            SharedSessionContractImplementor session) {
        activity.add(Figure.RECOUNTS, 1);
        return counters.stream()
                .flatMap(counter -> measureBetween(parent, range, counter, session).stream())
                .toList();
    }

    /** Corrects a part of the table. Returns the drift that it had. */
    public List<Drift> resetBetween(
            EntityPersister parent,
            IdRange range,
            List<CounterDefinition> counters,
            SharedSessionContractImplementor session) {
        return correct(parent, ids(driftBetween(parent, range, counters, session)), counters, session);
    }

    /** Locks the rows that seem to be wrong, measures them then, and corrects those that are wrong. */
    private List<Drift> correct(
            EntityPersister parent,
            Collection<?> suspects,
            List<CounterDefinition> counters,
            SharedSessionContractImplementor session) {
        if (suspects.isEmpty()) {
            return List.of();
        }
        OldRows.refuse(Entities.name(parent), session);
        Set<Object> ids = new TreeSet<>(LockOrder.of(parent, session));
        ids.addAll(suspects);
        Set<String> tables = new TreeSet<>(sql.tableOrder());
        counters.forEach(counter -> tables.add(counter.table()));
        tables.forEach(table -> RowLocks.lock(ids, parent, table, session));
        List<Drift> wrong = measure(parent, ids, counters, queries::list, session);
        activity.add(
                Figure.REPAIRED_ROWS, wrong.stream().map(Drift::id).distinct().count());
        write(parent, wrong, counters, session);
        return wrong;
    }

    private void write(
            EntityPersister parent,
            List<Drift> wrong,
            List<CounterDefinition> counters,
            SharedSessionContractImplementor session) {
        CounterDeltas differences = new CounterDeltas();
        for (Drift drift : wrong) {
            for (CounterDefinition counter : counters) {
                if (counter.counter().equals(drift.counter())) {
                    BigDecimal difference = CountQuery.difference(drift);
                    differences.add(counter, drift.id(), difference);
                    pending.shown(parent, drift.id(), counter.counter(), difference, session);
                    ManagedParents.show(parent, drift.id(), counter.counter(), Numbers.exact(drift.actual()), session);
                }
            }
        }
        writer.write(differences, session);
    }

    private List<Drift> measureBetween(
            EntityPersister parent,
            IdRange range,
            CounterDefinition counter,
            SharedSessionContractImplementor session) {
        CountQuery count = count(parent, counter, session);
        return count.drifts(queries.listFromSnapshot(count.ofWrong(range), Object[].class, range::bind, session));
    }

    private CountQuery count(
            EntityPersister parent, CounterDefinition counter, SharedSessionContractImplementor session) {
        CountQuery count = new CountQuery(parent, counter, model);
        count.refuseFilters(session);
        return count;
    }
}
