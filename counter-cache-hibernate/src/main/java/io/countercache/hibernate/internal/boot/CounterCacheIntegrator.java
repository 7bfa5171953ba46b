package io.countercache.hibernate.internal.boot;

import io.countercache.CounterMappingException;
import io.countercache.hibernate.internal.bulk.BulkPolicy;
import io.countercache.hibernate.internal.bulk.BulkStatements;
import io.countercache.hibernate.internal.bulk.RefusedStatements;
import io.countercache.hibernate.internal.bulk.hook.BulkHooks;
import io.countercache.hibernate.internal.bulk.hook.RefusingHook;
import io.countercache.hibernate.internal.collection.AnnouncedCollections;
import io.countercache.hibernate.internal.collection.CollectionEvents;
import io.countercache.hibernate.internal.collection.CollectionMapping;
import io.countercache.hibernate.internal.collection.CollectionReads;
import io.countercache.hibernate.internal.collection.JoinColumnElements;
import io.countercache.hibernate.internal.collection.StatelessOwners;
import io.countercache.hibernate.internal.condition.ConditionRules;
import io.countercache.hibernate.internal.declaration.DeclarationReader;
import io.countercache.hibernate.internal.declaration.Declarations;
import io.countercache.hibernate.internal.declaration.DisabledCounters;
import io.countercache.hibernate.internal.direct.UniqueKeys;
import io.countercache.hibernate.internal.entity.EntityEvents;
import io.countercache.hibernate.internal.entity.ForeseenCounts;
import io.countercache.hibernate.internal.entity.MergedParents;
import io.countercache.hibernate.internal.entity.OnDeleteRules;
import io.countercache.hibernate.internal.entity.RowStep;
import io.countercache.hibernate.internal.entity.StatelessGuard;
import io.countercache.hibernate.internal.model.CountedCollections;
import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.model.ReferredParents;
import io.countercache.hibernate.internal.observe.Activity;
import io.countercache.hibernate.internal.observe.CounterListeners;
import io.countercache.hibernate.internal.ondelete.OnDeleteGraph;
import io.countercache.hibernate.internal.ondelete.OnDeleteStep;
import io.countercache.hibernate.internal.orm.BootModel;
import io.countercache.hibernate.internal.orm.PerSession;
import io.countercache.hibernate.internal.orm.SkippingSessions;
import io.countercache.hibernate.internal.path.PathReads;
import io.countercache.hibernate.internal.path.PathWriter;
import io.countercache.hibernate.internal.recount.Recount;
import io.countercache.hibernate.internal.schema.MappedKeys;
import io.countercache.hibernate.internal.schema.SchemaCheck;
import io.countercache.hibernate.internal.schema.SchemaScript;
import io.countercache.hibernate.internal.sql.CacheInvalidation;
import io.countercache.hibernate.internal.sql.Database;
import io.countercache.hibernate.internal.sql.Databases;
import io.countercache.hibernate.internal.sql.OwnQueries;
import io.countercache.hibernate.internal.support.FactoryScope;
import io.countercache.hibernate.internal.support.Settings;
import io.countercache.hibernate.internal.support.SqlType;
import io.countercache.hibernate.internal.transaction.LaterLocks;
import io.countercache.hibernate.internal.transaction.MoveSink;
import io.countercache.hibernate.internal.transaction.ParentLocks;
import io.countercache.hibernate.internal.transaction.PendingDeltas;
import io.countercache.hibernate.internal.transaction.ReadBeforeWrite;
import io.countercache.hibernate.internal.write.CounterSql;
import io.countercache.hibernate.internal.write.CounterWriter;
import io.countercache.hibernate.internal.write.SquashTurns;
import io.countercache.hibernate.internal.write.WrittenMoves;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.hibernate.SessionFactory;
import org.hibernate.SessionFactoryObserver;
import org.hibernate.boot.Metadata;
import org.hibernate.boot.spi.BootstrapContext;
import org.hibernate.engine.config.spi.ConfigurationService;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.event.service.spi.EventListenerRegistry;
import org.hibernate.integrator.spi.Integrator;
import org.hibernate.service.spi.SessionFactoryServiceRegistry;

/**
 * Builds the library when a session factory is built. Hibernate finds this class through {@code ServiceLoader}: applications
 * configure nothing, and call nothing of it.
 */
public final class CounterCacheIntegrator implements Integrator {

