package io.countercache.hibernate.internal.orm;

import org.hibernate.StatelessSession;
import org.hibernate.engine.spi.SharedSessionContractImplementor;

/** Another session on the connection of a session: it has no filters, and it is open where the first one is closed already. */
public final class SharedConnection {

    private static final boolean CAN_BE_SHARED = OptionalMethod.of(
                    SharedSessionContractImplementor.class, 0, "statelessWithOptions")
            .exists();

    private SharedConnection() {}

    /** Opens a session that takes part in the transaction of this one. To be closed by the caller; that keeps the connection. */
    public static StatelessSession open(SharedSessionContractImplementor session) {
        if (CAN_BE_SHARED) {
            return session.statelessWithOptions().connection().open();
        }
        var options = session.getFactory()
                .withStatelessOptions()
                .connection(session.getJdbcCoordinator().getLogicalConnection().getPhysicalConnection());
        Object tenant = session.getTenantIdentifierValue();
        return (tenant == null ? options : options.tenantIdentifier(tenant)).openStatelessSession();
    }
}
