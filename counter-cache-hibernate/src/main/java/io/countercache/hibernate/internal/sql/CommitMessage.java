package io.countercache.hibernate.internal.sql;

import io.countercache.hibernate.internal.support.FactoryScope;
import io.countercache.hibernate.internal.support.Once;
import java.sql.Connection;
import java.sql.SQLException;
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

    /**
     * How many statements one message may have. Each number of them makes a text that the driver remembers, and the server plans each
     * statement of each text.
     */
    public static final int STATEMENTS = 4;

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
                        : session.getJdbcCoordinator().determineRemainingTransactionTimeOutPeriod() > 0
                                ? "the transaction has a timeout, which is one of its statements and not of its commit"
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
     * Whether the transaction has ended. If the message has failed, it was the COMMIT then, and not the statement; if something else has
     * failed, it came after the COMMIT.
     */
    public static boolean hasEnded(SharedSessionContractImplementor session) {
        return PostgreSqlDriver.state(connection(session)).equals("IDLE");
    }

    /** Whether the transaction goes on as if nothing had been sent: a pool or an inspector of statements has refused the message. */
    public static boolean isRefused(SharedSessionContractImplementor session) {
        return PostgreSqlDriver.state(connection(session)).equals("OPEN");
    }

    /** Rolls back what was done on the connection after the COMMIT. */
    public static void rollbackAfter(SharedSessionContractImplementor session) {
        try {
            connection(session).rollback();
        } catch (SQLException e) {
            LOG.debug("The connection cannot be used any more", e);
        }
    }

    private static Connection connection(SharedSessionContractImplementor session) {
        return session.getJdbcCoordinator().getLogicalConnection().getPhysicalConnection();
    }
}
