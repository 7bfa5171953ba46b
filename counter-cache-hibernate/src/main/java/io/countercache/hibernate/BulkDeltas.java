package io.countercache.hibernate;

import static java.util.Objects.requireNonNull;

import io.countercache.hibernate.BulkRows.Group;
import io.countercache.hibernate.CountedChild.CountedBy;
import io.countercache.hibernate.CountedChild.PassedBy;
import java.math.BigDecimal;

/** By how much one bulk statement moves counters. Not thread-safe. */
final class BulkDeltas {

    private final HeldMoves moves = new HeldMoves();
    private long taken;
    private long given;

    /** Rows as they were before the statement. */
    void before(CountedChild counted, Group group) {
        taken += group.rows();
        counted.counters().forEach(by -> add(counted, by, group, false));
        for (PassedBy by : counted.passages()) {
            moves.pass(by.step(), requireNonNull(group.id()), group.values().get(by.association()));
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
        moves.move(by.counter(), parent, more ? weight : weight.negate());
    }

    /** How many rows there were before the statement. */
    long taken() {
        return taken;
    }

    /** How many rows there are after it. */
    long given() {
        return given;
    }

    /** What follows from all these rows. */
    HeldMoves moves() {
        return moves;
    }
}
