package io.countercache.hibernate.internal.model;

import static java.util.Objects.requireNonNull;

import io.countercache.hibernate.internal.model.WatchedEntity.CountedBy;
import io.countercache.hibernate.internal.model.WatchedEntity.PassedBy;
import io.countercache.hibernate.internal.support.Numbers;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One change of one row, or of several rows that are the same to all counters. All that changes entities ends here: events,
 * stateless sessions, deletes by the database, and bulk statements.
 *
 * @param id null where there is no path that leads through the rows: only paths need to know which row it is
 * @param before what the rows were; null for inserted rows
 * @param after what the rows are then; null for deleted rows, {@linkplain WatchedEntity#unknown() unknown} while another
 *     change is going to say it
 * @param rows how many rows there are; if more than one, the snapshots have the total of what is {@linkplain
 *     WatchedEntity#isOnlyTotalled only totalled}
 */
public record RowChange(
        WatchedEntity entity,
        @Nullable Object id,
        @Nullable Snapshot before,
        @Nullable Snapshot after,
        long rows) {

    /** Says by how much which counters move, and through which rows paths lead elsewhere. */
    public void moves(Moves moves) {
        moves(entity, id, before, after, rows, moves);
    }

    /** The same for one row, without an object for its change: every event of a child comes through here. */
    public static void moves(
            WatchedEntity entity,
            @Nullable Object id,
            @Nullable Snapshot before,
            @Nullable Snapshot after,
            long rows,
            Moves moves) {
        List<CountedBy> counters = entity.counters();
        for (int i = 0; i < counters.size(); i++) { // not an iterator, for the same reason
            CountedBy by = counters.get(i);
            count(
                    by,
                    parent(before, by),
                    parent(after, by),
                    Numbers.negate(weight(entity, by, before, rows)),
                    weight(entity, by, after, rows),
                    moves);
        }
        if (before != null && !entity.passages().isEmpty()) {
            pass(entity, requireNonNull(id), before, after, moves);
        }
    }

    private static void count(
            CountedBy by, @Nullable Object from, @Nullable Object to, BigDecimal less, BigDecimal more, Moves moves) {
        if (from != null && by.association().isSame(from, to)) {
            moves.move(by.counter(), from, less.add(more));
            return;
        }
        if (from != null) {
            moves.move(by.counter(), from, less);
        }
        if (to != null) {
            moves.move(by.counter(), to, more);
        }
    }

    private static void pass(WatchedEntity entity, Object id, Snapshot before, @Nullable Snapshot after, Moves moves) {
        for (PassedBy by : entity.passages()) {
            Object from = before.get(by.association());
            if (!by.association().isSame(from, value(after, by.association()))) {
                moves.pass(by.step(), id, from);
            }
        }
    }

    private static @Nullable Object value(@Nullable Snapshot snapshot, WatchedAttribute attribute) {
        return snapshot == null ? null : snapshot.get(attribute);
    }

    private static @Nullable Object parent(@Nullable Snapshot snapshot, CountedBy by) {
        Object parent = value(snapshot, by.association());
        return parent == WatchedAttribute.UNKNOWN ? null : parent;
    }

    /** For how much the rows count; 0 if they count for nobody, whose condition may not be known then. */
    private static BigDecimal weight(WatchedEntity entity, CountedBy by, @Nullable Snapshot snapshot, long rows) {
        if (snapshot == null || parent(snapshot, by) == null) {
            return BigDecimal.ZERO;
        }
        BigDecimal weight = entity.weight(by, snapshot);
        return rows == 1 || (by.sum() != null && entity.isOnlyTotalled(by.sum()))
                ? weight
                : weight.multiply(BigDecimal.valueOf(rows));
    }
}
