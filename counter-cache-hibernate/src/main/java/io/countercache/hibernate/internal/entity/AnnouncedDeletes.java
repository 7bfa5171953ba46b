package io.countercache.hibernate.internal.entity;

import io.countercache.hibernate.internal.support.CallScope;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.hibernate.SessionEventListener;
import org.hibernate.engine.spi.EntityKey;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.jdbc.Expectation;
import org.jspecify.annotations.Nullable;

/**
 * The DELETEs that one session has announced, and what is known of them. Several may be under way at once: Hibernate 8 deletes
 * the rows of several entities table by table.
 */
final class AnnouncedDeletes implements SessionEventListener {

    /** The DELETEs that the thread sends, while any session watches whether one is sent that might be vetoed. */
    private static final CallScope<Sent> SENT = new CallScope<>();

    private static final long serialVersionUID = 1;

    /** What has become of a row whose DELETE is reported as done. */
    enum Outcome {
        /** The DELETE was sent. */
        SENT,
        /** There is no such row any more, though no DELETE was sent for it: it went along with another one, or never was. */
        LEFT,
        /** The DELETE was vetoed, or left to the database while that of the other row may have been vetoed. */
        UNKNOWN
    }

    /** The rows that the session has removed and left to the database, until their DELETE is announced. */
    final transient Set<EntityKey> left = new HashSet<>();
    /** The rows of DELETEs that were announced and will not be sent, until they are reported as done. */
    final transient Map<EntityKey, Outcome> unsent = new HashMap<>();
    /** The rows of DELETEs that were announced and might be vetoed, until they are reported as done. */
    private final transient Set<EntityKey> doubtful = new HashSet<>();
    /** What the thread has sent; null while no DELETE is doubtful. */
    private transient @Nullable Sent watched;

    private transient int sentBefore;

    AnnouncedDeletes(SharedSessionContractImplementor session) {
        session.getEventListenerManager().addListener(this);
    }

    void watch(EntityKey key) {
        Sent sent = watched;
        if (sent == null) {
            sent = SENT.get();
            if (sent == null) {
                sent = new Sent();
                SENT.begin(sent);
            }
            sent.watching++;
            watched = sent;
        }
        doubtful.add(key);
        sentBefore = sent.deletes;
    }

    boolean isWatching(EntityKey key) {
        return doubtful.contains(key);
    }

    /** Returns whether a DELETE was sent since another one was announced or reported. That of the last table is just before. */
    boolean stop(EntityKey key) {
        Sent sent = watched;
        boolean isSent = sent != null && sent.deletes > sentBefore;
        sentBefore = sent == null ? 0 : sent.deletes;
        doubtful.remove(key);
        if (doubtful.isEmpty()) {
            unwatch();
        }
        return isSent;
    }

    boolean areAnyAnnounced() {
        return !unsent.isEmpty() || !doubtful.isEmpty();
    }

    /** Forgets the DELETEs that were announced. */
    void forget() {
        unsent.clear();
        doubtful.clear();
        unwatch();
    }

    private void unwatch() {
        Sent sent = watched;
        watched = null;
        if (sent != null && --sent.watching == 0) {
            SENT.end();
        }
    }

    @Override
    public void transactionCompletion(boolean successful) {
        forget();
    }

    @Override
    public void end() {
        forget();
    }

    /** How many DELETEs a thread has sent, and how many sessions watch that: a listener may delete by another session. */
    private static final class Sent {
        int deletes;
        int watching;
    }

    /** Has the DELETEs counted that are checked by an expectation. */
    static Supplier<Expectation> counted(@Nullable Supplier<? extends Expectation> declared, boolean callable) {
        return () -> new Counted(
                declared != null
                        ? declared.get()
                        : callable ? new Expectation.OutParameter() : new Expectation.RowCount());
    }

    private record Counted(Expectation declared) implements Expectation {

        @Override
        public void verifyOutcome(int rowCount, PreparedStatement statement, int batchPosition, String sql)
                throws SQLException {
            Sent sent = SENT.get();
            if (sent != null && rowCount != 0) {
                sent.deletes++;
            }
            declared.verifyOutcome(rowCount, statement, batchPosition, sql);
        }

        @Override
        public boolean canBeBatched() {
            return declared.canBeBatched();
        }

        @Override
        public int getNumberOfParametersUsed() {
            return declared.getNumberOfParametersUsed();
        }

        @Override
        public int prepare(PreparedStatement statement) throws SQLException {
            return declared.prepare(statement);
        }

        @Override
        public void validate(boolean callable) {
            declared.validate(callable);
        }
    }
}
