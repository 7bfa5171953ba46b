package io.countercache.hibernate;

import io.countercache.CounterDefinition;
import io.countercache.CounterMappingException;
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
        FactoryCounters service = FactoryCounters.of(factory);
        service.uniqueKeys(UniqueKeys.read(metadata));
        Declarations declared = new DeclarationReader(metadata, factory.getSqlStringGenerationContext()).read();
        List<CounterDefinition> counters = declared.derived();
        if (counters.isEmpty() && declared.free().isEmpty()) {
            return; // nothing declared: add no listener, cost nothing
        }
        CounterModel model = new CounterModel(counters, declared.free());
        OnDeleteGraph onDelete = new OnDeleteGraph(declared.deletes(), model);
        CounterSql sql = new CounterSql(model);
        ManagedParents parents = new ManagedParents(model);
        CounterWriter writer = new CounterWriter(model, sql, service.caches());
        OwnQueries queries = service.queries();
        PathWriter paths = new PathWriter(model, sql, writer, queries);
        PendingDeltas pending = new PendingDeltas(model, onDelete::causes, parents, paths, queries, settings.write());
        ChildGuards guards = ChildGuards.decide(counters, metadata, settings.staleChildren(), settings.batched());
        SentDeletes sent = SentDeletes.watch(metadata);
        StaleChildren stale = new StaleChildren(model, onDelete::mayChange, pending, queries, guards, sent);
        Recount recount = new Recount(model, pending, queries, sql, writer);
        Installation installation = new Installation(model, queries, pending, stale, sent, recount);
        ChangeListener changes = new ChangeListener(installation);
        NewParents fresh = new NewParents(changes);
        listen(
                factory.getEventListenerRegistry(),
                changes,
                new ParentListener(model, pending, sent, fresh, service.caches()),
                fresh);
        if (!declared.deletes().isEmpty()) {
            listen(factory.getEventListenerRegistry(), new DeleteListener(changes, onDelete));
        }
        CollectionModel collections = new CollectionModel(counters);
        if (!collections.isEmpty()) {
            listen(factory.getEventListenerRegistry(), changes, collections);
        }
        service.listener(changes);
        if (settings.collectionSize()) {
            new CollectionSizes(changes.skipping(), metadata, factory).substitute(declared.read());
        }
        factory.addObserver(new SessionFactoryObserver() {
            @Override
            public void sessionFactoryCreated(SessionFactory created) {
                List<String> problems = model.readConditions(factory);
                if (!problems.isEmpty()) {
                    throw new CounterMappingException(problems);
                }
                guards.guardConditions(counters, model, factory);
                guards.guardLost(counters, model, onDelete::isLost, factory);
                guards.batchInserts(factory);
                if (settings.bulk() != Settings.Bulk.IGNORE) {
                    BulkPolicy policy = new BulkPolicy(settings.bulk(), changes.skipping());
                    BulkHooks.install(new BulkStatements(changes, collections, onDelete, policy, factory), factory);
                }
            }
        });
    }

    private static void listen(
            EventListenerRegistry listeners, ChangeListener changes, ParentListener parents, NewParents fresh) {
        Installation installation = changes.installation();
        StaleChildren stale = installation.stale();
        PendingDeltas pending = installation.pending();
        listeners.appendListeners(EventType.PRE_INSERT, parents);
        listeners.appendListeners(EventType.PRE_UPDATE, parents, stale);
        if (installation.deletes().leavesAny()) {
            listeners.prependListeners(EventType.DELETE, installation.deletes());
        }
        listeners.appendListeners(EventType.PRE_DELETE, installation.deletes(), stale);
        listeners.appendListeners(EventType.PRE_UPSERT, parents, stale);
        listeners.appendListeners(EventType.POST_INSERT, parents, changes);
        listeners.appendListeners(EventType.POST_UPDATE, changes);
        listeners.appendListeners(EventType.POST_UPSERT, changes);
        listeners.appendListeners(EventType.POST_DELETE, installation.deletes(), parents, changes);
        // before the application's @PostLoad
        listeners.prependListeners(EventType.POST_LOAD, parents);
        // before Hibernate's own, so that it never sees what the application assigned to a counter
        listeners.prependListeners(EventType.FLUSH_ENTITY, parents, fresh);
        listeners.prependListeners(EventType.FLUSH, event -> fresh.forget(event.getSession()));
        listeners.appendListeners(EventType.FLUSH, pending, event -> fresh.forget(event.getSession()));
        listeners.prependListeners(EventType.AUTO_FLUSH, event -> fresh.forget(event.getSession()));
        listeners.appendListeners(EventType.AUTO_FLUSH, pending, event -> fresh.forget(event.getSession()));
    }

    private static void listen(EventListenerRegistry listeners, DeleteListener deletes) {
        listeners.appendListeners(EventType.PRE_DELETE, deletes);
        listeners.appendListeners(EventType.POST_DELETE, deletes);
    }

    private static void listen(EventListenerRegistry listeners, ChangeListener changes, CollectionModel collections) {
        CollectionRows rows = new CollectionRows(changes.installation().queries());
        HeldElements held = new HeldElements(changes, collections, rows);
        StatelessOwners stateless = new StatelessOwners();
        CollectionListener rowsOf = new CollectionListener(changes, collections, rows, held, stateless);
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
