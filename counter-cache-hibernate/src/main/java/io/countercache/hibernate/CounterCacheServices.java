package io.countercache.hibernate;

import org.hibernate.service.spi.SessionFactoryServiceContributor;
import org.hibernate.service.spi.SessionFactoryServiceInitiator;
import org.hibernate.service.spi.SessionFactoryServiceInitiatorContext;
import org.hibernate.service.spi.SessionFactoryServiceRegistryBuilder;

/**
 * Gives each session factory a place for what the library has of it. Found by Hibernate through {@code ServiceLoader};
 * nothing is called by users.
 */
public final class CounterCacheServices implements SessionFactoryServiceContributor {

    /** Called by {@code ServiceLoader}. */
    public CounterCacheServices() {}

    @Override
    public void contribute(SessionFactoryServiceRegistryBuilder services) {
        services.addInitiator(new SessionFactoryServiceInitiator<FactoryCounters>() {
            @Override
            public Class<FactoryCounters> getServiceInitiated() {
                return FactoryCounters.class;
            }

            @Override
            public FactoryCounters initiateService(SessionFactoryServiceInitiatorContext context) {
                return new FactoryCounters();
            }
        });
    }
}
