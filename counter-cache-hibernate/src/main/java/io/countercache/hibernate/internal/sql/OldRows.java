package io.countercache.hibernate.internal.sql;

import io.countercache.CounterCacheException;
import io.countercache.hibernate.internal.orm.PerSession;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.hibernate.JDBCException;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.jboss.logging.Logger;

/**
 * Where a query answers with old rows: on MySQL, MariaDB and H2 at REPEATABLE READ. What one statement locks and reads is as it is now
 * there, too, and so is what an UPDATE adds to. To lock rows and to read them in a later statement is refused on H2; on the others that
 * statement locks as well.
 */
public final class OldRows {

    private static final Logger LOG = Logger.getLogger(OldRows.class);

    /** The sessions, of those that own a connection, whose transaction reads none at a level where others do. */
    private static final PerSession<Boolean> READ_NONE = new PerSession<>();

    private OldRows() {}

    /**
     * Refuses it, before any lock, where the library's own queries would read old rows, too.
     *
     * @param what is to be locked and read
     */
    public static void refuse(String what, SharedSessionContractImplementor session) {
        if (!Databases.of(session).canLockReads() && areRead(session)) {
            throw new CounterCacheException(
                    "%s is locked and then read, but at REPEATABLE READ this database reads what was there when the transaction began: use READ COMMITTED"
                            .formatted(what));
        }
    }

    /** Whether a query of the session has to lock what it reads, so as to read what is there now; false where none can. */
    public static boolean needLock(SharedSessionContractImplementor session) {
        return Databases.of(session).canLockReads() && session.isTransactionInProgress() && areRead(session);
    }

    /** A SELECT that reads rows as they are now; it locks them where no other one does. */
    public static String current(String select, SharedSessionContractImplementor session) {
        return needLock(session) ? Databases.of(session).lockingReads(select) : select;
    }

    /** Whether a query of the session may read a row as it was before the last commit. */
    public static boolean areRead(SharedSessionContractImplementor session) {
        Database database = Databases.of(session);
        return database.readsOldRows(Connection.TRANSACTION_REPEATABLE_READ) // the others are not asked
                && READ_NONE.get(Statements.owner(session)) == null
                && database.readsOldRows(isolation(session));
    }

    /**
     * To be called when a transaction of the library's own has begun, and before its first query: has it read none, where it can. So its
     * queries need not lock what they read. With JTA the database has begun the transaction by then.
     */
    public static void avoid(SharedSessionContractImplementor session) {
        List<String> begin = Databases.of(session).beginReadingNewRows();
        if (begin.isEmpty() || !areRead(session) || isJta(session)) {
            return;
        }
        try {
            for (String sql : begin) {
                Statements.attempt(sql, () -> sql, session, PreparedStatement::execute);
            }
            READ_NONE.put(Statements.owner(session), true);
        } catch (JDBCException e) {
            LOG.debug("A transaction of the library's own stays at its level, where it locks what it reads", e);
        }
    }

    private static boolean isJta(SharedSessionContractImplementor session) {
        return session.getTransactionCoordinator()
                .getTransactionCoordinatorBuilder()
                .isJta();
    }

    /** Whether the session may change rows that have changed since its transaction began: some databases refuse that. */
    public static boolean mayBeChanged(SharedSessionContractImplementor session) {
        int isolation = isolation(session);
        return isolation <= Connection.TRANSACTION_READ_COMMITTED
                || (Databases.of(session).readsOldRows(isolation) && !areChangesRefused(session));
    }

    private static boolean areChangesRefused(SharedSessionContractImplementor session) {
        String sql = Databases.of(session).showRefusalOfChanges();
        return sql != null
                && Statements.query(sql, () -> sql, session, statement -> {
                    ResultSet variables =
                            session.getJdbcCoordinator().getResultSetReturn().extract(statement, sql);
                    return variables.next() && variables.getString(2).equals("ON");
                });
    }

    private static int isolation(SharedSessionContractImplementor session) {
        try {
            return session.getJdbcCoordinator()
                    .getLogicalConnection()
                    .getPhysicalConnection()
                    .getTransactionIsolation();
        } catch (SQLException e) {
            throw session.getJdbcServices().getSqlExceptionHelper().convert(e, "could not read the isolation level");
        }
    }
}
