package io.countercache.hibernate.internal.support;

import org.hibernate.service.spi.SessionFactoryServiceContributor;
import org.hibernate.service.spi.SessionFactoryServiceInitiator;
import org.hibernate.service.spi.SessionFactoryServiceInitiatorContext;
import org.hibernate.service.spi.SessionFactoryServiceRegistryBuilder;

/**
 * Adds a {@code FactoryScope} to each session factory. Found by Hibernate through {@code ServiceLoader};
 * nothing is called by users.
 */
public final class FactoryScopeContributor implements SessionFactoryServiceContributor {

    /** Called by {@code ServiceLoader}. */
    public FactoryScopeContributor() {}

    @Override
    public void contribute(SessionFactoryServiceRegistryBuilder services) {
        services.addInitiator(new SessionFactoryServiceInitiator<FactoryScope>() {
            @Override
            public Class<FactoryScope> getServiceInitiated() {
                return FactoryScope.class;
            }

            @Override
            public FactoryScope initiateService(SessionFactoryServiceInitiatorContext context) {
                return new FactoryScope();
            }
        });
    }
}
