package io.countercache.hibernate.internal.repair;

import io.countercache.RepairProgress;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Hears how far the repair, or the verification, of a table has come. */
public interface Progress {

    /**
     * Before the first chunk.
     *
     * @param rows counts all rows, by a query
     */
    default void begins(LongSupplier rows) {}

    /**
     * After each chunk.
     *
     * @param rest counts the rows that are still to do, by a query
     */
    void isDone(RepairTally tally, Object lastId, LongSupplier rest);

    /** After the last chunk. */
    default void ends(RepairTally tally, boolean repaired) {}

    /** Tells a listener of the application. */
    static Progress to(Consumer<RepairProgress> listener) {
        return new Progress() {

            private long total;

            @Override
            public void begins(LongSupplier rows) {
                total = rows.getAsLong();
            }

            @Override
            public void isDone(RepairTally tally, Object lastId, LongSupplier rest) {
                listener.accept(tally.progress(total, lastId));
            }
        };
    }
}
