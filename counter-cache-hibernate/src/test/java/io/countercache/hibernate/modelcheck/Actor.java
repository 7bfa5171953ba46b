package io.countercache.hibernate.modelcheck;

import io.countercache.UncountableStatementException;
import jakarta.persistence.EntityNotFoundException;
import jakarta.persistence.LockTimeoutException;
import jakarta.persistence.OptimisticLockException;
import jakarta.persistence.PessimisticLockException;
import org.hibernate.JDBCException;
import org.hibernate.StaleStateException;
import org.hibernate.TransientObjectException;
import org.hibernate.UnresolvableObjectException;
import org.hibernate.exception.ConstraintViolationException;
import org.hibernate.exception.LockAcquisitionException;

/** What takes the steps of a program: a session, or a stateless one. */
public interface Actor extends AutoCloseable {

    /** Takes a step, and fails if the library does not do what it should; false if the step was not possible. */
    boolean perform(Step step);

    /** Whether a failure is what this session has brought about itself. */
    boolean deserves(Failure failure);

    /** Rolls back after a failure. */
    void failed();

    @Override
    void close();

    /** Why a transaction failed. */
    enum Failure {
        STALE,
        CONSTRAINT,
        LOCKED,
        GONE,
        REFUSED,
        OTHER;

        /** MariaDB, where a statement would skip locked rows and is not to wait for locks: "Got error 1 .. during COMMIT". */
        private static final int CANNOT_SKIP = 1180;

        public static Failure of(Throwable thrown) {
            for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
                if (cause instanceof OptimisticLockException || cause instanceof StaleStateException) {
                    return STALE;
                }
                if (cause instanceof UncountableStatementException) {
                    return REFUSED;
                }
                if (cause instanceof ConstraintViolationException) {
                    return CONSTRAINT;
                }
                if (cause instanceof LockAcquisitionException
                        || cause instanceof LockTimeoutException
                        || cause instanceof PessimisticLockException
                        || cause instanceof org.hibernate.PessimisticLockException
                        || (cause instanceof JDBCException jdbc
                                && (isLocked(jdbc.getSQLState()) || jdbc.getErrorCode() == CANNOT_SKIP))) {
                    return LOCKED;
                }
                if (cause instanceof EntityNotFoundException
                        || cause instanceof UnresolvableObjectException
                        || cause instanceof TransientObjectException) {
                    return GONE;
                }
            }
            return OTHER;
        }

        /** PostgreSQL: a lock timeout, a deadlock. H2: another transaction has changed the row. */
        private static boolean isLocked(String state) {
            return "55P03".equals(state) || "40P01".equals(state) || "90131".equals(state) || "HYT00".equals(state);
        }
    }
}
