package io.countercache.hibernate.internal.bulk;

import io.countercache.hibernate.internal.model.CountedCollections.CountedCollection;
import io.countercache.hibernate.internal.model.Moves;
import io.countercache.hibernate.internal.model.RowChange;
import io.countercache.hibernate.internal.observe.Activity;
import io.countercache.hibernate.internal.observe.Figure;
import io.countercache.hibernate.internal.ondelete.CollectionEnd;
import io.countercache.hibernate.internal.ondelete.CollectionRows;
import io.countercache.hibernate.internal.ondelete.OnDeleteGraph;
import io.countercache.hibernate.internal.ondelete.OnDeleteSearch;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.orm.EntityTables;
import io.countercache.hibernate.internal.orm.Hql;
import io.countercache.hibernate.internal.sql.Databases;
import io.countercache.hibernate.internal.sql.OldRows;
import io.countercache.hibernate.internal.sql.OwnQueries;
import io.countercache.hibernate.internal.sql.RowLocks;
import io.countercache.hibernate.internal.support.Chunks;
import io.countercache.hibernate.internal.transaction.MoveSink;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import org.hibernate.LockMode;
import org.hibernate.StaleStateException;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.query.sqm.internal.SqmJdbcExecutionContextAdapter;

/**
 * Counts a bulk DELETE or UPDATE that cannot return the rows that it changes: locks the rows that it is about to change, reads
 * them, executes the statement, and reads them again. The ids of the rows are in memory meanwhile. {@link ReturningExecution}
 * is the other way.
 */
final class LockingExecution {

    /**
     * Up to how many locked rows the statement is restricted to their ids, and so leaves rows alone that other transactions
     * have inserted since. Each id is a literal in the SQL and a node in Hibernate's tree of it: 5,000 of them are some 50 kB,
     * which take little time beside changing as many rows. With more rows the statement is sent as it is, and fails if it
     * changes another number of rows than were locked; the application has to try again then. A statement that reads other rows
     * is always restricted: after a change of those it could change as many rows, but not the same.
     */
    private static final int MOST_NAMED = 5_000;

    private final OnDeleteGraph onDelete;
    private final OwnQueries queries;
    private final CollectionRows collections;
    private final MoveSink sink;
    private final Activity activity;

    LockingExecution(OnDeleteGraph onDelete, OwnQueries queries, MoveSink sink, Activity activity) {
        this.onDelete = onDelete;
        this.queries = queries;
        this.collections = new CollectionRows(queries);
        this.sink = sink;
        this.activity = activity;
    }

    /**
     * Executes the statement; returns how many rows it has changed.
     *
     * @param affected the query that locks these rows
     * @param elementsOf the {@code @OneToMany @JoinColumn} collections whose elements these rows are
     */
    int execute(
            BulkMutation mutation,
            OwnSelect affected,
            List<RowGroups> classes,
            List<CountedCollection> elementsOf,
            Moves moves) {
        List<Object> ids = lock(mutation, affected, elementsOf);
        if (ids.isEmpty()) {
            return 0;
        }
        long before =
                count(ids, classes, mutation.isDelete() ? RowGroups::deleted : RowGroups::before, moves, mutation);
        checkSame(ids.size(), before, mutation);
        elementsOf.forEach(each -> collections.countElements(each, ids, -1, moves, mutation.session()));
        boolean isRestricted = ids.size() <= MOST_NAMED || affected.readsOtherRows();
        if (mutation.isDelete() && countOthers(mutation, ids)) {
            isRestricted = true; // for rows inserted since, nothing was searched that the database deletes with them
        }
        Optional<BulkMutation> restricted = isRestricted ? mutation.restrictedTo(ids) : Optional.empty();
        int changed = restricted.orElse(mutation).execute();
        // of a restricted one no other rows can be changed, but a row counts twice that a join finds twice; Hibernate
        // adds
        // filters without parentheses, so with these it may change others
        boolean isExact = restricted.isEmpty() || Entities.isFiltered(mutation.entity(), mutation.session());
        checkSame(ids.size(), isExact ? changed : Math.min(changed, ids.size()), mutation);
        if (!mutation.isDelete()) {
            checkSame(ids.size(), count(ids, classes, RowGroups::after, moves, mutation), mutation);
            elementsOf.forEach(each -> collections.countElements(each, ids, 1, moves, mutation.session()));
        }
        return changed;
    }

