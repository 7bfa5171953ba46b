package io.countercache.hibernate.internal.repair;

import io.countercache.hibernate.internal.orm.Timeouts;
import java.sql.SQLException;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Why a chunk has failed: whether another attempt, or fewer rows, may help. */
final class ChunkFailure {

    private ChunkFailure() {}

    /**
     * Whether another transaction was in the way, and may be gone: a deadlock, a serialization failure, or a timeout. A lock
     * may be held for long, so it is waited for again only if no other row waits for that.
     *
     * @param isLockedRow whether only one row is locked
     */
    static boolean isWorthRetrying(Throwable failure, boolean isLockedRow) {
        return hasState(failure, state -> state.startsWith("40")) // the class of transaction rollbacks
                || (isLockedRow && isTimeout(failure));
    }

    /** Whether single rows may be the reason: one that is locked, a number that its column cannot hold, a constraint. */
    static boolean isOfRows(Throwable failure) {
        return isTimeout(failure)
                || hasState(failure, state -> Stream.of("22", "23", "40").anyMatch(state::startsWith));
    }

    /** Whether a lock, or a statement that may have waited for a lock, has taken too long. */
    static boolean isTimeout(Throwable failure) {
        return causes(failure).anyMatch(Timeouts::isTimeout);
    }

    private static boolean hasState(Throwable failure, Predicate<String> matches) {
        return causes(failure)
                .anyMatch(cause -> cause instanceof SQLException sql
                        && sql.getSQLState() != null
                        && matches.test(sql.getSQLState()));
    }

    private static Stream<Throwable> causes(Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause);
    }
}
