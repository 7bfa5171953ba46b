package io.countercache.hibernate.internal.write;

import io.countercache.CounterCacheException;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.sql.Columns;
import io.countercache.hibernate.internal.sql.CommitMessage;
import io.countercache.hibernate.internal.sql.Databases;
import io.countercache.hibernate.internal.sql.OldRows;
import io.countercache.hibernate.internal.sql.Statements;
import io.countercache.hibernate.internal.write.CounterDeltas.RowDeltas;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.jboss.logging.Logger;

/**
 * Rows that an UPDATE of their counters has not hit. That is right where the row is gone, for its counters are gone with it. It
 * is not where the row is only hidden, by row level security or a rule: then the counters would drift.
 */
final class MissedRows {

    private static final String UNCHANGED =
            "the row is there, but the UPDATE has not changed it: let row level security, rules and triggers of %s allow it";

    private static final String GONE =
            "a row that counts refers to it, but the UPDATE has found no row: let row level security show"
                    + " it to the UPDATE; call CounterCaches.flush() before native SQL deletes rows of %s; tell by @OnDelete if the"
                    + " database deletes them along with others; or, if the row may be missing, declare"
                    + " ConstraintMode.NO_CONSTRAINT for the foreign key";

    private static final Logger LOG = Logger.getLogger(MissedRows.class);

    private MissedRows() {}

    /** Refuses to lose the deltas of rows that are still there. */
    static void refuse(List<RowDeltas> missed, CounterUpdate update, SharedSessionContractImplementor session) {
        for (RowDeltas row : missed) {
            if (update.isSpread(row)) {
                continue; // it is in another table, if it is there
            }
            String problem =
                    isThere(row, update, session) ? UNCHANGED : isReferredTo(row, update, session) ? GONE : null;
            if (problem != null) {
                Statements.markRollbackOnly(session);
                throw new CounterCacheException("%s cannot be written: %s"
                        .formatted(
                                update.named(row.amounts().keySet(), row),
                                problem.formatted(row.row().table())));
            }
        }
    }

    /**
     * Says what {@link #refuse} would have said, of rows whose UPDATE is committed. Only tables are written so in which nothing hid rows
     * when the session factory was built. Throws nothing: the commit was a success.
     *
     * @param hit how many of the rows the UPDATE has hit
     * @return the rows that it has not hit, as far as they are known
     */
    static List<RowDeltas> report(
            List<RowDeltas> rows, int hit, CounterUpdate update, SharedSessionContractImplementor session) {
        try {
            List<RowDeltas> gone = look(rows, hit, update, session);
            return hit == 0 ? rows : gone;
        } catch (RuntimeException e) {
            LOG.errorf(
                    e,
                    "%s was not written, and it cannot be seen whether the row is there",
                    update.named(update.counters(), rows.get(0)));
            CommitMessage.rollbackAfter(session);
            return hit == 0 ? rows : List.of();
        }
    }

    /** Returns the rows that are not there. */
    private static List<RowDeltas> look(
            List<RowDeltas> rows, int hit, CounterUpdate update, SharedSessionContractImplementor session) {
        List<RowDeltas> gone = new ArrayList<>();
        for (RowDeltas row : rows) {
            if (!isThere(row, update, session)) {
                gone.add(row);
                if (isReferredTo(row, update, session)) {
                    LOG.errorf(
                            "%s was not written: %s",
                            update.named(row.amounts().keySet(), row),
                            GONE.formatted(row.row().table()));
                }
            }
        }
        if (rows.size() - gone.size() > hit) {
            RowDeltas first = rows.get(0);
            LOG.errorf(
                    "%s%s was not written, though the transaction is committed: %s; then correct it with CounterCaches.resetCounters(%s.class, id)",
                    update.named(update.counters(), first),
                    rows.size() > 1 ? " or of one of %d other rows".formatted(rows.size() - 1) : "",
                    UNCHANGED.formatted(first.row().table()),
                    Entities.name(update.parent()));
        }
        return gone;
    }

    /** Whether a delta says that a row of the same database refers to this one. */
    private static boolean isReferredTo(RowDeltas row, CounterUpdate update, SharedSessionContractImplementor session) {
        return Databases.of(session).keepsReferredRows() && update.isReferredTo(row);
    }

    private static boolean isThere(RowDeltas row, CounterUpdate update, SharedSessionContractImplementor session) {
        if (OldRows.areRead(session)) {
            return false; // it may be one that another transaction has deleted
        }
        String sql = "select 1 from " + row.row().table() + " where "
                + Columns.row(row.row().table(), update.parent());
        return Statements.attemptQuery(
                sql, () -> "look for " + update.named(row.amounts().keySet(), row), session, statement -> {
                    Columns.bindId(row.row().id(), update.parent(), statement, 1, session);
                    try (ResultSet rows =
                            session.getJdbcCoordinator().getResultSetReturn().extract(statement, sql)) {
                        return rows.next();
                    }
                });
    }
}
