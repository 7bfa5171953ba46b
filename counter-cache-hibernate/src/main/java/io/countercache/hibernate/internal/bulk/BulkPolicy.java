package io.countercache.hibernate.internal.bulk;

import io.countercache.UncountableStatementException;
import io.countercache.hibernate.internal.observe.Activity;
import io.countercache.hibernate.internal.observe.Figure;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.orm.SkippingSessions;
import io.countercache.hibernate.internal.support.Settings;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.query.spi.QueryOptions;

/**
 * Whether bulk statements are counted, refused or ignored: by a setting, by a comment of the statement, by a skipping session.
 */
public record BulkPolicy(Settings.Bulk setting, SkippingSessions skipping, Activity activity) {

    /** What to do instead of a bulk statement that is refused: the end of each message. */
    private static final String WAYS_OUT =
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

    UncountableStatementException rejected(String statement, EntityPersister entity) {
        return refused(
                statement, "rows of %s are counted, and %s is reject".formatted(Entities.name(entity), Settings.BULK));
    }

    /** The exception for a statement that is refused. */
    UncountableStatementException refused(String statement, String reason) {
        activity.add(Figure.REFUSED, 1);
        return new UncountableStatementException(statement, reason, WAYS_OUT);
    }

    /** Tells of a statement that moves counters, and that {@link #isIgnored}. */
    void ignored() {
        activity.add(Figure.UNCOUNTED_IGNORED, 1);
    }
}
