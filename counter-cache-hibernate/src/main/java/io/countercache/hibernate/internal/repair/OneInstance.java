package io.countercache.hibernate.internal.repair;

import io.countercache.hibernate.internal.sql.InstanceLock;
import java.time.Duration;
import java.util.function.Consumer;
import org.hibernate.engine.spi.SharedSessionContractImplementor;

/**
 * Has one of several instances of an application repair, and the others leave it to that one. A lock for as long as the repair
 * takes would need a connection of its own, and a transaction that is idle for minutes. So each transaction of a repair takes the
 * lock for itself, and who does not get it has met another instance. In its first transactions it gives way then. An instance
 * that has come further waits: the other one is new, finds the lock taken at the end of its next pause, and gives way. The
 * lock is held for most of the time, so that nobody gets far without meeting the other; if it happens, both take turns.
 */
final class OneInstance implements Consumer<SharedSessionContractImplementor> {

    /** How many transactions are the first ones: those of three chunks. */
    private static final int FIRST = 6;

    /** By how much each wait is longer than the one before: the first ones have to be shorter than the pause of the other. */
    private static final Duration LONGER = Duration.ofMillis(2);

    /** Enough for a minute. */
    private static final int WAITS = 245;

    private final InstanceLock lock;
    private final Wait wait;
    private int done;

    /** Waits for some time. Throws {@link RepairEnded} if the repair is to end. */
    interface Wait {
        void time(Duration duration);
    }

    OneInstance(InstanceLock lock, Wait wait) {
        this.lock = lock;
        this.wait = wait;
    }

    @Override
    public void accept(SharedSessionContractImplementor session) {
        for (int waits = 1; !lock.take(session); waits++) {
            if (done < FIRST || waits > WAITS) {
                throw new RepairEnded("another instance does it");
            }
            wait.time(LONGER.multipliedBy(waits));
        }
        done++;
    }
}
