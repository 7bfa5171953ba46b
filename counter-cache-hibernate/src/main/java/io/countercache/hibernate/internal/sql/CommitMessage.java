package io.countercache.hibernate.internal.sql;

import io.countercache.hibernate.internal.support.FactoryScope;
import io.countercache.hibernate.internal.support.Once;
import java.sql.Connection;
import org.hibernate.ConnectionReleaseMode;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.resource.jdbc.spi.LogicalConnectionImplementor;
import org.jboss.logging.Logger;

/**
 * A statement and the COMMIT in one message. PostgreSQL executes one after the other, and skips the COMMIT if the statement fails.
 * Its driver knows then that the transaction has ended, and {@link Connection#commit()} sends nothing more.
 */
public final class CommitMessage {

    private static final Logger LOG = Logger.getLogger(CommitMessage.class);
    /** What has been said of a session factory. */
    private record Said(Once once) {}

    private CommitMessage() {}

    /** How many statements one message may have: each number of them makes a text that the driver remembers. */
    public static final int STATEMENTS = 20;

    /** The text of the message that has this statement in it, as often as it is sent. */
    public static String of(String statement, int times) {
        return times == 1 ? statement + "; commit" : (statement + "; ").repeat(times) + "commit";
    }

    /** Whether the transaction of this session can be committed by such a message. */
    public static boolean isPossible(SharedSessionContractImplementor session) {
        LogicalConnectionImplementor logical = session.getJdbcCoordinator().getLogicalConnection();
        String obstacle = !Databases.of(session).canCommitAlong()
                ? "the database is not PostgreSQL"
                : isGivenBackBefore(logical)
                        ? "the session gives its connection back before the commit"
                        : PostgreSqlDriver.obstacle(logical.getPhysicalConnection());
        if (obstacle != null
                && FactoryScope.of(session.getFactory())
                        .get(Said.class, () -> new Said(new Once()))
                        .once()
                        .isFirst(obstacle)) {
            LOG.debugf("Counters are written just before the commit, not with it: %s", obstacle);
        }
        return obstacle == null;
    }

    private static boolean isGivenBackBefore(LogicalConnectionImplementor logical) {
        ConnectionReleaseMode mode = logical.getConnectionHandlingMode().getReleaseMode();
        return mode != ConnectionReleaseMode.AFTER_TRANSACTION && mode != ConnectionReleaseMode.ON_CLOSE;
    }

    /**
     * Whether a message that has failed has ended the transaction: then it was the COMMIT that has failed, and not the statement.
     */
    public static boolean hasEnded(SharedSessionContractImplementor session) {
        return PostgreSqlDriver.isIdle(
                session.getJdbcCoordinator().getLogicalConnection().getPhysicalConnection());
    }
}
