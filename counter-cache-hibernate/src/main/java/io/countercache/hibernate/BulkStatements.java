package io.countercache.hibernate;

import io.countercache.UncountableStatementException;
import io.countercache.hibernate.CounterCacheSettings.Bulk;
import java.util.List;
import org.hibernate.StaleStateException;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.query.spi.QueryOptions;
import org.hibernate.query.sqm.internal.SqmJdbcExecutionContextAdapter;

/** Counts what bulk statements change: rows that no event tells of. There is none where they are ignored. */
final class BulkStatements {

    private final CounterModel model;
    private final PendingDeltas pending;
    private final MoveSink sink;
    private final Bulk setting;
    private final BulkScope scope;
    private final LockedRows locked;
    private final BulkInserts inserts;
    private final BulkCollections collections;
    private final UncountedStatements uncounted;

    BulkStatements(
            CounterModel model,
            PendingDeltas pending,
            MoveSink sink,
            CollectionModel collections,
            Bulk setting,
            SessionFactoryImplementor factory) {
        this.model = model;
        this.pending = pending;
        this.sink = sink;
        this.setting = setting;
        this.scope = new BulkScope(model, collections);
        this.locked = new LockedRows(model, pending, sink);
        this.inserts = new BulkInserts(this, model, pending, sink, factory);
        this.collections = new BulkCollections(sink, collections, factory);
        this.uncounted = new UncountedStatements(model, factory);
    }

    /** Has Hibernate ask here how to execute a bulk statement, for each entity whose rows are counted. */
    void install(SessionFactoryImplementor factory) {
        factory.getMappingMetamodel().forEachEntityDescriptor(entity -> {
            if (scope.concerns(entity)) {
                HibernateFields.replaceStrategy(entity, this);
                HibernateFields.replaceStrategy(entity, inserts);
            }
        });
        FactoryScope.of(factory).put(BulkStatements.class, this);
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
        if (isIgnored(mutation.session(), mutation.context().getQueryOptions())) {
            // who resets the counters afterwards must not meet what other sessions had loaded before
            return mutation.versioned().execute();
        }
        if (setting == Bulk.REJECT) {
            throw rejected(mutation.text(), mutation.entity());
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

    /** Whether nothing is to be counted in this session, or by this statement. */
    boolean isIgnored(SharedSessionContractImplementor session, QueryOptions options) {
        return sink.isSkipping(session) || CounterCacheSettings.IGNORE_STATEMENT.equals(options.getComment());
    }

    boolean isRejected() {
        return setting == Bulk.REJECT;
    }

    static UncountableStatementException rejected(String statement, EntityPersister entity) {
        return new UncountableStatementException(
                statement,
                "rows of %s are counted, and %s is reject"
                        .formatted(entity.getImportedName(), CounterCacheSettings.BULK),
                CounterCacheSettings.WAYS_OUT);
    }

    static void checkSame(long counted, long changed, BulkMutation mutation) {
        if (counted != changed) {
            throw new StaleStateException(
                    "'%s' has changed %d rows, but %d were counted under locks just before: another transaction has changed what it selects; try again"
                            .formatted(mutation.text(), changed, counted));
        }
    }
}
