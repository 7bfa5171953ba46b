package io.countercache.hibernate.internal.bulk.hook;

import io.countercache.hibernate.internal.orm.HibernateVersion;
import io.countercache.hibernate.internal.support.Settings;
import org.hibernate.engine.config.spi.ConfigurationService;
import org.hibernate.engine.jdbc.internal.JdbcServicesImpl;
import org.hibernate.engine.jdbc.spi.JdbcServices;
import org.hibernate.service.spi.SessionFactoryServiceContributor;
import org.hibernate.service.spi.SessionFactoryServiceInitiator;
import org.hibernate.service.spi.SessionFactoryServiceInitiatorContext;
import org.hibernate.service.spi.SessionFactoryServiceRegistryBuilder;
import org.hibernate.sql.exec.spi.JdbcMutationExecutor;
import org.hibernate.sql.exec.spi.JdbcSelectExecutor;
import org.jspecify.annotations.Nullable;

/**
 * Lets Hibernate execute statements through {@link ExecutorHook} and {@link SelectHook}, before 7.2 through
 * {@link RefusingHook}: it has no events for bulk INSERTs, native statements and queries of stateless sessions. Found by
 * Hibernate through {@code ServiceLoader}; not for users.
 *
 * <p>A service of the session factory, which takes the place of the one that Hibernate shares among factories: that one is
 * made when an application is built by Quarkus, and would know nothing of the database and the settings that it runs with.
 */
public final class HookedJdbcServices implements SessionFactoryServiceContributor {

    /** Called by {@code ServiceLoader}. */
    public HookedJdbcServices() {}

    @Override
    public void contribute(SessionFactoryServiceRegistryBuilder services) {
        services.addInitiator(new SessionFactoryServiceInitiator<JdbcServices>() {
            @Override
            public Class<JdbcServices> getServiceInitiated() {
                return JdbcServices.class;
            }

            @Override
            public JdbcServices initiateService(SessionFactoryServiceInitiatorContext context) {
                var settings = context.getServiceRegistry()
                        .requireService(ConfigurationService.class)
                        .getSettings();
                if (!Settings.isDisabled(settings)) {
                    HibernateVersion.current().require(); // here, because nothing of the library is called before
                }
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
            return SelectHook.INSTANCE;
        }
    }

    /** Of one session factory. */
    static final class Refusing extends JdbcServicesImpl {

        private static final long serialVersionUID = 1;

        private transient volatile @Nullable JdbcSelectExecutor selects;

        /** From now on, queries are executed by this. */
        void selectBy(JdbcSelectExecutor executor) {
            selects = executor;
        }

        @Override
        public JdbcSelectExecutor getJdbcSelectExecutor() {
            JdbcSelectExecutor own = selects;
            return own == null ? super.getJdbcSelectExecutor() : own;
        }

        @Override
        public JdbcMutationExecutor getJdbcMutationExecutor() {
            return RefusingHook.INSTANCE;
        }
    }
}
