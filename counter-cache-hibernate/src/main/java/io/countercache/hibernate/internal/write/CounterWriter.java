package io.countercache.hibernate.internal.write;

import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.model.ParentRow;
import io.countercache.hibernate.internal.observe.Activity;
import io.countercache.hibernate.internal.observe.CounterWriteEvent;
import io.countercache.hibernate.internal.observe.Figure;
import io.countercache.hibernate.internal.observe.FlightRecorder;
import io.countercache.hibernate.internal.orm.Slots;
import io.countercache.hibernate.internal.sql.CacheInvalidation;
import io.countercache.hibernate.internal.sql.CommitMessage;
import io.countercache.hibernate.internal.sql.TouchedAttribute;
import io.countercache.hibernate.internal.write.CounterDeltas.RowDeltas;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.hibernate.engine.spi.EntityEntry;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.AbstractEntityPersister;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Writes deltas in lock order, by one UPDATE for each row. Neighbours are one JDBC batch or, where the database can update many
 * rows in a given order, one statement.
 */
public final class CounterWriter {

    private static final Logger LOG = Logger.getLogger(CounterWriter.class);

    private final CounterModel model;
    private final CounterSql sql;
    private final CacheInvalidation caches;
    private final WrittenMoves moves;
    private final Activity activity;
    private final SquashTurns squashes;
    /** The tables in which no row is hidden from an UPDATE: known when the factory has been built. */
    private volatile Set<String> plainTables = Set.of();

    public CounterWriter(
            CounterModel model,
            CounterSql sql,
            CacheInvalidation caches,
            WrittenMoves moves,
            Activity activity,
            SquashTurns squashes) {
        this.model = model;
        this.sql = sql;
        this.caches = caches;
        this.moves = moves;
        this.activity = activity;
        this.squashes = squashes;
    }

    /** One that corrects counters: the rows that they count have not changed, so that nothing is touched. It needs the rows' locks. */
    public CounterWriter forCorrections() {
        return new CounterWriter(model, sql.forCorrections(), caches, moves, activity, squashes);
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
            write(inOrder(deltas.drain(sql.lockOrder(session))), session);
        }
    }

    /** Writes the deltas of rows in these tables. They have to be {@link #spread} before. */
    public void write(CounterDeltas deltas, Set<String> tables, SharedSessionContractImplementor session) {
        write(inOrder(deltas.drain(tables, sql.lockOrder(session))), session);
    }

    /**
     * Writes all deltas but those of the last statement, if the COMMIT can be sent along with it: they stay. They all have to be
     * {@link #spread} before.
     */
    public void writeAllButLast(CounterDeltas deltas, SharedSessionContractImplementor session) {
        List<RowDeltas> rows = inOrder(deltas.drain(sql.lockOrder(session)));
        int last = startOfLast(rows, session);
        write(rows.subList(0, last), session);
        rows.subList(last, rows.size()).forEach(deltas::restore);
    }

    /** Writes the deltas that {@link #writeAllButLast} has left, and commits. */
    public void writeAndCommit(CounterDeltas deltas, SharedSessionContractImplementor session) {
        write(last(inOrder(deltas.drain(sql.lockOrder(session))), session), true, session);
    }

    /**
     * Rows in lock order, and in each table what goes to slots behind the others: counter by counter. Where a slot locks its row, too,
     * rows stay in lock order.
     */
    private List<RowDeltas> inOrder(List<RowDeltas> rows) {
        if (model.slots().isEmpty()) {
            return rows;
        }
        List<RowDeltas> parts = new ArrayList<>();
        rows.forEach(row -> addParts(row, parts));
        if (!sql.slotsLockRows()) {
            parts.sort(Comparator.comparing((RowDeltas part) -> part.row().table(), sql.tableOrder())
                    .thenComparing(this::spreadCounter, Comparator.nullsFirst(Amounts.BY_COLUMN)));
        }
        return parts;
    }

    /** Adds what goes to the columns of a row, and then what goes to the slots of each counter. */
    private void addParts(RowDeltas row, List<RowDeltas> parts) {
        int first = parts.size();
        Amounts inColumns = null;
        for (var amount : row.amounts().entrySet()) {
            if (sql.goesToSlots(amount.getKey())) {
                parts.add(new RowDeltas(row.row(), Map.of(amount.getKey(), amount.getValue())));
            } else {
                inColumns = Amounts.add(inColumns, amount.getKey(), amount.getValue());
            }
        }
        if (inColumns != null) {
            parts.add(first, new RowDeltas(row.row(), inColumns));
        }
    }

    /** The one counter of what goes to slots; null for what goes to columns. */
    private @Nullable CounterDefinition spreadCounter(RowDeltas part) {
        CounterDefinition first = part.amounts().keySet().iterator().next();
        return sql.goesToSlots(first) ? first : null;
    }

    private void write(List<RowDeltas> rows, SharedSessionContractImplementor session) {
        for (List<RowDeltas> chunk : StatementRows.chunks(rows, sql, session)) {
            StatementRows.of(chunk, sql, session).forEach(statement -> write(statement, false, session));
        }
    }

    /** The rows of the last statement. */
    private StatementRows last(List<RowDeltas> rows, SharedSessionContractImplementor session) {
        return last(StatementRows.of(last(StatementRows.chunks(rows, sql, session)), sql, session));
    }

    private static <T> T last(List<T> list) {
        return list.get(list.size() - 1);
    }

    /** Where the rows begin that can be written along with the COMMIT; behind all rows if there are none. */
    private int startOfLast(List<RowDeltas> rows, SharedSessionContractImplementor session) {
        if (rows.isEmpty()) {
            return 0;
        }
        if (!isPlain(last(rows))) {
            return rows.size();
        }
        StatementRows last = last(rows, session);
        // of several tables, which of the UPDATEs is to hit the row is not known
        boolean isSpread = !last.update().spread().isEmpty();
        // in a JDBC batch each part would have a COMMIT of its own
        boolean isOneText = last.rows().size() <= CommitMessage.STATEMENTS || last.array() != null;
        return isOneText && !isSpread ? rows.size() - last.rows().size() : rows.size();
    }

    /** Whether an UPDATE, or the upsert of a slot, is known to hit each row that is there. */
    private boolean isPlain(RowDeltas row) {
        return plainTables.contains(row.row().table())
                && row.amounts().keySet().stream()
                        .allMatch(counter -> counter.slots() == null
                                || plainTables.contains(counter.slots().table()));
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

    private void write(StatementRows rows, boolean commits, SharedSessionContractImplementor session) {
        CounterUpdate update = rows.update();
        Map<TouchedAttribute, Object> touched = TouchedAttribute.now(update.touched(), session);
        boolean isTold = moves.areListenedTo();
        RowsUpdate statement = new RowsUpdate(rows, touched, commits, isTold, session);
        if (isSent(statement, commits, () -> caches.around(update.parent(), rows.ids(), session, statement::send))) {
            if (isTold) {
                moves.add(session, statement::addHit);
            }
            Slots slots = update.slots();
            if (slots != null) {
                squashes.written(
                        new SpreadRows(update.parent(), slots, update.types().get(0), rows.ids()));
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
