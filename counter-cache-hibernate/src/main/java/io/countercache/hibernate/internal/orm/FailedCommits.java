package io.countercache.hibernate.internal.orm;

import java.util.Arrays;
import org.hibernate.resource.transaction.backend.jta.internal.StatusTranslator;

/**
 * What Hibernate does if a commit of JDBC fails. Before version 7.4 it rolls the transaction back, unless it is rolled back already, and
 * calls the callbacks of its end only if it does. Since then it expects the connection to have rolled back, and calls them in any case.
 */
public final class FailedCommits {

    /** Whether it is Hibernate that rolls back. */
    public static final boolean ARE_ROLLED_BACK_BY_HIBERNATE = !isToldApart();

    private FailedCommits() {}

    /** Whether Hibernate has a status for it: since it does, it tells its callbacks. */
    private static boolean isToldApart() {
        return Arrays.stream(StatusTranslator.class.getFields())
                .anyMatch(status -> status.getName().equals("STATUS_FAILED_COMMIT"));
    }
}
