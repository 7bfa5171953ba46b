package io.countercache.hibernate;

import io.countercache.hibernate.internal.boot.Installation;
import io.countercache.hibernate.internal.orm.SkippingSessions;
import org.hibernate.FlushMode;
import org.hibernate.engine.spi.SessionImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.jspecify.annotations.Nullable;

/** A stretch of changes that are not counted: it begins with {@link CounterCaches#skip} and ends with its close. Not thread-safe. */
public final class Skipped implements AutoCloseable {

    private final SharedSessionContractImplementor session;
    /** Null when there is nothing to end: after the close, and inside another stretch of the same session. */
    private @Nullable SkippingSessions skipping;

    private Skipped(SharedSessionContractImplementor session, @Nullable SkippingSessions skipping) {
        this.session = session;
        this.skipping = skipping;
    }

    static Skipped begin(SharedSessionContractImplementor session) {
        Installation installed = Installation.in(session.getFactory());
        flush(session);
        boolean begins = installed != null && installed.skipping().add(session);
        return new Skipped(session, installed != null && begins ? installed.skipping() : null);
    }

    /** Flushes the changes since the beginning, which are not counted, and counts again from here on. */
    @Override
    public void close() {
        if (skipping != null) {
            try {
                flush(session);
            } finally {
                skipping.remove(session);
                skipping = null;
            }
        }
    }

    /** Separates changes that are counted from those that are not. A transaction that is rolled back anyway is not flushed. */
    private static void flush(SharedSessionContractImplementor session) {
        if (session instanceof SessionImplementor stateful
                && stateful.isTransactionInProgress()
                && stateful.getHibernateFlushMode() != FlushMode.MANUAL
                && !stateful.accessTransaction().getRollbackOnly()) {
            stateful.flush();
        }
    }
}
