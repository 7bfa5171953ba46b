package io.countercache.hibernate;

import io.countercache.CounterDefinition;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.hibernate.boot.Metadata;
import org.hibernate.boot.spi.BootstrapContext;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.event.service.spi.EventListenerRegistry;
import org.hibernate.event.spi.EventType;
import org.hibernate.integrator.spi.Integrator;
import org.jspecify.annotations.Nullable;

/**
 * Installs the library in a session factory when it is built. Found by Hibernate through {@code ServiceLoader}; nothing
 * has to be configured, and nothing is called by users.
 */
public final class CounterCacheIntegrator implements Integrator {

    /** Called by {@code ServiceLoader}. */
    public CounterCacheIntegrator() {}

    @Override
    public void integrate(Metadata metadata, BootstrapContext context, SessionFactoryImplementor factory) {
        List<CounterDefinition> counters =
                new DeclarationReader(metadata, factory.getSqlStringGenerationContext()).read();
        if (counters.isEmpty()) {
            return; // nothing declared: add no listener, cost nothing
        }
        Installation installation = Installation.of(counters);
        EventListenerRegistry listeners = factory.getEventListenerRegistry();
        ManagedParents parents = installation.parents();
        listeners.appendListeners(EventType.PRE_INSERT, parents);
        listeners.appendListeners(EventType.POST_INSERT, parents);
        listeners.appendListeners(EventType.PRE_UPDATE, parents);
        listeners.appendListeners(EventType.POST_DELETE, parents);
        listeners.appendListeners(EventType.POST_LOAD, parents);
        listeners.prependListeners(EventType.FLUSH_ENTITY, parents);
        ChangeListener changes = new ChangeListener(installation);
        listeners.appendListeners(EventType.POST_INSERT, changes);
        listeners.appendListeners(EventType.POST_UPDATE, changes);
        listeners.appendListeners(EventType.POST_DELETE, changes);
        listeners.appendListeners(EventType.AUTO_FLUSH, installation.pending());
    }

    /** What serves one session factory. */
    record Installation(CounterModel model, PendingDeltas pending, ManagedParents parents, Recount recount) {

        static Installation of(List<CounterDefinition> counters) {
            CounterModel model = new CounterModel(counters);
            CounterSql sql = new CounterSql(model);
            CounterWriter writer = new CounterWriter(model, sql);
            PendingDeltas pending = new PendingDeltas(model, writer);
            ManagedParents parents = new ManagedParents(model, pending);
            return new Installation(model, pending, parents, new Recount(sql, writer, parents));
        }
    }

    /** What serves a session factory; one without counters if nothing is declared. */
    static Installation installedIn(SessionFactoryImplementor factory) {
        var installed = new AtomicReference<@Nullable Installation>();
        factory.getEventListenerGroups()
                .eventListenerGroup_POST_INSERT
                .fireEventOnEachListener(installed, (listener, found) -> {
                    if (listener instanceof ChangeListener changes) {
                        found.set(changes.installation());
                    }
                });
        Installation found = installed.get();
        return found != null ? found : Installation.of(List.of());
    }
}
