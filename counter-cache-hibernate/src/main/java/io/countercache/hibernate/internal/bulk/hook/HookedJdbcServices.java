package io.countercache.hibernate.internal.bulk.hook;

import io.countercache.hibernate.internal.orm.HibernateVersion;
import io.countercache.hibernate.internal.support.Settings;
import java.util.Map;
import org.hibernate.boot.registry.StandardServiceInitiator;
import org.hibernate.boot.registry.StandardServiceRegistryBuilder;
import org.hibernate.engine.jdbc.internal.JdbcServicesImpl;
import org.hibernate.engine.jdbc.spi.JdbcServices;
import org.hibernate.service.spi.ServiceContributor;
import org.hibernate.service.spi.ServiceRegistryImplementor;
import org.hibernate.sql.exec.spi.JdbcMutationExecutor;
import org.hibernate.sql.exec.spi.JdbcSelectExecutor;

/**
 * Lets Hibernate execute statements through {@link ExecutorHook} and {@link StatelessQueryHook}, before 7.2 through {@link RefusingHook}: it has no events for bulk
 * INSERTs, native statements and queries of stateless sessions. Found by Hibernate through {@code ServiceLoader}; not for
 * users.
 */
public final class HookedJdbcServices implements ServiceContributor {

    /** Called by {@code ServiceLoader}. */
    public HookedJdbcServices() {}

    @Override
    public void contribute(StandardServiceRegistryBuilder services) {
        if (!Settings.isDisabled(services.getSettings())) {
            HibernateVersion.current().require(); // here, because nothing of the library is called before
        }
        services.addInitiator(new StandardServiceInitiator<JdbcServices>() {
            @Override
            public Class<JdbcServices> getServiceInitiated() {
                return JdbcServices.class;
            }

            @Override
            public JdbcServices initiateService(Map<String, Object> settings, ServiceRegistryImplementor registry) {
                return BulkHooks.canCount() ? new Hooked() : new Refusing();
            }
        });
    }

    private static final class Hooked extends JdbcServicesImpl {

        private static final long serialVersionUID = 1;

        @Override
        public JdbcMutationExecutor getJdbcMutationExecutor() {
            return ExecutorHook.INSTANCE;
        }

        @Override
        public JdbcSelectExecutor getJdbcSelectExecutor() {
            return StatelessQueryHook.INSTANCE;
        }
    }

    private static final class Refusing extends JdbcServicesImpl {

        private static final long serialVersionUID = 1;

        @Override
        public JdbcMutationExecutor getJdbcMutationExecutor() {
            return RefusingHook.INSTANCE;
        }
    }
}
