package io.countercache.hibernate.internal.entity;

import io.countercache.hibernate.internal.model.Snapshot;
import io.countercache.hibernate.internal.observe.Activity;
import io.countercache.hibernate.internal.observe.Figure;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.orm.EntityTables;
import io.countercache.hibernate.internal.sql.Databases;
import io.countercache.hibernate.internal.sql.LockOrder;
import io.countercache.hibernate.internal.sql.OldRows;
import io.countercache.hibernate.internal.sql.OwnQueries;
import io.countercache.hibernate.internal.sql.RowLocks;
import io.countercache.hibernate.internal.support.Chunks;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.hibernate.LockMode;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.query.SelectionQuery;
import org.jspecify.annotations.Nullable;

/**
 * Reads rows by the columns that counters look at, under a lock that lasts until the transaction ends: of two transactions that
 * move or delete one child at the same time, the second sees what the first has committed.
 */
final class ImageReader {

    private final OwnQueries queries;
    private final boolean locks;
    private final Activity activity;

    /**
     * What the database holds of a row.
     *
     * @param version null without a {@code @Version}, or if the row is as a statement of this session has left it
     */
    record Row(Snapshot snapshot, @Nullable Object version) {}

    /** @param locks false if the application has said that no two transactions change one child at the same time */
    ImageReader(OwnQueries queries, boolean locks, Activity activity) {
        this.queries = queries;
        this.locks = locks;
        this.activity = activity;
    }

    /**
     * Reads many rows in lock order, by one statement for each chunk of them; returns them by id. Those that do not exist, or that
     * are only marked as deleted, are missing.
     */
    Map<Object, Row> read(ImageQuery query, Collection<Object> ids, SharedSessionContractImplementor session) {
        List<Object> inOrder = new ArrayList<>(ids);
        inOrder.sort(LockOrder.of(query.rows(), session));
        // without a transaction the lock would be released before the statement that it is for
        boolean isLocking = locks && session.isTransactionInProgress();
        Map<Object, Row> rows = new HashMap<>();
        for (List<Object> chunk : Chunks.of(inOrder)) {
            read(query, chunk, isLocking, rows, session);
            if (isLocking && EntityTables.hidesRows(query.rows())) {
                List<Object> hidden = lockHidden(query, chunk, rows.keySet(), session);
                read(query, hidden, true, rows, session);
            }
        }
        activity.add(Figure.IMAGE_ROWS, rows.size());
        return rows;
    }

    private void read(
            ImageQuery query,
            List<Object> ids,
            boolean isLocking,
            Map<Object, Row> rows,
            SharedSessionContractImplementor session) {
        boolean isOneStep = query.isOneStep() && Databases.of(session).canLockByQuery();
        boolean isLockedBefore = isLocking && !isOneStep;
        List<Object> found = isLockedBefore && !ids.isEmpty() ? lock(query, ids, session) : ids;
        if (!found.isEmpty()) {
            list(query, found, isLocking && isOneStep, session).forEach(row -> rows.put(row[0], row(query, row)));
        }
    }

    /**
     * Locks those rows of a chunk that the query has not found although they are there: it has locked none of them. Such a row can
     * be hidden, and be written all the same by a session that has loaded it before, which may bring it back. Or it has come back
     * meanwhile. So it is to be read again once it is locked.
     */
    private static List<Object> lockHidden(
            ImageQuery query, List<Object> chunk, Set<Object> found, SharedSessionContractImplementor session) {
        List<Object> missing = chunk.stream().filter(id -> !found.contains(id)).toList();
        EntityPersister locked = EntityTables.locked(query.rows());
        return missing.isEmpty()
                ? missing
                : List.copyOf(RowLocks.lock(missing, locked, EntityTables.own(locked), session));
    }

    private static Row row(ImageQuery query, Object[] row) {
        Object version = query.rows().isVersioned() ? row[row.length - 1] : null;
        return new Row(query.watched().read(row), version);
    }

    private List<Object> lock(ImageQuery query, List<Object> ids, SharedSessionContractImplementor session) {
        OldRows.refuse(Entities.name(query.rows()), session);
        // no database locks the rows of a union of tables
        if (EntityTables.isInSeveralTables(query.rows())
                || !Databases.of(session).canLockByQuery()) {
            EntityPersister locked = EntityTables.locked(query.rows());
            String table = EntityTables.own(locked);
            return List.copyOf(
                    queries.areUnderWay(session) // Hibernate is about to send a batch
                            ? RowLocks.lockForBatch(ids, locked, table, session)
                            : RowLocks.lock(ids, locked, table, session));
        }
        return list(ids.size() == 1 ? query.lockOne() : query.lockMany(), Object.class, ids, true, session);
    }

    private List<Object[]> list(
            ImageQuery query, List<Object> ids, boolean isLocking, SharedSessionContractImplementor session) {
        return list(ids.size() == 1 ? query.one() : query.many(), Object[].class, ids, isLocking, session);
    }

    private <R> List<R> list(
            String hql, Class<R> type, List<Object> ids, boolean isLocking, SharedSessionContractImplementor session) {
        activity.add(Figure.IMAGE_QUERIES, 1);
        Consumer<SelectionQuery<R>> parameters = query -> {
            if (ids.size() == 1) {
                query.setParameter("id", ids.get(0));
            } else {
                query.setParameterList("ids", ids);
            }
            if (isLocking) {
                query.setHibernateLockMode(LockMode.PESSIMISTIC_WRITE);
            }
        };
        // a filter of the application does not hide the row from what is to be written
        return session.getLoadQueryInfluencers().hasEnabledFilters()
                ? queries.listUnfiltered(hql, type, parameters, session)
                : queries.list(hql, type, parameters, session);
    }

    /** A snapshot of a row that is locked already, or null if there is no such row. */
    @Nullable
    Snapshot again(ImageQuery query, Object id, SharedSessionContractImplementor session) {
        List<Object[]> rows = list(query, List.of(id), false, session);
        return rows.isEmpty() ? null : query.watched().read(rows.get(0));
    }
}
