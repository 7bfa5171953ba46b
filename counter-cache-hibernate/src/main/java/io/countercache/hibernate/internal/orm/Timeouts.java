package io.countercache.hibernate.internal.orm;

import org.hibernate.PessimisticLockException;
import org.hibernate.QueryTimeoutException;
import org.hibernate.exception.LockTimeoutException;

/** What Hibernate reports when a statement has taken too long. */
public final class Timeouts {

    private Timeouts() {}

    /** Whether a lock, or a statement that may have waited for a lock, has taken too long. */
    public static boolean isTimeout(Throwable failure) {
        return failure instanceof LockTimeoutException
                || failure instanceof PessimisticLockException // of a lock, before Hibernate 7
                || failure instanceof QueryTimeoutException;
    }
}
