package io.countercache.hibernate.internal.bulk;

import io.countercache.hibernate.internal.model.CountedCollections;
import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.model.WatchedEntity;
import io.countercache.hibernate.internal.ondelete.OnDeleteGraph;
import io.countercache.hibernate.internal.sql.Database;
import io.countercache.hibernate.internal.sql.OwnQueries;
import io.countercache.hibernate.internal.transaction.MoveSink;
import io.countercache.hibernate.internal.transaction.PendingDeltas;
import java.util.List;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.query.sqm.internal.SqmJdbcExecutionContextAdapter;

/** Counts what bulk statements change: rows that no event tells of. There is none where they are ignored. */
public final class BulkStatements {

    private final CounterModel model;
    private final PendingDeltas pending;
    private final MoveSink sink;
    private final BulkPolicy policy;
    private final BulkScope scope;
    private final LockingExecution locked;
    private final BulkInserts inserts;
    private final CollectionTableDeletes collections;
    private final UncountedStatements uncounted;

    public BulkStatements(
            CounterModel model,
            OnDeleteGraph onDelete,
            OwnQueries queries,
            PendingDeltas pending,
            MoveSink sink,
            CountedCollections collections,
            BulkPolicy policy,
            SessionFactoryImplementor factory) {
        this.model = model;
        this.pending = pending;
        this.sink = sink;
        this.policy = policy;
        this.scope = new BulkScope(model, onDelete, collections);
        this.locked = new LockingExecution(onDelete, queries, pending, sink);
        this.inserts = new BulkInserts(policy, model, pending, sink, factory);
        this.collections = new CollectionTableDeletes(sink, collections, factory);
        this.uncounted = new UncountedStatements(model, factory);
    }

    public BulkPolicy policy() {
        return policy;
    }

    /** Whether bulk statements on this entity may have to do with counters. */
    public boolean concerns(EntityPersister entity) {
        return scope.concerns(entity);
    }

    public BulkInserts inserts() {
        return inserts;
    }

    public CollectionTableDeletes collections() {
        return collections;
    }

    public UncountedStatements uncounted() {
        return uncounted;
    }

    public int execute(BulkMutation mutation) {
        if (!scope.isCounted(mutation)) {
            return mutation.execute();
        }
        if (policy.isIgnored(mutation.session(), mutation.context().getQueryOptions())) {
            // who resets the counters afterwards must not meet what other sessions had loaded before
            return mutation.versioned().execute();
        }
        if (policy.isRejected()) {
            throw BulkPolicy.rejected(mutation.text(), mutation.entity());
        }
        scope.check(mutation);
        List<WatchedEntity> classes = model.countedClasses(mutation.entity());
        boolean takesAlong = mutation.isDelete() && scope.takesAlong(mutation.entity());
        if (classes.stream().allMatch(WatchedEntity::isEmpty) && !takesAlong) {
            return mutation.execute(); // only rows of collections are counted, by what deletes these
        }
        return count(mutation.versioned(), RowGroups.of(classes), takesAlong);
    }

    private int count(BulkMutation mutation, List<RowGroups> classes, boolean takesAlong) {
        BulkDeltas deltas = new BulkDeltas();
        int changed = classes.size() == 1 && !takesAlong && isAnswered(mutation)
                ? answered(mutation, classes.get(0), deltas)
                : locked.execute(mutation, classes, deltas);
        deltas.moves().tell(sink.of(mutation.session()));
        return changed;
    }

    /** Whether the database answers with the rows that the statement has changed. */
    private static boolean isAnswered(BulkMutation mutation) {
        return mutation.hibernates() == null
                && Database.of(mutation.session()).canQueryBulk()
                && mutation.entity().getSoftDeleteMapping() == null
                && !mutation.entity().hasWhereRestrictions();
    }

    private int answered(BulkMutation mutation, RowGroups rows, BulkDeltas deltas) {
        if (mutation.isDelete()) {
            return ReturningExecution.ofDelete(mutation, pending, rows, deltas).executeUpdate(mutation.context());
        }
        // without locks it would leave out rows that another transaction is changing
        mutation.lockingAffected(pending)
                .lock(
                        mutation.entity(),
                        SqmJdbcExecutionContextAdapter.omittingLockingAndPaging(mutation.context()),
                        mutation.session());
        return ReturningExecution.ofUpdate(mutation, pending, rows, deltas).executeUpdate(mutation.context());
    }
}