    /** Counts the rows that the database deletes, or sets to null, along with these; false if it never does. */
    private boolean countOthers(BulkMutation delete, List<Object> ids) {
        EntityPersister entity = delete.entity();
        if (!onDelete.takesAlong(entity)) {
            return false;
        }
        new OnDeleteSearch(onDelete, queries)
                .countAlongWith(
                        entity,
                        ids,
                        CollectionEnd::isDeletedByStatement, // CollectionTableDeletes counts these
                        sink.of(delete.session()),
                        delete.session());
        return true;
    }

    private List<Object> lock(BulkMutation mutation, OwnSelect affected, List<CountedCollection> elementsOf) {
        OldRows.refuse(Entities.name(mutation.entity()), mutation.session());
        Set<Object> ids = idsOf(affected, mutation);
        if (!Databases.of(mutation.session()).canLockOrdered()) {
            // the query has locked nothing: until all that it finds was locked before it, it is asked again
            Set<Object> now = ids;
            do {
                ids.addAll(now);
                RowLocks.lock(ids, mutation.entity(), EntityTables.own(mutation.entity()), mutation.session());
                now = idsOf(affected, mutation);
            } while (!ids.containsAll(now));
            ids = now;
        }
        EntityPersister locked = EntityTables.locked(mutation.entity());
        if (!locked.getTableName().equals(mutation.entity().getTableName())) {
            lock(ids, locked, mutation.session());
        }
        for (CountedCollection collection : elementsOf) {
            // the same rows as CollectionReads locks, where the column is not in the first table of the elements
            String table = collection.persister().getTableName();
            if (!table.equals(locked.getTableName())) {
                RowLocks.lock(ids, collection.element(), table, mutation.session());
            }
        }
        activity.add(Figure.BULK_ROWS, ids.size());
        return List.copyOf(ids);
    }

    private static Set<Object> idsOf(OwnSelect affected, BulkMutation mutation) {
        Set<Object> ids = new LinkedHashSet<>(); // a join may return a row more than once
        affected.forEach(
                SqmJdbcExecutionContextAdapter.omittingLockingAndPaging(mutation.context()), row -> ids.add(row[0]));
        return ids;
    }

    private void lock(Set<Object> ids, EntityPersister entity, SharedSessionContractImplementor session) {
        if (!Databases.of(session).canLockByQuery()) {
            RowLocks.lock(ids, entity, EntityTables.own(entity), session);
            return;
        }
        String hql = "select id(c) from %s c where id(c) in :ids".formatted(Hql.name(entity));
        for (List<Object> chunk : Chunks.of(ids)) {
            queries.list(
                    hql,
                    Object.class,
                    query -> query.setParameterList("ids", chunk).setHibernateLockMode(LockMode.PESSIMISTIC_WRITE),
                    session);
        }
    }

    /** Reads the rows in groups and counts what these mean; returns how many rows there are. */
    private long count(
            List<Object> ids,
            List<RowGroups> classes,
            BiFunction<RowGroups, Object[], RowChange> meaning,
            Moves moves,
            BulkMutation mutation) {
        long[] rows = {0};
        classes.forEach(each -> queries.forEach(each.hqlByIds(), Object[].class, ids, mutation.session(), group -> {
            meaning.apply(each, group).moves(moves);
            rows[0] += RowGroups.rows(group);
        }));
        return rows[0];
    }

    private static void checkSame(long counted, long changed, BulkMutation mutation) {
        if (counted != changed) {
            throw new StaleStateException(
                    "'%s' has changed %d rows, but %d were counted under locks just before: another transaction has changed what it selects; try again"
                            .formatted(mutation.text(), changed, counted));
        }
    }
}