    /** Called by {@code ServiceLoader}. */
    public CounterCacheIntegrator() {}

    @Override
    public void integrate(Metadata metadata, BootstrapContext context, SessionFactoryImplementor factory) {
        // not what the context has read: in Quarkus, these are the settings that the application was built with
        Settings settings = Settings.read(factory.getServiceRegistry()
                .requireService(ConfigurationService.class)
                .getSettings());
        if (!settings.enabled()) {
            DisabledCounters.warn(metadata);
            return;
        }
        Databases.set(settings.database(), factory);
        Activity activity = new Activity();
        CounterListeners listeners = ListenerSetting.listeners(settings.listener(), factory);
        WrittenMoves moves = new WrittenMoves(listeners);
        UniqueKeys uniqueKeys = UniqueKeys.read(metadata);
        Declarations declared = new DeclarationReader(
                        metadata,
                        factory.getSqlStringGenerationContext(),
                        CollectionMapping::isChanged,
                        Databases.of(factory).hasCaseSensitiveTables())
                .read();
        CounterModel model = new CounterModel(declared.derived(), declared.free(), factory);
        CountedCollections collections = new CountedCollections(declared.derived());
        OnDeleteGraph onDelete = new OnDeleteGraph(declared.deletes(), declared.rows(), collections, model);
        CounterSql sql = new CounterSql(model, new ReferredParents(model, declared.deletes()), Databases.of(factory));
        CacheInvalidation caches = new CacheInvalidation();
        SquashTurns squashes = new SquashTurns(model);
        CounterWriter writer = new CounterWriter(model, sql, caches, moves, activity, squashes);
        OwnQueries queries = new OwnQueries();
        PathReads paths = new PathReads(model, queries);
        PendingDeltas pending =
                new PendingDeltas(model, paths, new PathWriter(model, sql, writer, paths), squashes, moves);
        ReadBeforeWrite reads = new ReadBeforeWrite(model, onDelete::causes, pending, queries, settings.write());
        Recount recount = new Recount(model, pending, queries, sql, writer, activity);
        SkippingSessions skipping = new SkippingSessions();
        MappedKeys keys = model.definitions().isEmpty()
                ? new MappedKeys(List.of())
                : MappedKeys.read(metadata, factory.getSqlStringGenerationContext());
        SchemaCheck schema = new SchemaCheck(model, keys, settings.checkSchema(), factory);
        Installation installed = new Installation(
                model,
                queries,
                pending,
                reads,
                recount,
                skipping,
                caches,
                uniqueKeys,
                squashes,
                schema,
                activity,
                listeners);
        FactoryScope.of(factory).put(Installation.class, installed);
        if (model.isEmpty()) {
            return; // nothing is declared: change nothing, add no listener, cost nothing
        }
        FactoryScope.of(factory).put(ReadBeforeWrite.class, reads);
        FactoryScope.of(factory).put(PendingDeltas.class, pending);
        MappingChanges changes = MappingChanges.inBootModel(declared, settings, skipping, metadata, factory);
        schema.script(SchemaScript.of(
                declared.derived(), declared.free(), metadata, factory.getSqlStringGenerationContext()));
        ForeseenCounts foreseen = new ForeseenCounts(model, pending, skipping);
        MappingChanges.generateCounters(declared, foreseen, metadata);
        MoveSink sink = new MoveSink(model, pending, skipping);
        CollectionReads rows = new CollectionReads(queries);
        AnnouncedCollections announced = new AnnouncedCollections(sink, collections, rows);
        Database database = Databases.of(factory);
        // only rows on paths are locked by a transaction that has inserted a child
        boolean locksParents = database.locksReferredRows()
                || (database.locksAgainstReferrers()
                        && declared.derived().stream()
                                .anyMatch(counter -> !counter.path().isEmpty()));
        ParentLocks locks = new ParentLocks(locksParents, model, sql, paths, pending, announced);
        LaterLocks later = listen(
                installed,
                declared,
                onDelete,
                collections,
                reads,
                sink,
                locks,
                announced,
                rows,
                settings,
                changes,
                foreseen,
                factory.getServiceRegistry().requireService(EventListenerRegistry.class));
        FactoryScope.of(factory).put(LaterLocks.class, later);
        var definitions = BootModel.columnDefinitions(metadata, factory.getSqlStringGenerationContext());
        boolean writesWithCommit = settings.write() == Settings.Write.WITH_COMMIT
                && Databases.of(factory).canCommitAlong();
        finish(
                installed,
                definitions,
                bulk(settings, installed, onDelete, collections, sink),
                writesWithCommit ? check -> writer.commitAlongIn(check.plainTables()) : check -> {},
                factory);
    }

