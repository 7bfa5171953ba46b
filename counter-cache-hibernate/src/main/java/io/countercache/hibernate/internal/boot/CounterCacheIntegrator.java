package io.countercache.hibernate.internal.boot;

import io.countercache.CounterMappingException;
import io.countercache.hibernate.internal.bulk.BulkPolicy;
import io.countercache.hibernate.internal.bulk.BulkStatements;
import io.countercache.hibernate.internal.bulk.hook.BulkHooks;
import io.countercache.hibernate.internal.collection.CollectionEvents;
import io.countercache.hibernate.internal.collection.CollectionReads;
import io.countercache.hibernate.internal.collection.JoinColumnElements;
import io.countercache.hibernate.internal.collection.StatelessOwners;
import io.countercache.hibernate.internal.declaration.DeclarationReader;
import io.countercache.hibernate.internal.declaration.Declarations;
import io.countercache.hibernate.internal.direct.UniqueKeys;
import io.countercache.hibernate.internal.entity.BeforeImages;
import io.countercache.hibernate.internal.entity.ChildCounting;
import io.countercache.hibernate.internal.entity.ChildGuards;
import io.countercache.hibernate.internal.entity.ForeseenCounts;
import io.countercache.hibernate.internal.entity.ParentInstances;
import io.countercache.hibernate.internal.entity.SentDeletes;
import io.countercache.hibernate.internal.model.CountedCollections;
import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.ondelete.OnDeleteGraph;
import io.countercache.hibernate.internal.ondelete.OnDeleteStep;
import io.countercache.hibernate.internal.path.PathWriter;
import io.countercache.hibernate.internal.recount.Recount;
import io.countercache.hibernate.internal.size.SizedCollections;
import io.countercache.hibernate.internal.sql.CacheInvalidation;
import io.countercache.hibernate.internal.sql.OwnQueries;
import io.countercache.hibernate.internal.support.FactoryScope;
import io.countercache.hibernate.internal.support.Settings;
import io.countercache.hibernate.internal.support.SkippingSessions;
import io.countercache.hibernate.internal.transaction.MoveSink;
import io.countercache.hibernate.internal.transaction.PendingDeltas;
import io.countercache.hibernate.internal.write.CounterSql;
import io.countercache.hibernate.internal.write.CounterWriter;
import io.countercache.hibernate.internal.write.ManagedParents;
import java.util.List;
import org.hibernate.SessionFactory;
import org.hibernate.SessionFactoryObserver;
import org.hibernate.boot.Metadata;
import org.hibernate.boot.spi.BootstrapContext;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.event.service.spi.EventListenerRegistry;
import org.hibernate.event.spi.EventType;
import org.hibernate.integrator.spi.Integrator;

/**
 * Installs the library in a session factory when it is built. Found by Hibernate through {@code ServiceLoader}; nothing
 * has to be configured, and nothing is called by users.
 */
public final class CounterCacheIntegrator implements Integrator {

    /** Called by {@code ServiceLoader}. */
    public CounterCacheIntegrator() {}

    @Override
    public void integrate(Metadata metadata, BootstrapContext context, SessionFactoryImplementor factory) {
        Settings settings = Settings.read(context.getConfigurationService().getSettings());
        if (!settings.enabled()) {
            return;
        }
        FactoryScope scope = FactoryScope.of(factory);
        UniqueKeys uniqueKeys = UniqueKeys.read(metadata);
        Declarations declared = new DeclarationReader(metadata, factory.getSqlStringGenerationContext()).read();
        List<CounterDefinition> counters = declared.derived();
        CounterModel model = new CounterModel(counters, declared.free());
        OnDeleteGraph onDelete = new OnDeleteGraph(declared.deletes(), model);
        CounterSql sql = new CounterSql(model);
        CacheInvalidation caches = new CacheInvalidation();
        CounterWriter writer = new CounterWriter(model, sql, caches);
        OwnQueries queries = new OwnQueries();
        PathWriter paths = new PathWriter(model, sql, writer, queries);
        PendingDeltas pending =
                new PendingDeltas(model, onDelete::causes, new ManagedParents(model), paths, queries, settings.write());
        Recount recount = new Recount(model, pending, queries, sql, writer);
        SkippingSessions skipping = new SkippingSessions();
        scope.put(Installation.class, new Installation(model, queries, pending, recount, skipping, caches, uniqueKeys));
        if (model.isEmpty()) {
            return; // nothing declared: add no listener, cost nothing
        }
        scope.put(PendingDeltas.class, pending);
        ChildGuards guards = ChildGuards.decide(counters, metadata, settings.staleChildren(), settings.batched());
        SentDeletes sent = SentDeletes.watch(metadata);
        BeforeImages stale = new BeforeImages(model, onDelete::mayChange, pending, queries, guards, sent);
        MoveSink sink = new MoveSink(model, pending, skipping);
        ForeseenCounts fresh = new ForeseenCounts(model, pending, skipping);
        EventListenerRegistry listeners = factory.getEventListenerRegistry();
        listen(
                listeners,
                new ChildCounting(model, stale, sent, sink),
                stale,
                sent,
                new ParentInstances(model, pending, sent, fresh, caches),
                fresh,
                pending);
        if (!declared.deletes().isEmpty()) {
            listen(listeners, new OnDeleteStep(model, onDelete, queries, sent, sink));
        }
        CountedCollections collections = new CountedCollections(counters);
        if (!collections.isEmpty()) {
            CollectionReads rows = new CollectionReads(queries);
            JoinColumnElements held = new JoinColumnElements(sink, sent, collections, rows);
            StatelessOwners stateless = new StatelessOwners();
            listen(listeners, new CollectionEvents(sink, collections, rows, held, stateless), held, stateless);
        }
        if (settings.collectionSize()) {
            new SizedCollections(skipping, metadata, factory).substitute(declared.read());
        }
        factory.addObserver(new SessionFactoryObserver() {
            @Override
            public void sessionFactoryCreated(SessionFactory created) {
                List<String> problems = model.readConditions(factory);
                if (!problems.isEmpty()) {
                    throw new CounterMappingException(problems);
                }
                guards.guardConditions(counters, model, factory);
                guards.guardLost(counters, model, onDelete::isNulled, factory);
                guards.batchInserts(factory);
                if (settings.bulk() != Settings.Bulk.IGNORE) {
                    BulkPolicy policy = new BulkPolicy(settings.bulk(), skipping);
                    BulkHooks.install(
                            new BulkStatements(model, onDelete, queries, pending, sink, collections, policy, factory),
                            factory);
                }
            }
        });
    }

