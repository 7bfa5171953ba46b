package io.countercache.hibernate.internal.write;

import static java.util.Objects.requireNonNull;

import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.orm.Slots;
import io.countercache.hibernate.internal.sql.Databases;
import io.countercache.hibernate.internal.sql.OldRows;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;

/**
 * Now and then a transaction that writes slots squashes those of other rows ({@link SlotSweep}). That is the last that it does before its
 * commit, and it waits for nobody: so it cannot be a part of a deadlock. Thread-safe.
 */
public final class SquashTurns {

    private final CounterModel model;
    private final Map<Slots, SlotSweep> sweeps = new ConcurrentHashMap<>();

    public SquashTurns(CounterModel model) {
        this.model = model;
    }

    /** What a transaction is to squash that is going to write these deltas; mostly nothing. */
    public List<SpreadRows> after(CounterDeltas deltas, SharedSessionContractImplementor session) {
        if (model.slots().isEmpty() || !Databases.of(session).canAddToSlots()) {
            return List.of();
        }
        List<SpreadRows> written = new ArrayList<>();
        for (CounterDefinition counter : model.slots().derived()) {
            if (deltas.concern(counter.table())) {
                EntityPersister parent = model.parent(counter);
                written.add(new SpreadRows(
                        parent, requireNonNull(counter.slots()), counter.type(parent), deltas.ids(counter.table())));
            }
        }
        return after(written, session);
    }

    /**
     * What a transaction is to squash that writes slots of these rows; mostly nothing. It is looked for at once, and not when it is
     * squashed: then all slots that the transaction writes are locked.
     */
    public List<SpreadRows> after(List<SpreadRows> written, SharedSessionContractImplementor session) {
        List<SpreadRows> due = new ArrayList<>(written);
        due.removeIf(each -> !sweep(each).isDueAfter(each.ids()));
        // where they may not, the transaction would fail for rows that have changed since it began
        if (due.isEmpty() || !OldRows.mayBeChanged(session)) {
            return List.of();
        }
        List<SpreadRows> squashed = new ArrayList<>();
        for (SpreadRows each : due) {
            Set<Object> ids = sweep(each).next(each.ids(), each.squash(session));
            if (!ids.isEmpty()) {
                squashed.add(each.with(ids));
            }
        }
        return squashed;
    }

    private SlotSweep sweep(SpreadRows rows) {
        return sweeps.computeIfAbsent(rows.slots(), any -> new SlotSweep());
    }

    /** Squashes, in a transaction that will do nothing more. */
    public static void squash(List<SpreadRows> squashed, SharedSessionContractImplementor session) {
        squashed.forEach(each -> each.squash(session).squashAtOnce(each.ids()));
    }
}