    @Override
    public void disintegrate(SessionFactoryImplementor factory, SessionFactoryServiceRegistry services) {
        PerSession.forget(factory); // all else that there is belongs to the factory
    }

    /** Builds the listeners and the steps that they call, and registers them. */
    private static LaterLocks listen(
            Installation installed,
            Declarations declared,
            OnDeleteGraph onDelete,
            CountedCollections collections,
            ReadBeforeWrite reads,
            MoveSink sink,
            ParentLocks locks,
            AnnouncedCollections announced,
            CollectionReads rows,
            Settings settings,
            MappingChanges changes,
            ForeseenCounts foreseen,
            EventListenerRegistry registry) {
        CounterModel model = installed.model();
        OwnQueries queries = installed.queries();
        PendingDeltas pending = installed.pending();
        List<RowStep> steps = new ArrayList<>(); // in the order in which they are called
        if (!declared.deletes().isEmpty() || !declared.rows().isEmpty()) {
            steps.add(new OnDeleteStep(model, onDelete, queries, sink));
        }
        CollectionEvents ofCollections = null;
        if (!collections.isEmpty()) {
            StatelessOwners stateless = new StatelessOwners();
            JoinColumnElements elements = new JoinColumnElements(sink, collections, rows);
            steps.add(stateless);
            steps.add(elements);
            ofCollections =
                    new CollectionEvents(sink, pending, locks, announced, collections, rows, elements, stateless);
            steps.add(ofCollections);
        }
        EntityEvents ofEntities = new EntityEvents(
                model,
                foreseen,
                new OnDeleteRules(entity -> !onDelete.of(entity).isEmpty(), onDelete::mayChange, onDelete::isNulled),
                settings.staleChildren() == Settings.StaleChildren.TRUST,
                pending,
                queries,
                installed.caches(),
                installed.skipping(),
                new StatelessGuard(
                        entity -> !model.watched(entity).isEmpty()
                                || !onDelete.of(entity).isEmpty()
                                || collections.concern(entity),
                        settings.bulk() == Settings.Bulk.IGNORE,
                        installed.activity()),
                sink,
                locks,
                changes.deletes(),
                steps,
                installed.activity());
        Listeners.register(
                ofEntities,
                foreseen,
                new MergedParents(model),
                changes.deletes().leavesAny(),
                reads,
                ofCollections,
                registry);
        return ofEntities.laterLocks();
    }

    /** What has bulk statements counted, once there are persisters. */
    private static Consumer<SessionFactoryImplementor> bulk(
            Settings settings,
            Installation installed,
            OnDeleteGraph onDelete,
            CountedCollections collections,
            MoveSink sink) {
        if (settings.bulk() == Settings.Bulk.IGNORE) {
            return factory -> {};
        }
        BulkPolicy policy = new BulkPolicy(settings.bulk(), installed.skipping(), installed.activity());
        return BulkHooks.canCount()
                ? factory -> BulkHooks.install(
                        new BulkStatements(
                                installed.model(),
                                onDelete,
                                installed.queries(),
                                installed.reads(),
                                sink,
                                collections,
                                policy,
                                factory),
                        factory)
                : factory -> RefusingHook.install(
                        new RefusedStatements(
                                installed.model(), onDelete, installed.reads(), collections, policy, factory),
                        factory);
    }

    /** Does what has to wait until Hibernate has built all persisters. */
    private static void finish(
            Installation installed,
            Map<String, SqlType> definitions,
            Consumer<SessionFactoryImplementor> bulk,
            Consumer<SchemaCheck> withCommit,
            SessionFactoryImplementor factory) {
        factory.addObserver(new SessionFactoryObserver() {
            @Override
            public void sessionFactoryCreated(SessionFactory created) {
                Database database = Databases.of(factory);
                var rules = new ConditionRules(
                        database.likeMatchesUtf16(), database.cutsSeconds(), database.comparesTexts());
                List<String> problems = installed.model().readConditions(rules, definitions);
                if (!problems.isEmpty()) {
                    throw new CounterMappingException(problems);
                }
                bulk.accept(factory);
                installed.schema().atBoot();
                withCommit.accept(installed.schema());
            }
        });
    }
}
