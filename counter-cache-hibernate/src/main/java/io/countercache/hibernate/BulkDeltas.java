package io.countercache.hibernate;

import static java.util.Objects.requireNonNull;

import io.countercache.CounterDefinition;
import io.countercache.hibernate.BulkRows.Group;
import io.countercache.hibernate.CountedChild.CountedBy;
import io.countercache.hibernate.CountedChild.PassedBy;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.jspecify.annotations.Nullable;

/** By how much one bulk statement moves counters. Not thread-safe. */
final class BulkDeltas {

    private final ChangeListener changes;
    private final Map<CounterDefinition, Map<Object, BigDecimal>> amounts = new LinkedHashMap<>();
    private final List<Passed> passed = new ArrayList<>();
    private long taken;
    private long given;

    /** A row on the way to a counter further up, which led elsewhere before. */
    private record Passed(PassedBy by, Object id, @Nullable Object from) {}

    BulkDeltas(ChangeListener changes) {
        this.changes = changes;
    }

    /** Rows as they were before the statement. */
    void before(CountedChild counted, Group group) {
        taken += group.rows();
        counted.counters().forEach(by -> add(counted, by, group, false));
        for (PassedBy by : counted.passages()) {
            passed.add(new Passed(by, requireNonNull(group.id()), group.values().get(by.association())));
        }
    }

    /** Rows as they are after it. */
    void after(CountedChild counted, Group group) {
        given += group.rows();
        counted.counters().forEach(by -> add(counted, by, group, true));
    }

    private void add(CountedChild counted, CountedBy by, Group group, boolean more) {
        Object parent = group.values().get(by.association());
        if (parent == null) {
            return;
        }
        BigDecimal weight = counted.weight(by, group.values());
        if (!counted.isTotalled(by)) {
            weight = weight.multiply(BigDecimal.valueOf(group.rows()));
        }
        amounts.computeIfAbsent(by.counter(), any -> new LinkedHashMap<>())
                .merge(parent, more ? weight : weight.negate(), BigDecimal::add);
    }

    /** How many rows there were before the statement. */
    long taken() {
        return taken;
    }

    /** How many rows there are after it. */
    long given() {
        return given;
    }

    /** Makes them pending with what else the transaction has changed. */
    void apply(SharedSessionContractImplementor session) {
        for (Passed each : passed) {
            changes.installation().pending().moved(each.by().step(), each.id(), each.from(), session);
        }
        amounts.forEach((counter, byParent) ->
                byParent.forEach((parent, amount) -> changes.move(counter, parent, amount, session)));
    }
}
