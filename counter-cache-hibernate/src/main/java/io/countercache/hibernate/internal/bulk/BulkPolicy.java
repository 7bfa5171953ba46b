package io.countercache.hibernate.internal.bulk;

import io.countercache.UncountableStatementException;
import io.countercache.hibernate.internal.support.Settings;
import io.countercache.hibernate.internal.support.SkippingSessions;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.query.spi.QueryOptions;

/** Which bulk statements the application wants to have counted, refused, or left alone. */
public record BulkPolicy(Settings.Bulk setting, SkippingSessions skipping) {

    /** What can be done where a bulk statement is not counted. */
    static final String WAYS_OUT =
            "change the entities one by one, or give the statement the comment '%s' and reset the counters after it"
                    .formatted(Settings.IGNORE_STATEMENT);

    /** Whether nothing is to be counted in this session, or by this statement. */
    public boolean isIgnored(SharedSessionContractImplementor session, QueryOptions options) {
        return skipping.contains(session) || Settings.IGNORE_STATEMENT.equals(options.getComment());
    }

    /** Whether statements that move counters are refused. */
    boolean isRejected() {
        return setting == Settings.Bulk.REJECT;
    }

    static UncountableStatementException rejected(String statement, EntityPersister entity) {
        return new UncountableStatementException(
                statement,
                "rows of %s are counted, and %s is reject".formatted(entity.getImportedName(), Settings.BULK),
                WAYS_OUT);
    }
}
