package io.countercache.hibernate.internal.bulk;

import static java.util.Objects.requireNonNull;

import io.countercache.hibernate.internal.bulk.RowGroups.Group;
import io.countercache.hibernate.internal.model.WatchedEntity;
import io.countercache.hibernate.internal.model.WatchedEntity.CountedBy;
import io.countercache.hibernate.internal.model.WatchedEntity.PassedBy;
import io.countercache.hibernate.internal.transaction.DeferredMoves;
import java.math.BigDecimal;

/** By how much one bulk statement moves counters. Not thread-safe. */
public final class BulkDeltas {

    private final DeferredMoves moves = new DeferredMoves();
    private long taken;
    private long given;

    /** Rows as they were before the statement. */
    public void before(WatchedEntity counted, Group group) {
        taken += group.rows();
        counted.counters().forEach(by -> add(counted, by, group, false));
        for (PassedBy by : counted.passages()) {
            moves.pass(by.step(), requireNonNull(group.id()), group.values().get(by.association()));
        }
    }

    /** Rows as they are after it. */
    public void after(WatchedEntity counted, Group group) {
        given += group.rows();
        counted.counters().forEach(by -> add(counted, by, group, true));
    }

    private void add(WatchedEntity counted, CountedBy by, Group group, boolean more) {
        Object parent = group.values().get(by.association());
        if (parent == null) {
            return;
        }
        BigDecimal weight = counted.weight(by, group.values());
        if (!counted.isTotalled(by)) {
            weight = weight.multiply(BigDecimal.valueOf(group.rows()));
        }
        moves.move(by.counter(), parent, more ? weight : weight.negate());
    }

    /** How many rows there were before the statement. */
    public long taken() {
        return taken;
    }

    /** How many rows there are after it. */
    public long given() {
        return given;
    }

    /** What follows from all these rows. */
    public DeferredMoves moves() {
        return moves;
    }
}
