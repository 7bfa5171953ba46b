package io.countercache.hibernate.internal.model;

import static java.util.Objects.requireNonNull;

import io.countercache.hibernate.internal.model.WatchedEntity.CountedBy;
import io.countercache.hibernate.internal.model.WatchedEntity.PassedBy;
import java.math.BigDecimal;
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
        for (CountedBy by : entity.counters()) {
            count(by, moves);
        }
        for (PassedBy by : entity.passages()) {
            if (before != null
                    && !by.association().isSame(value(before, by.association()), value(after, by.association()))) {
                moves.pass(by.step(), requireNonNull(id), before.get(by.association()));
            }
        }
    }

    private void count(CountedBy by, Moves moves) {
        Object from = parent(before, by);
        Object to = parent(after, by);
        BigDecimal less = before == null || from == null
                ? BigDecimal.ZERO
                : weight(by, before).negate();
        BigDecimal more = after == null || to == null ? BigDecimal.ZERO : weight(by, after);
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

    private static @Nullable Object value(@Nullable Snapshot snapshot, WatchedAttribute attribute) {
        return snapshot == null ? null : snapshot.get(attribute);
    }

    private static @Nullable Object parent(@Nullable Snapshot snapshot, CountedBy by) {
        Object parent = value(snapshot, by.association());
        return parent == WatchedAttribute.UNKNOWN ? null : parent;
    }

    private BigDecimal weight(CountedBy by, Snapshot snapshot) {
        BigDecimal weight = entity.weight(by, snapshot);
        return rows == 1 || (by.sum() != null && entity.isOnlyTotalled(by.sum()))
                ? weight
                : weight.multiply(BigDecimal.valueOf(rows));
    }
}
