package io.countercache.hibernate.internal.transaction;

import io.countercache.hibernate.internal.support.FactoryScope;
import org.hibernate.engine.jdbc.spi.JdbcCoordinator;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.resource.jdbc.spi.PhysicalConnectionHandlingMode;
import org.hibernate.resource.transaction.backend.jdbc.internal.JdbcResourceLocalTransactionCoordinatorBuilderImpl;
import org.hibernate.resource.transaction.spi.TransactionCoordinator;
import org.hibernate.resource.transaction.spi.TransactionCoordinatorBuilder;
import org.hibernate.resource.transaction.spi.TransactionCoordinatorOwner;
import org.hibernate.service.spi.SessionFactoryServiceContributor;
import org.hibernate.service.spi.SessionFactoryServiceInitiator;
import org.hibernate.service.spi.SessionFactoryServiceInitiatorContext;
import org.hibernate.service.spi.SessionFactoryServiceRegistryBuilder;
import org.jboss.logging.Logger;

/**
 * Has Hibernate's transactions ask {@link PendingDeltas} at the moment when they commit, after all callbacks: what is sent then is
 * sent with the COMMIT. Found by Hibernate through {@code ServiceLoader}; not for users.
 */
public final class CommitHook implements SessionFactoryServiceContributor {

    private static final Logger LOG = Logger.getLogger(CommitHook.class);

    /** Called by {@code ServiceLoader}. */
    public CommitHook() {}

    @Override
    public void contribute(SessionFactoryServiceRegistryBuilder services) {
        services.addInitiator(new SessionFactoryServiceInitiator<TransactionCoordinatorBuilder>() {
            @Override
            public Class<TransactionCoordinatorBuilder> getServiceInitiated() {
                return TransactionCoordinatorBuilder.class;
            }

            @Override
            public TransactionCoordinatorBuilder initiateService(SessionFactoryServiceInitiatorContext context) {
                return new Hooked(
                        context.getServiceRegistry()
                                .getParentServiceRegistry()
                                .requireService(TransactionCoordinatorBuilder.class),
                        context.getSessionFactory());
            }
        });
    }

    /** Builds the transactions of a factory as Hibernate does, or whoever is to do it in its place. */
    private static final class Hooked implements TransactionCoordinatorBuilder {

        private static final long serialVersionUID = 1;

        private final transient TransactionCoordinatorBuilder builder;
        private final transient SessionFactoryImplementor factory;
        /** Whether commits are those of JDBC, by Hibernate itself. */
        private final boolean isHibernates;

        Hooked(TransactionCoordinatorBuilder builder, SessionFactoryImplementor factory) {
            this.builder = builder;
            this.factory = factory;
            this.isHibernates = builder.getClass() == JdbcResourceLocalTransactionCoordinatorBuilderImpl.class;
            if (!isHibernates) {
                LOG.debugf(
                        "Counters are written just before the commit, not with it: transactions are those of %s",
                        builder.getClass().getName());
            }
        }

        @Override
        public TransactionCoordinator buildTransactionCoordinator(TransactionCoordinatorOwner owner, Options options) {
            PendingDeltas pending = isHibernates ? FactoryScope.of(factory).get(PendingDeltas.class) : null;
            return builder.buildTransactionCoordinator(
                    pending != null && owner instanceof JdbcCoordinator jdbc
                            ? new CommittingOwner(jdbc, pending)
                            : owner,
                    options);
        }

        @Override
        public boolean isJta() {
            return builder.isJta();
        }

        @Override
        public PhysicalConnectionHandlingMode getDefaultConnectionHandlingMode() {
            return builder.getDefaultConnectionHandlingMode();
        }
    }
}
