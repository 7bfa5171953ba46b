package io.countercache.hibernate.internal.orm;

import java.util.function.UnaryOperator;
import org.hibernate.StatelessSession;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.resource.jdbc.spi.StatementInspector;
import org.jspecify.annotations.Nullable;

/** Another session on the connection of a session: it has no filters, and it is open where the first one is closed already. */
public final class SharedConnection {

    private static final boolean CAN_BE_SHARED = OptionalMethod.of(
                    SharedSessionContractImplementor.class, 0, "statelessWithOptions")
            .exists();

    private SharedConnection() {}

    /** Opens a session that takes part in the transaction of this one. To be closed by the caller; that keeps the connection. */
    public static StatelessSession open(SharedSessionContractImplementor session) {
        return open(session, null);
    }

    /**
     * The same.
     *
     * @param inspector instead of that of the application; null for that. Sessions that share more than the connection have one
     *     inspector, which is that of the first
     */
    @SuppressWarnings("deprecation") // Hibernate 6.6 takes no other inspector
    public static StatelessSession open(
            SharedSessionContractImplementor session, @Nullable UnaryOperator<String> inspector) {
        if (CAN_BE_SHARED && inspector == null) {
            return session.statelessWithOptions().connection().open();
        }
        var options = session.getFactory()
                .withStatelessOptions()
                .connection(session.getJdbcCoordinator().getLogicalConnection().getPhysicalConnection());
        if (inspector != null) {
            options = options.statementInspector((StatementInspector) inspector::apply);
        }
        Object tenant = session.getTenantIdentifierValue();
        return (tenant == null ? options : options.tenantIdentifier(tenant)).openStatelessSession();
    }
}
