package io.countercache.hibernate.internal.direct;

import io.countercache.Drift;
import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.FreeCounter.Limits;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.recount.Recount;
import io.countercache.hibernate.internal.sql.TouchedAttribute;
import io.countercache.hibernate.internal.support.Numbers;
import jakarta.persistence.TransactionRequiredException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/**
 * A call of {@code Counters} or of {@code CounterCaches.bump}: checks its arguments before any SQL is sent, flushes what has
 * to be in the database first, and executes it. What the methods return is documented there.
 */
public record CounterRequest(
        DirectContext context,
        SharedSessionContractImplementor session,
        EntityPersister parent,
        Set<Object> ids,
        List<TouchedAttribute> touched) {

    /** A request for some rows of an entity. */
    public static CounterRequest of(
            DirectContext context,
            SharedSessionContractImplementor session,
            EntityPersister parent,
            Collection<?> ids) {
        if (ids == null) {
            Entities.checkId(parent, null);
        }
        ids.forEach(id -> Entities.checkId(parent, id));
        return new CounterRequest(context, session, parent, new LinkedHashSet<>(ids), List.of());
    }

    /** Inserts a row, or adds to a counter of the row that has the key; returns the new value. */
    public static long bump(
            DirectContext context,
            SharedSessionContractImplementor session,
            EntityPersister entity,
            Map<String, ?> key,
            String counter,
            long by) {
        if (key == null || key.keySet().stream().anyMatch(Objects::isNull)) {
            throw new IllegalArgumentException(
                    "%s cannot be bumped by a key that is null, or has a null name: name attributes"
                            .formatted(Entities.name(entity)));
        }
        Upsert upsert = new Upsert(context, session, entity, key, counter, by);
        if (!session.isTransactionInProgress()) {
            throw new TransactionRequiredException(
                    "Counters can be bumped in a transaction only: begin one (in Spring: @Transactional on the calling method)");
        }
        return upsert.execute();
    }

    /** The same request, whose changes set these attributes to now. */
    public CounterRequest touching(String... attributes) {
        return new CounterRequest(context, session, parent, ids, TouchedAttribute.of(parent, attributes));
    }

    public int add(String counter, Number amount) {
        return add(Map.of(
                named(counter).name(), amount)); // looked up first, because Map.of gives no reason to refuse null
    }

    public int add(Map<String, ? extends Number> amounts) {
        if (amounts == null || amounts.isEmpty()) {
            throw new IllegalArgumentException("Nothing to change of %s: name a counter, and by how much it is to move"
                    .formatted(Entities.name(parent)));
        }
        return update(amounts, null).execute();
    }

    public boolean tryIncrement(String counter, long amount) {
        return limited(counter, amount, 1).tryExecute();
    }

    public boolean tryDecrement(String counter, long amount) {
        return limited(counter, amount, -1).tryExecute();
    }

    public long take(String counter, long amount) {
        requireOne("take");
        return limited(counter, amount, -1).executeAndRead().longValue();
    }

    public int set(String counter, long value) {
        NumericAttribute attribute = named(counter);
        if (attribute.derived()) {
            throw new IllegalArgumentException("%1$s.%2$s is what is counted, and cannot be set: call reset(\"%2$s\")"
                    .formatted(Entities.name(parent), counter));
        }
        var assigned = List.of(new LimitedAmount(attribute, attribute.amount(value), attribute.limits()));
        refuseOtherTables(assigned);
        assigned.get(0).requireWithin(ids);
        prepare(List.of(attribute), false);
        return new AbsoluteUpdate(statement(assigned, "set"), ids, touched).execute();
    }

    public Number value(String counter) {
        refuseTouching("value");
        requireOne("value");
        NumericAttribute attribute = named(counter);
        prepare(List.of(attribute), true);
        Object id = ids.iterator().next();
        List<BigDecimal> values = context.queries()
                        .existing(ids, parent, attribute.table(), session)
                        .isEmpty()
                ? null
                : DirectStatement.read(parent, id, List.of(attribute), session);
        if (values == null) {
            throw RelativeUpdate.missing(parent, id);
        }
        return Numbers.as(attribute.type(), values.get(0));
    }

    private void refuseTouching(String call) {
        if (!touched.isEmpty()) {
            throw new IllegalArgumentException(
                    "'%s' changes no %s, so it touches none: call it without touching(..), or change a counter"
                            .formatted(call, Entities.name(parent)));
        }
    }

    private void requireOne(String call) {
        if (ids.size() != 1) {
            throw new IllegalArgumentException("'%s' is about one row of %s, not %d: call on(..) with one id"
                    .formatted(call, Entities.name(parent), ids.size()));
        }
    }

    /** A change that stays at 0 or above where no other minimum is declared. */
    private RelativeUpdate limited(String counter, long amount, int sign) {
        if (amount < 0) {
            throw new IllegalArgumentException("%s.%s cannot be changed by %d here: pass a positive number"
                    .formatted(Entities.name(parent), counter, amount));
        }
        return update(Map.of(named(counter).name(), amount * sign), new Limits(0, Long.MAX_VALUE));
    }

    /** @param otherwise the limits of a counter that declares no minimum; null if it has none, so that its value does not matter */
    private RelativeUpdate update(Map<String, ? extends Number> amounts, @Nullable Limits otherwise) {
        List<LimitedAmount> changes = new ArrayList<>();
        amounts.forEach((name, by) -> {
            NumericAttribute counter = named(name);
            if (by == null) {
                throw new IllegalArgumentException(
                        "%s.%s cannot be changed by null: pass a number".formatted(Entities.name(parent), name));
            }
            Limits declared = counter.limits();
            Limits within =
                    declared.hasMin() || otherwise == null ? declared : new Limits(otherwise.min(), declared.max());
            changes.add(new LimitedAmount(counter, counter.amount(by), within));
        });
        changes.sort(Comparator.comparing(change -> change.counter().name()));
        refuseOtherTables(changes);
        RelativeUpdate update = new RelativeUpdate(statement(changes, "change"), ids, touched);
        prepare(changes.stream().map(LimitedAmount::counter).toList(), otherwise != null);
        changes.forEach(change -> change.counter().warnIfDerived(change.by(), context.model()));
        return update;
    }

    private DirectStatement statement(List<LimitedAmount> changes, String verb) {
        return new DirectStatement(context, session, parent, changes, verb);
    }

    private NumericAttribute named(String counter) {
        return NumericAttribute.of(parent, counter, context.model());
    }

    /** One UPDATE writes one table, so all that it changes has to be in the table of the first counter. */
    private void refuseOtherTables(List<LimitedAmount> changes) {
        NumericAttribute first = changes.get(0).counter();
        for (LimitedAmount change : changes) {
            refuseUnless(
                    change.counter().table().equals(first.table()),
                    change.counter().name(),
                    first);
        }
        for (TouchedAttribute attribute : touched) {
            refuseUnless(attribute.table(parent).equals(first.table()), attribute.name(), first);
        }
    }

    private void refuseUnless(boolean isSameTable, String attribute, NumericAttribute first) {
        if (!isSameTable) {
            throw new IllegalArgumentException(
                    "%1$s.%2$s is in another table than %1$s.%3$s, and one UPDATE writes one table: change it by itself"
                            .formatted(Entities.name(parent), attribute, first.name()));
        }
    }

    /**
     * Flushes and writes what has to be in the database before these counters are changed or read.
     *
     * @param areRead whether their values matter: a change that nothing limits adds up with what is pending
     */
    private void prepare(List<NumericAttribute> counters, boolean areRead) {
        requireTransaction("changed and read");
        if (ids.isEmpty()) {
            return;
        }
        if (areRead && counters.stream().anyMatch(NumericAttribute::derived)) {
            context.reads().prepareCall(parent, session);
        } else {
            UnwrittenCounters.flush(
                    parent, ids, counters.stream().map(NumericAttribute::name).toList(), session);
        }
    }

    private void requireTransaction(String use) {
        if (!session.isTransactionInProgress()) {
            throw new TransactionRequiredException(
                    "Counters of %s can be %s in a transaction only: begin one (in Spring: @Transactional on the calling method)"
                            .formatted(Entities.name(parent), use));
        }
    }

    /** Recounts, corrects what is wrong, and touches the corrected rows. */
    public List<Drift> reset(String... names) {
        if (touched.isEmpty()) {
            return recount(names, Recount::reset);
        }
        List<LimitedAmount> unmoved = new ArrayList<>();
        for (CounterDefinition counter : context.model().named(parent, names)) {
            unmoved.add(new LimitedAmount(named(counter.counter()), BigDecimal.ZERO, Limits.NONE));
        }
        refuseOtherTables(unmoved);
        List<Drift> corrected = recount(names, Recount::reset);
        Set<Object> rows = corrected.stream().map(Drift::id).collect(Collectors.toSet());
        // an UPDATE needs a counter to write besides the touched attributes: any one, changed by 0
        new RelativeUpdate(statement(unmoved.subList(0, 1), "touch"), rows, touched).execute();
        return corrected;
    }

    /** Recounts, and returns what is wrong. */
    public List<Drift> drift(String... names) {
        refuseTouching("drift");
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
        requireTransaction("recounted");
        if (ids.isEmpty()) {
            return List.of();
        }
        context.reads().prepareCall(parent, session);
        return recounting.on(context.recount(), parent, ids, counters, session);
    }
}
