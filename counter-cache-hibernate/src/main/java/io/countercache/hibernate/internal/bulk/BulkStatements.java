package io.countercache.hibernate.internal.bulk;

import io.countercache.hibernate.internal.model.CountedCollections;
import io.countercache.hibernate.internal.model.CountedCollections.CountedCollection;
import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.model.WatchedEntity;
import io.countercache.hibernate.internal.ondelete.OnDeleteGraph;
import io.countercache.hibernate.internal.sql.Databases;
import io.countercache.hibernate.internal.sql.OwnQueries;
import io.countercache.hibernate.internal.transaction.DeferredMoves;
import io.countercache.hibernate.internal.transaction.MoveSink;
import io.countercache.hibernate.internal.transaction.ReadBeforeWrite;
import java.util.List;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.persister.entity.EntityPersister;

/** Counts the rows that bulk statements change, for which Hibernate has no events. Not installed where they are ignored. */
public final class BulkStatements {

    private final CounterModel model;
    private final ReadBeforeWrite reads;
    private final MoveSink sink;
    private final BulkPolicy policy;
    private final BulkScope scope;
    private final ReturningExecution returning;
    private final LockingExecution locking;
    private final BulkInserts inserts;
    private final CollectionTableDeletes collections;
    private final UncountedStatements uncounted;

    public BulkStatements(
            CounterModel model,
            OnDeleteGraph onDelete,
            OwnQueries queries,
            ReadBeforeWrite reads,
            MoveSink sink,
            CountedCollections collections,
            BulkPolicy policy,
            SessionFactoryImplementor factory) {
        this.model = model;
        this.reads = reads;
        this.sink = sink;
        this.policy = policy;
        this.scope = new BulkScope(model, onDelete, collections, policy);
        this.returning = new ReturningExecution(reads, Databases.of(factory), policy.activity());
        this.locking = new LockingExecution(onDelete, queries, sink, policy.activity());
        this.inserts = new BulkInserts(policy, model, reads, sink, collections, factory);
        this.collections = new CollectionTableDeletes(policy, sink, collections, factory);
        this.uncounted = new UncountedStatements(model, reads, policy.activity(), factory);
    }

    public BulkPolicy policy() {
        return policy;
    }

    /** Whether bulk statements on this entity may move counters. */
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

    /** Executes a DELETE or UPDATE and counts the rows that it changes; returns how many they are. */
    public int execute(BulkMutation mutation) {
        uncounted.checkSet(mutation);
        if (!scope.isCounted(mutation)) {
            return mutation.execute();
        }
        if (policy.isIgnored(mutation.session(), mutation.context().getQueryOptions())) {
            policy.ignored();
            // versions still increase: other sessions may have loaded the rows, and would move counters from their old
            // parents
            return mutation.versioned().execute();
        }
        if (policy.isRejected()) {
            throw policy.rejected(mutation.text(), mutation.entity());
        }
        scope.check(mutation);
        List<WatchedEntity> classes = model.watchedClasses(mutation.entity());
        boolean deletesOthers = mutation.isDelete() && scope.deletesOthers(mutation.entity());
        List<CountedCollection> elementsOf = scope.elementsOf(mutation);
        if (classes.stream().allMatch(WatchedEntity::isEmpty) && elementsOf.isEmpty() && !deletesOthers) {
            return mutation.execute(); // only rows of collections are counted: by CollectionTableDeletes
        }
        return count(mutation.versioned().grouped(), RowGroups.of(classes), elementsOf, deletesOthers);
    }

    private int count(
            BulkMutation mutation, List<RowGroups> classes, List<CountedCollection> elementsOf, boolean deletesOthers) {
        DeferredMoves moves = new DeferredMoves();
        OwnSelect affected = mutation.lockingAffected(reads);
        uncounted.beforeLocking(affected, mutation);
        int changed = classes.size() == 1
                        && elementsOf.isEmpty()
                        && !deletesOthers
                        && returning.isPossible(mutation, affected)
                ? returning.execute(mutation, affected, classes.get(0), moves)
                : locking.execute(mutation, affected, classes, elementsOf, moves);
        moves.passOn(sink.of(mutation.session()));
        return changed;
    }
}
