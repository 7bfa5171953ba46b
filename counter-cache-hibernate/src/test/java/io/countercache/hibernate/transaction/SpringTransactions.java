package io.countercache.hibernate.transaction;

import jakarta.persistence.EntityManager;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.function.Consumer;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.engine.spi.SessionImplementor;
import org.springframework.orm.jpa.EntityManagerFactoryUtils;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.hibernate.HibernateTransactionManager;
import org.springframework.orm.jpa.vendor.HibernateJpaDialect;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.SavepointManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.TransactionSystemException;
import org.springframework.transaction.support.TransactionTemplate;

/** Transactions of Spring's managers, and nested ones in them, which are JDBC savepoints. */
final class SpringTransactions {

    private final SessionFactory factory;
    private final PlatformTransactionManager manager;

    /** What a transaction does. */
    interface Work {
        void of(Session session, TransactionStatus status);
    }

    private SpringTransactions(SessionFactory factory, PlatformTransactionManager manager) {
        this.factory = factory;
        this.manager = manager;
    }

    static SpringTransactions of(String manager, SessionFactory factory) {
        return manager.equals("jpa") ? jpa(factory) : hibernate(factory);
    }

    private static SpringTransactions jpa(SessionFactory factory) {
        JpaTransactionManager manager = new JpaTransactionManager(factory);
        manager.setJpaDialect(new DialectWithSavepoints());
        manager.setNestedTransactionAllowed(true);
        manager.afterPropertiesSet();
        return new SpringTransactions(factory, manager);
    }

    private static SpringTransactions hibernate(SessionFactory factory) {
        HibernateTransactionManager manager = new HibernateTransactionManager(factory);
        manager.setNestedTransactionAllowed(true);
        manager.afterPropertiesSet();
        return new SpringTransactions(factory, manager);
    }

    void outer(Consumer<Session> work) {
        run(TransactionDefinition.PROPAGATION_REQUIRED, (session, status) -> work.accept(session));
    }

    void outer(Work work) {
        run(TransactionDefinition.PROPAGATION_REQUIRED, work);
    }

    /** A nested transaction that is committed with the outer one. */
    void nested(Consumer<Session> work) {
        run(TransactionDefinition.PROPAGATION_NESTED, (session, status) -> work.accept(session));
    }

    /** A transaction of its own, with a session of its own. */
    void independent(Consumer<Session> work) {
        run(TransactionDefinition.PROPAGATION_REQUIRES_NEW, (session, status) -> work.accept(session));
    }

    /** A nested transaction that flushes what it does, and then is rolled back. */
    void rolledBack(Consumer<Session> work) {
        run(TransactionDefinition.PROPAGATION_NESTED, (session, status) -> {
            work.accept(session);
            session.flush();
            status.setRollbackOnly();
        });
    }

    private void run(int propagation, Work work) {
        TransactionTemplate template = new TransactionTemplate(manager);
        template.setPropagationBehavior(propagation);
        template.executeWithoutResult(status -> {
            EntityManager current = EntityManagerFactoryUtils.getTransactionalEntityManager(factory);
            work.of(current.unwrap(Session.class), status);
        });
    }

    /** As applications write it: Spring's dialect for Hibernate hands out no savepoints by itself. */
    private static final class DialectWithSavepoints extends HibernateJpaDialect {

        private static final long serialVersionUID = 1;

        private record Transaction(Connection connection, Object ofSpring) implements SavepointManager {

            @Override
            public Object createSavepoint() throws TransactionException {
                try {
                    return connection.setSavepoint();
                } catch (SQLException e) {
                    throw new TransactionSystemException("no savepoint", e);
                }
            }

            @Override
            public void rollbackToSavepoint(Object savepoint) throws TransactionException {
                try {
                    connection.rollback((Savepoint) savepoint);
                } catch (SQLException e) {
                    throw new TransactionSystemException("no rollback", e);
                }
            }

            @Override
            public void releaseSavepoint(Object savepoint) throws TransactionException {
                try {
                    connection.releaseSavepoint((Savepoint) savepoint);
                } catch (SQLException e) {
                    throw new TransactionSystemException("no release", e);
                }
            }
        }

        @Override
        public Object beginTransaction(EntityManager entityManager, TransactionDefinition definition)
                throws SQLException {
            Object ofSpring = super.beginTransaction(entityManager, definition);
            return new Transaction(
                    entityManager
                            .unwrap(SessionImplementor.class)
                            .getJdbcCoordinator()
                            .getLogicalConnection()
                            .getPhysicalConnection(),
                    ofSpring);
        }

        @Override
        public void cleanupTransaction(Object transaction) {
            super.cleanupTransaction(((Transaction) transaction).ofSpring());
        }
    }
}