    private static void listen(
            EventListenerRegistry listeners,
            ChildCounting children,
            BeforeImages stale,
            SentDeletes sent,
            ParentInstances parents,
            ForeseenCounts fresh,
            PendingDeltas pending) {
        listeners.appendListeners(EventType.PRE_INSERT, parents);
        listeners.appendListeners(EventType.PRE_UPDATE, parents, stale);
        if (sent.leavesAny()) {
            listeners.prependListeners(EventType.DELETE, sent);
        }
        listeners.appendListeners(EventType.PRE_DELETE, sent, stale);
        listeners.appendListeners(EventType.PRE_UPSERT, parents, stale);
        listeners.appendListeners(EventType.POST_INSERT, parents, children);
        listeners.appendListeners(EventType.POST_UPDATE, children);
        listeners.appendListeners(EventType.POST_UPSERT, children);
        listeners.appendListeners(EventType.POST_DELETE, sent, parents, children);
        // before the application's @PostLoad
        listeners.prependListeners(EventType.POST_LOAD, parents);
        // before Hibernate's own, so that it never sees what the application assigned to a counter
        listeners.prependListeners(EventType.FLUSH_ENTITY, parents, fresh);
        listeners.prependListeners(EventType.FLUSH, event -> fresh.forget(event.getSession()));
        listeners.appendListeners(EventType.FLUSH, pending, event -> fresh.forget(event.getSession()));
        listeners.prependListeners(EventType.AUTO_FLUSH, event -> fresh.forget(event.getSession()));
        listeners.appendListeners(EventType.AUTO_FLUSH, pending, event -> fresh.forget(event.getSession()));
    }

    private static void listen(EventListenerRegistry listeners, OnDeleteStep deletes) {
        listeners.appendListeners(EventType.PRE_DELETE, deletes);
        listeners.appendListeners(EventType.POST_DELETE, deletes);
    }

    private static void listen(
            EventListenerRegistry listeners,
            CollectionEvents rowsOf,
            JoinColumnElements held,
            StatelessOwners stateless) {
        listeners.appendListeners(EventType.PRE_INSERT, stateless);
        listeners.appendListeners(EventType.PRE_UPDATE, stateless);
        listeners.appendListeners(EventType.PRE_UPSERT, stateless);
        listeners.appendListeners(EventType.PRE_DELETE, stateless, held);
        listeners.appendListeners(EventType.PRE_COLLECTION_RECREATE, rowsOf);
        listeners.appendListeners(EventType.PRE_COLLECTION_UPDATE, rowsOf);
        listeners.appendListeners(EventType.PRE_COLLECTION_REMOVE, rowsOf);
        listeners.appendListeners(EventType.POST_COLLECTION_RECREATE, rowsOf);
        listeners.appendListeners(EventType.POST_COLLECTION_UPDATE, rowsOf);
        listeners.appendListeners(EventType.POST_COLLECTION_REMOVE, rowsOf);
        listeners.appendListeners(EventType.POST_INSERT, held);
        listeners.appendListeners(EventType.POST_DELETE, held);
        listeners.appendListeners(EventType.FLUSH, held);
        listeners.appendListeners(EventType.AUTO_FLUSH, held);
    }
}
