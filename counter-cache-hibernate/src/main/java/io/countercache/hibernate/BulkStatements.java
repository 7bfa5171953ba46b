package io.countercache.hibernate;

import java.util.List;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.query.sqm.internal.SqmJdbcExecutionContextAdapter;

/** Counts what bulk statements change: rows that no event tells of. There is none where they are ignored. */
final class BulkStatements {

    private final CounterModel model;
    private final PendingDeltas pending;
    private final MoveSink sink;
    private final BulkPolicy policy;
    private final BulkScope scope;
    private final LockedRows locked;
    private final BulkInserts inserts;
    private final BulkCollections collections;
    private final UncountedStatements uncounted;

    BulkStatements(
            CounterModel model,
            OnDeleteGraph onDelete,
            OwnQueries queries,
            PendingDeltas pending,
            MoveSink sink,
            CollectionModel collections,
            BulkPolicy policy,
            SessionFactoryImplementor factory) {
        this.model = model;
        this.pending = pending;
        this.sink = sink;
        this.policy = policy;
        this.scope = new BulkScope(model, onDelete, collections);
        this.locked = new LockedRows(onDelete, queries, pending, sink);
        this.inserts = new BulkInserts(policy, model, pending, sink, factory);
        this.collections = new BulkCollections(sink, collections, factory);
        this.uncounted = new UncountedStatements(model, factory);
    }

    BulkPolicy policy() {
        return policy;
    }

    /** Whether bulk statements on this entity may have to do with counters. */
    boolean concerns(EntityPersister entity) {
        return scope.concerns(entity);
    }

    BulkInserts inserts() {
        return inserts;
    }

    BulkCollections collections() {
        return collections;
    }

    UncountedStatements uncounted() {
        return uncounted;
    }

    int execute(BulkMutation mutation) {
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
        List<CountedChild> classes = model.countedClasses(mutation.entity());
        boolean takesAlong = mutation.isDelete() && scope.takesAlong(mutation.entity());
        if (classes.stream().allMatch(CountedChild::isEmpty) && !takesAlong) {
            return mutation.execute(); // only rows of collections are counted, by what deletes these
        }
        return count(mutation.versioned(), BulkRows.of(classes), takesAlong);
    }

    private int count(BulkMutation mutation, List<BulkRows> classes, boolean takesAlong) {
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
                && CounterWriter.canReturn(mutation.session())
                && mutation.entity().getSoftDeleteMapping() == null
                && !mutation.entity().hasWhereRestrictions();
    }

    private int answered(BulkMutation mutation, BulkRows rows, BulkDeltas deltas) {
        if (mutation.isDelete()) {
            return ReturningPlan.ofDelete(mutation, pending, rows, deltas).executeUpdate(mutation.context());
        }
        // without locks it would leave out rows that another transaction is changing
        mutation.lockingAffected(pending)
                .lock(
                        mutation.entity(),
                        SqmJdbcExecutionContextAdapter.omittingLockingAndPaging(mutation.context()),
                        mutation.session());
        return ReturningPlan.ofUpdate(mutation, pending, rows, deltas).executeUpdate(mutation.context());
    }
}
