package io.countercache.hibernate.internal.direct;

import io.countercache.Drift;
import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.FreeCounter.Limits;
import io.countercache.hibernate.internal.recount.Recount;
import io.countercache.hibernate.internal.sql.OwnQueries;
import io.countercache.hibernate.internal.sql.TouchedAttribute;
import io.countercache.hibernate.internal.support.Numbers;
import io.countercache.hibernate.internal.write.ManagedParents;
import jakarta.persistence.TransactionRequiredException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;

/** What {@code Counters} do: checks what is asked for before any SQL, and flushes what has to be there first. */
public record CounterRequest(
        DirectContext context,
        SharedSessionContractImplementor session,
        EntityPersister parent,
        Set<Object> ids,
        List<TouchedAttribute> touched) {

    public CounterRequest touching(String... attributes) {
        return new CounterRequest(context, session, parent, ids, TouchedAttribute.of(parent, attributes));
    }

    /** The stored value of a counter of the one row. */
    public Number value(String counter) {
        NumericAttribute column = column(counter);
        prepare(List.of(column));
        Object id = ids.iterator().next();
        OwnQueries queries = context.queries();
        List<BigDecimal> values =
                queries.existing(ids, parent, column.table(), session).isEmpty()
                        ? null
                        : RelativeUpdate.read(parent, id, List.of(column), session);
        if (values == null) {
            throw RelativeUpdate.missing(parent, id);
        }
        return Numbers.as(column.type(), values.get(0));
    }

    public void requireOne(String call) {
        if (ids.size() != 1) {
            throw new IllegalArgumentException("'%s' is about one row of %s, not %d: call on(..) with one id"
                    .formatted(call, parent.getImportedName(), ids.size()));
        }
    }

    /** A change that stays at 0 or above where no other minimum is declared. */
    public RelativeUpdate guarded(String counter, long amount, int sign) {
        if (amount < 0) {
            throw new IllegalArgumentException("%s.%s cannot be changed by %d here: pass a positive number"
                    .formatted(parent.getImportedName(), counter, amount));
        }
        return change(Map.of(name(counter), amount * sign), new Limits(0, Long.MAX_VALUE));
    }

    /** Map.of knows no null, but its exception does not say what is wrong. */
    public String name(String counter) {
        return column(counter).name();
    }

    /** @param otherwise the limits of a counter that declares no minimum */
    public RelativeUpdate change(Map<String, ? extends Number> amounts, Limits otherwise) {
        List<LimitedAmount> changes = new ArrayList<>();
        amounts.forEach((name, by) -> {
            NumericAttribute counter = column(name);
            Limits declared = counter.limits();
            Limits within = declared.hasMin() ? declared : new Limits(otherwise.min(), declared.max());
            changes.add(new LimitedAmount(counter, counter.amount(by), within));
        });
        changes.sort(Comparator.comparing(change -> change.counter().name()));
        RelativeUpdate change = new RelativeUpdate(session, parent, ids, changes, touched, context);
        prepare(changes.stream().map(LimitedAmount::counter).toList());
        return change;
    }

    private NumericAttribute column(String counter) {
        return NumericAttribute.of(parent, counter, context.model());
    }

    private void prepare(List<NumericAttribute> counters) {
        if (!session.isTransactionInProgress()) {
            throw new TransactionRequiredException(
                    "Counters of %s can be changed and read in a transaction only: begin one"
                            .formatted(parent.getImportedName()));
        }
        if (ids.isEmpty()) {
            return;
        }
        if (counters.stream().anyMatch(NumericAttribute::derived)) {
            context.pending().flushAndWrite(session);
        } else {
            ManagedParents.flushUnwritten(
                    parent, ids, counters.stream().map(NumericAttribute::name).toList(), session);
        }
    }

    /** Recounts, corrects what is wrong, and touches those rows. */
    public List<Drift> reset(String... names) {
        if (touched.isEmpty()) {
            return recount(names, Recount::reset);
        }
        List<LimitedAmount> unmoved = new ArrayList<>();
        for (CounterDefinition counter : context.model().named(parent, names)) {
            unmoved.add(new LimitedAmount(column(counter.counter()), BigDecimal.ZERO, Limits.NONE));
        }
        RelativeUpdate.refuseOtherTables(parent, unmoved, touched);
        List<Drift> corrected = recount(names, Recount::reset);
        Set<Object> rows = corrected.stream().map(Drift::id).collect(Collectors.toSet());
        new RelativeUpdate(session, parent, rows, unmoved.subList(0, 1), touched, context).rows();
        return corrected;
    }

    /** Recounts, and says what is wrong. */
    public List<Drift> drift(String... names) {
        return recount(names, Recount::drift);
    }

    private interface Recounting {
        List<Drift> on(
                Recount recount,
                EntityPersister parent,
                Collection<?> ids,
                List<CounterDefinition> counters,
                SharedSessionContractImplementor session);
    }

    private List<Drift> recount(String[] names, Recounting recounting) {
        List<CounterDefinition> counters = context.model().named(parent, names);
        if (!session.isTransactionInProgress()) {
            throw new TransactionRequiredException("Counters of %s can be recounted in a transaction only: begin one"
                    .formatted(parent.getImportedName()));
        }
        if (ids.isEmpty()) {
            return List.of();
        }
        context.pending().flushAndWrite(session);
        return recounting.on(context.recount(), parent, ids, counters, session);
    }
}
