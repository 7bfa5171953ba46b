package io.countercache.hibernate.internal.write;

import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.orm.Slots;
import io.countercache.hibernate.internal.sql.OldRows;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.hibernate.engine.spi.SharedSessionContractImplementor;

/**
 * Now and then a transaction that moves counters with slots squashes those of other rows ({@link SlotSweep}). That is the last that it does
 * before its commit, and it waits for nobody: so it cannot be a part of a deadlock. Thread-safe.
 */
public final class SquashTurns {

    private final CounterModel model;
    private final Map<Slots, SlotSweep> sweeps = new ConcurrentHashMap<>();

    public SquashTurns(CounterModel model) {
        this.model = model;
    }

    /** Says that slots of these rows are written. */
    public void written(SpreadRows rows) {
        SlotSweep known = sweeps.get(rows.slots());
        SlotSweep sweep = known == null ? sweeps.computeIfAbsent(rows.slots(), any -> new SlotSweep(rows)) : known;
        sweep.written(rows.ids());
    }

    /**
     * What a transaction is to squash that comes to its commit; mostly nothing.
     *
     * @param moves whether it moves counters that are declared for a table
     * @param writes how many rows it writes
     */
    public List<SpreadRows> take(Predicate<String> moves, int writes, SharedSessionContractImplementor session) {
        boolean movesSpread =
                areDue() && model.slots().derived().stream().anyMatch(counter -> moves.test(counter.table()));
        return movesSpread ? take(writes, session) : List.of();
    }

    /**
     * The same for a transaction that has written slots. Rows are looked for at once, and not when they are squashed: then all slots that it
     * writes are locked.
     */
    public List<SpreadRows> take(int writes, SharedSessionContractImplementor session) {
        if (!areDue()) {
            return List.of();
        }
        if (!OldRows.mayBeChanged(session)) { // the transaction would fail for rows that have changed since it began
            sweeps.values().forEach(SlotSweep::passTurns);
            return List.of();
        }
        List<SpreadRows> squashed = new ArrayList<>();
        for (SlotSweep sweep : sweeps.values()) {
            SpreadRows rows = sweep.takeTurns(SlotSweep.turnsOf(writes), session);
            if (!rows.ids().isEmpty()) {
                squashed.add(rows);
            }
        }
        return squashed;
    }

    private boolean areDue() {
        for (SlotSweep sweep : sweeps.values()) {
            if (sweep.isDue()) {
                return true;
            }
        }
        return false;
    }

    /** Squashes, in a transaction that will do nothing more. */
    public static void squash(List<SpreadRows> squashed, SharedSessionContractImplementor session) {
        squashed.forEach(each -> each.squash(session).squashAtOnce(each.ids()));
    }
}
