package io.countercache.hibernate.internal.write;

import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.sql.LockOrder;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.jspecify.annotations.Nullable;

/**
 * Which rows are squashed of one counter, and when: after so many writes of slots twice as many rows, so that there are not more and more
 * that have slots. They come in turn, but for those that were written lately: these would have their slots again at once. Thread-safe.
 */
final class SlotSweep {

    /** After so many writes: a turn costs a SELECT, also if there is nothing to squash. */
    private static final int EVERY = 64;
    /** How many rows are squashed in a turn. */
    private static final int AT_ONCE = 2 * EVERY;

    /** Does not overflow, whatever is added to it. */
    private static final int MOST_DUE = 1 << 20;

    private final SpreadRows counter;
    private final boolean isSimple;
    /** The writes that were not followed by a turn. */
    private final AtomicInteger due = new AtomicInteger();

    private final AtomicInteger writes = new AtomicInteger();
    /** The rows of the last writes of this application. */
    private final AtomicReferenceArray<@Nullable Object> lately = new AtomicReferenceArray<>(AT_ONCE);
    /** The last row of the turn before; null if the next one begins with the first row. */
    private volatile @Nullable Object last;
    /** Rows with an id of several columns that were written last before a turn: they cannot be read from the table of the slots. */
    private volatile List<Object> composite = List.of();

    /** @param counter the counter; its rows do not matter */
    SlotSweep(SpreadRows counter) {
        this.counter = counter.with(List.of());
        this.isSimple = Entities.hasSimpleId(counter.entity());
    }

    void written(Collection<Object> ids) {
        int all = due.accumulateAndGet(ids.size(), (before, more) -> Math.min(before + more, MOST_DUE));
        if (isSimple) {
            int write = writes.getAndAdd(ids.size());
            Iterator<Object> rows = ids.iterator();
            for (int i = 0; i < AT_ONCE && rows.hasNext(); i++) {
                lately.set(Math.floorMod(write + i, AT_ONCE), rows.next());
            }
        } else if (all >= EVERY) {
            composite = ids.stream().limit(AT_ONCE).toList();
        }
    }

    boolean isDue() {
        return due.get() >= EVERY;
    }

    /**
     * Takes turns that are due; returns the rows to squash.
     *
     * @param most how many turns at most
     */
    SpreadRows takeTurns(int most, SharedSessionContractImplementor session) {
        int before = due.getAndUpdate(all -> all - EVERY * turns(all, most));
        int rows = AT_ONCE * turns(before, most);
        return counter.with(rows == 0 ? Set.of() : isSimple ? next(rows, session) : nextComposite());
    }

    /** Takes no more turns until as many writes have come: nothing is left, or it cannot be squashed, which may take a message to find out. */
    void passTurns() {
        due.set(0);
    }

    private static int turns(int due, int most) {
        return Math.min(due / EVERY, most);
    }

    /** How many turns a transaction takes: one, and as many as have become due by its own writes. */
    static int turnsOf(int writes) {
        return 1 + writes / EVERY;
    }

    private Collection<Object> nextComposite() {
        List<Object> rows = composite;
        composite = List.of();
        return rows;
    }

    private Set<Object> next(int most, SharedSessionContractImplementor session) {
        Object after = last;
        List<Object> filled = counter.squash(session).filled(after, most);
        boolean areAll = filled.size() < most;
        last = areAll ? null : filled.get(most - 1);
        if (areAll && after == null) {
            passTurns();
        }
        Set<Object> next = new TreeSet<>(LockOrder.of(counter.entity(), session));
        next.addAll(filled);
        for (int i = 0; i < AT_ONCE; i++) {
            Object row = lately.get(i);
            if (row != null) {
                next.remove(row);
            }
        }
        return next;
    }
}
