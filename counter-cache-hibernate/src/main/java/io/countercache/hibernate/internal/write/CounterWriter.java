package io.countercache.hibernate.internal.write;

import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.model.ParentRow;
import io.countercache.hibernate.internal.observe.Activity;
import io.countercache.hibernate.internal.observe.CounterWriteEvent;
import io.countercache.hibernate.internal.observe.Figure;
import io.countercache.hibernate.internal.observe.FlightRecorder;
import io.countercache.hibernate.internal.sql.CacheInvalidation;
import io.countercache.hibernate.internal.sql.CommitMessage;
import io.countercache.hibernate.internal.sql.TouchedAttribute;
import io.countercache.hibernate.internal.support.Chunks;
import io.countercache.hibernate.internal.write.CounterDeltas.RowDeltas;
import io.countercache.hibernate.internal.write.CounterSql.CounterUpdate;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.hibernate.engine.spi.EntityEntry;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.AbstractEntityPersister;
import org.jboss.logging.Logger;

/**
 * Writes deltas in lock order, by one UPDATE for each row. Neighbours with the same text are one JDBC batch or, where the
 * database can update many rows in a given order, one statement.
 */
public final class CounterWriter {

    private static final Logger LOG = Logger.getLogger(CounterWriter.class);

    private final CounterModel model;
    private final CounterSql sql;
    private final CacheInvalidation caches;
    private final WrittenMoves moves;
    private final Activity activity;
    /** The tables in which no row is hidden from an UPDATE: known when the factory has been built. */
    private volatile Set<String> plainTables = Set.of();

    public CounterWriter(
            CounterModel model, CounterSql sql, CacheInvalidation caches, WrittenMoves moves, Activity activity) {
        this.model = model;
        this.sql = sql;
        this.caches = caches;
        this.moves = moves;
        this.activity = activity;
    }

    /**
     * Lets the last statement of a transaction, if it is for one of these tables, be sent along with the COMMIT. When its row count
     * is known, it is too late to refuse it: so an UPDATE by id has to find every row that is there.
     */
    public void commitAlongIn(Set<String> tables) {
        plainTables = Set.copyOf(tables);
    }

    /** Whether there are such tables. */
    public boolean commitsAlong() {
        return !plainTables.isEmpty();
    }

    /** Writes all deltas and leaves none. */
    public void write(CounterDeltas deltas, SharedSessionContractImplementor session) {
        if (!deltas.isEmpty()) {
            spread(deltas, session);
            write(deltas.drain(sql.lockOrder(session)), session);
        }
    }

    /** Writes the deltas of rows in these tables. They have to be {@link #spread} before. */
    public void write(CounterDeltas deltas, Set<String> tables, SharedSessionContractImplementor session) {
        write(deltas.drain(tables, sql.lockOrder(session)), session);
    }

    /**
     * Writes all deltas but those of the last statement, if the COMMIT can be sent along with it: they stay. They all have to be
     * {@link #spread} before.
     */
    public void writeAllButLast(CounterDeltas deltas, SharedSessionContractImplementor session) {
        List<RowDeltas> rows = deltas.drain(sql.lockOrder(session));
        int last = startOfLast(rows, session);
        write(rows.subList(0, last), session);
        rows.subList(last, rows.size()).forEach(deltas::restore);
    }

    /** Writes the deltas that {@link #writeAllButLast} has left, and commits. */
    public void writeAndCommit(CounterDeltas deltas, SharedSessionContractImplementor session) {
        write(deltas.drain(sql.lockOrder(session)), true, session);
    }

    private void write(List<RowDeltas> rows, SharedSessionContractImplementor session) {
        int from = 0;
        while (from < rows.size()) {
            int to = endOfStatement(rows, from);
            write(rows.subList(from, to), false, session);
            from = to;
        }
    }

    /** Where the rows end that are written by one statement with this one. */
    private static int endOfStatement(List<RowDeltas> rows, int from) {
        int to = from + 1;
        while (to < rows.size() && to - from < Chunks.SIZE && isSameStatement(rows.get(from), rows.get(to))) {
            to++;
        }
        return to;
    }

