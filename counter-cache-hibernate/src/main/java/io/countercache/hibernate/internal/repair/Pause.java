package io.countercache.hibernate.internal.repair;

import java.time.Duration;

/** What a repair does between two chunks: it leaves the database to others. */
public interface Pause {

    /**
     * Waits. Throws {@link RepairEnded} if the repair is to end here.
     *
     * @param chunk how long the last chunk has taken
     */
    void after(Duration chunk) throws InterruptedException;
}
