package io.countercache.hibernate.internal.orm;

import org.hibernate.cfg.AvailableSettings;
import org.hibernate.engine.config.spi.ConfigurationService;
import org.hibernate.engine.config.spi.StandardConverters;
import org.hibernate.engine.spi.SharedSessionContractImplementor;

/** The size of JDBC batches. */
public final class BatchSize {

    private BatchSize() {}

    /**
     * How many statements a session sends at once. If nothing is set, {@code getConfiguredJdbcBatchSize()} answers with a default
     * of the dialect that Hibernate does not use.
     *
     * @param owner the session that owns the connection
     */
    public static int of(SharedSessionContractImplementor owner) {
        Integer own = owner.getJdbcBatchSize();
        return own != null
                ? own
                : owner.getFactory()
                        .getServiceRegistry()
                        .requireService(ConfigurationService.class)
                        .getSetting(AvailableSettings.STATEMENT_BATCH_SIZE, StandardConverters.INTEGER, 1);
    }
}
