package io.countercache.hibernate.internal.repair;

import io.countercache.CounterCacheException;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.sql.OldRows;
import java.util.function.Consumer;
import java.util.function.Function;
import org.hibernate.StatelessSession;
import org.hibernate.binder.internal.TenantIdBinder;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/**
 * The transactions of a repair: each has a session of its own, and one connection.
 *
 * @param tenant the tenant of the sessions; null for the one that the resolver of the application names
 * @param begins what each transaction begins with
 */
public record RepairSessions(
        SessionFactoryImplementor factory, @Nullable Object tenant, Consumer<SharedSessionContractImplementor> begins) {

    /** Transactions that begin with nothing. */
    public RepairSessions(SessionFactoryImplementor factory, @Nullable Object tenant) {
        this(factory, tenant, session -> {});
    }

    /** Whether sessions of a factory are of one tenant each. */
    static boolean haveTenants(SessionFactoryImplementor factory) {
        return factory.getSessionFactoryOptions().isMultiTenancyEnabled()
                || factory.getDefinedFilterNames().contains(TenantIdBinder.FILTER_NAME);
    }

    void requireTenant(EntityPersister parent) {
        if (tenant == null && haveTenants(factory) && factory.getCurrentTenantIdentifierResolver() == null) {
            throw new CounterCacheException(
                    "%s is not repaired, because its tenant is not known: name it with tenant(..) or verifyAll(.., tenants)"
                            .formatted(Entities.name(parent)));
        }
    }

    <R extends @Nullable Object> R inTransaction(Function<SharedSessionContractImplementor, R> work) {
        var options = factory.withStatelessOptions();
        try (StatelessSession session =
                (tenant == null ? options : options.tenantIdentifier(tenant)).openStatelessSession()) {
            session.beginTransaction();
            try {
                OldRows.avoid((SharedSessionContractImplementor) session);
                begins.accept((SharedSessionContractImplementor) session);
                R result = work.apply((SharedSessionContractImplementor) session);
                session.getTransaction().commit();
                return result;
            } catch (RuntimeException | Error e) {
                rollBack(session, e);
                throw e;
            }
        }
    }

    private static void rollBack(StatelessSession session, Throwable cause) {
        try {
            if (session.getTransaction().isActive()) {
                session.getTransaction().rollback();
            }
        } catch (RuntimeException e) {
            cause.addSuppressed(e);
        }
    }
}