    /** Where the rows begin that can be written along with the COMMIT; behind all rows if there are none. */
    private int startOfLast(List<RowDeltas> rows, SharedSessionContractImplementor session) {
        if (rows.isEmpty()) {
            return 0;
        }
        RowDeltas last = rows.get(rows.size() - 1);
        CounterUpdate update = sql.update(last.row().table(), last.amounts().keySet());
        // of several tables, which of the UPDATEs is to hit the row is not known
        if (update.isSpread() || !plainTables.contains(last.row().table())) {
            return rows.size();
        }
        int from = 0;
        for (int next = 0; next < rows.size(); next = endOfStatement(rows, next)) {
            from = next;
        }
        // in a JDBC batch each part would have a COMMIT of its own
        boolean isOneText = rows.size() - from <= CommitMessage.STATEMENTS
                || update.many(ids(rows.subList(from, rows.size())), session) != null;
        return isOneText ? from : rows.size();
    }

    private static List<Object> ids(List<RowDeltas> rows) {
        return rows.stream().map(row -> row.row().id()).toList();
    }

    private static boolean isSameStatement(RowDeltas one, RowDeltas other) {
        return one.row().table().equals(other.row().table())
                && one.amounts().keySet().equals(other.amounts().keySet());
    }

    /**
     * Moves deltas from the tables that counters are declared for to those that their rows may be in, where these differ. One
     * UPDATE is sent to each such table; it changes a row in only one of them, because ids are unique in a hierarchy.
     */
    public void spread(CounterDeltas deltas, SharedSessionContractImplementor session) {
        if (!model.tables().areSpread()) {
            return;
        }
        for (RowDeltas row : deltas.drain(sql.lockOrder(session))) {
            Object id = row.row().id();
            row.amounts()
                    .forEach((counter, amount) -> tables(counter, id, session)
                            .forEach(table -> deltas.add(counter, new ParentRow(table, id), amount)));
        }
    }

    /** The tables that the row of a counter may be in: one of several, unless a managed instance says which. */
    public Set<String> tables(CounterDefinition counter, Object id, SharedSessionContractImplementor session) {
        Set<String> tables = model.tables().of(counter).keySet();
        EntityEntry entry = tables.size() == 1 ? null : ManagedParents.entry(model.parent(counter), id, session);
        return entry == null ? tables : Set.of(((AbstractEntityPersister) entry.getPersister()).getRootTableName());
    }

    /** Writes rows that have one statement. */
    private void write(List<RowDeltas> rows, boolean commits, SharedSessionContractImplementor session) {
        RowDeltas first = rows.get(0);
        CounterUpdate update = sql.update(first.row().table(), first.amounts().keySet());
        List<Object> ids = ids(rows);
        Map<TouchedAttribute, Object> touched = TouchedAttribute.now(update.touched(), session);
        boolean isTold = moves.areListenedTo();
        RowsUpdate statement = new RowsUpdate(update, rows, ids, touched, commits, isTold, session);
        if (isSent(statement, commits, () -> caches.around(update.parent(), ids, session, statement::send))) {
            if (isTold) {
                moves.add(session, statement::addHit);
            }
        } else {
            LOG.info("Counters are written just before the commit from now on: they cannot be sent along with it");
            plainTables = Set.of();
            write(rows, false, session);
        }
    }

    /** Sends a statement and tells of it, also if it fails; not if it has not been sent. */
    private boolean isSent(RowsUpdate statement, boolean commits, BooleanSupplier sending) {
        CounterWriteEvent event = FlightRecorder.counterWrite();
        long begun = System.nanoTime();
        boolean isTold = true;
        try {
            isTold = sending.getAsBoolean();
            if (isTold && commits) {
                activity.add(Figure.SAVED_ROUND_TRIPS, 1);
            }
            return isTold;
        } finally {
            if (isTold) {
                statement.tell(activity, System.nanoTime() - begun, event);
            }
        }
    }
}
