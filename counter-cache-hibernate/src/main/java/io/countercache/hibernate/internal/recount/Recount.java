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
import io.countercache.hibernate.internal.sql.OwnQueries;
import io.countercache.hibernate.internal.support.Numbers;
import io.countercache.hibernate.internal.transaction.PendingDeltas;
import io.countercache.hibernate.internal.write.CounterDeltas;
import io.countercache.hibernate.internal.write.CounterSql;
import io.countercache.hibernate.internal.write.CounterWriter;
import io.countercache.hibernate.internal.write.ManagedParents;
import java.math.BigDecimal;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;

/**
 * Computes counters from the rows of their children, and corrects those that are wrong, while other transactions write.
 *
 * <p>One UPDATE with the count in it would be wrong: when it has to wait for another transaction, it writes the count that it
 * saw before. So the wrong rows are locked first, and then the stored and the actual value are measured in one later
 * statement. A child and its +1 commit together, and the +1 needs the row that is locked here. So while this transaction has
 * the lock, either both of them are visible or none.
 */
public final class Recount {

    private final PendingDeltas pending;
    private final Measurement measurement;
    private final CounterWriter writer;
    private final Activity activity;

    public Recount(
            CounterModel model,
            PendingDeltas pending,
            OwnQueries queries,
            CounterSql sql,
            CounterWriter writer,
            Activity activity) {
        this.pending = pending;
        this.measurement = new Measurement(model, queries, sql);
        this.writer = writer.forCorrections();
        this.activity = activity;
    }

    /** The drift of some rows. Changes nothing. */
    public List<Drift> drift(
            EntityPersister parent,
            Collection<?> ids,
            List<CounterDefinition> counters,
            SharedSessionContractImplementor session) {
        return told(parent, ids, false, () -> measurement.of(parent, ids, counters, session));
    }

    /** Corrects some rows. Returns the drift that they had. */
    public List<Drift> reset(
            EntityPersister parent,
            Collection<?> ids,
            List<CounterDefinition> counters,
            SharedSessionContractImplementor session) {
        return told(
                parent,
                ids,
                true,
                () -> correct(parent, measurement.suspects(parent, ids, counters, session), counters, session));
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

    /** The drift of a part of the table. Changes nothing. */
    public List<Drift> driftBetween(
            EntityPersister parent,
            IdRange range,
            List<CounterDefinition> counters,
            SharedSessionContractImplementor session) {
        activity.add(Figure.RECOUNTS, 1);
        return measurement.between(parent, range, counters, session);
    }

    /** Corrects a part of the table. Returns the drift that it had. */
    public List<Drift> resetBetween(
            EntityPersister parent,
            IdRange range,
            List<CounterDefinition> counters,
            SharedSessionContractImplementor session) {
        return correct(parent, Measurement.ids(driftBetween(parent, range, counters, session)), counters, session);
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
        List<Drift> wrong = measurement.ofLocked(parent, suspects, counters, session);
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
}
