package io.countercache.hibernate;

import java.util.Map;
import org.hibernate.boot.registry.StandardServiceInitiator;
import org.hibernate.boot.registry.StandardServiceRegistryBuilder;
import org.hibernate.engine.jdbc.internal.JdbcServicesImpl;
import org.hibernate.engine.jdbc.spi.JdbcServices;
import org.hibernate.service.spi.ServiceContributor;
import org.hibernate.service.spi.ServiceRegistryImplementor;
import org.hibernate.sql.exec.spi.JdbcMutationExecutor;

/**
 * Has Hibernate execute its bulk INSERTs, and native statements, through {@link CountedExecutor}: it asks nobody how to. Found by
 * Hibernate through {@code ServiceLoader}; nothing is called by users.
 */
public final class CountingJdbcServices implements ServiceContributor {

    /** Called by {@code ServiceLoader}. */
    public CountingJdbcServices() {}

    @Override
    public void contribute(StandardServiceRegistryBuilder services) {
        services.addInitiator(new StandardServiceInitiator<JdbcServices>() {
            @Override
            public Class<JdbcServices> getServiceInitiated() {
                return JdbcServices.class;
            }

            @Override
            public JdbcServices initiateService(Map<String, Object> settings, ServiceRegistryImplementor registry) {
                return new Counting();
            }
        });
    }

    private static final class Counting extends JdbcServicesImpl {

        private static final long serialVersionUID = 1;

        @Override
        public JdbcMutationExecutor getJdbcMutationExecutor() {
            return CountedExecutor.INSTANCE;
        }
    }
}
