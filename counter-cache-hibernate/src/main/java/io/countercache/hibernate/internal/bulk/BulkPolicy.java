package io.countercache.hibernate.internal.bulk;

import io.countercache.UncountableStatementException;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.orm.SkippingSessions;
import io.countercache.hibernate.internal.support.Settings;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.query.spi.QueryOptions;

/**
 * Whether bulk statements are counted, refused or ignored: by a setting, by a comment of the statement, by a skipping session.
 */
public record BulkPolicy(Settings.Bulk setting, SkippingSessions skipping) {

    /** What to do instead of a bulk statement that is refused: the end of each message. */
    static final String WAYS_OUT =
            "change the entities one by one, or give the statement the comment '%s' and reset the counters after it"
                    .formatted(Settings.IGNORE_STATEMENT);

    /** Whether a statement with these options is not counted in this session. */
    public boolean isIgnored(SharedSessionContractImplementor session, QueryOptions options) {
        return skipping.contains(session) || Settings.IGNORE_STATEMENT.equals(options.getComment());
    }

    /** Whether all statements that move counters are refused. */
    boolean isRejected() {
        return setting == Settings.Bulk.REJECT;
    }

    static UncountableStatementException rejected(String statement, EntityPersister entity) {
        return new UncountableStatementException(
                statement,
                "rows of %s are counted, and %s is reject".formatted(Entities.name(entity), Settings.BULK),
                WAYS_OUT);
    }
}
