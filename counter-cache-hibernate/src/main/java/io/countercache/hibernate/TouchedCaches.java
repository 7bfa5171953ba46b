package io.countercache.hibernate;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.hibernate.cache.spi.access.EntityDataAccess;
import org.hibernate.cache.spi.access.SoftLock;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.engine.spi.TransactionCompletionCallbacks.AfterCompletionCallback;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the second-level cache and the query cache from serving a counter that is older than the last commit. Entries are
 * locked before the UPDATE, removed after it, and unlocked when the transaction is over: only those of the rows that are
 * written, never a whole region.
 */
final class TouchedCaches {

    private final SharedSessionContractImplementor session;

    TouchedCaches(SharedSessionContractImplementor session) {
        this.session = session;
    }

    /** Runs an UPDATE of some rows of a parent. */
    void around(EntityPersister parent, List<?> ids, Runnable update) {
        List<Entry> entries = parent.canWriteToCache()
                ? ids.stream().map(id -> lock(parent, id)).toList()
                : List.of();
        String[] tables = queriedTables(parent);
        if (tables.length > 0) {
            session.getFactory().getCache().getTimestampsCache().preInvalidate(tables, session);
        }
        boolean commitsLater = session.isTransactionInProgress();
        if (commitsLater) {
            session.getTransactionCompletionCallbacks()
                    .registerCallback((AfterCompletionCallback) (success, owner) -> release(entries, tables, owner));
        }
        try {
            update.run();
            entries.forEach(entry -> entry.access().remove(session, entry.key()));
        } finally {
            if (!commitsLater) {
                release(entries, tables, session);
            }
        }
    }

    private record Entry(
            EntityDataAccess access, Object key, @Nullable SoftLock lock) {}

    private Entry lock(EntityPersister parent, Object id) {
        EntityDataAccess access = parent.getCacheAccessStrategy();
        Object key = access.generateCacheKey(id, parent, session.getFactory(), session.getTenantIdentifier());
        return new Entry(access, key, access.lockItem(session, key, null));
    }

    /** The tables by which results of queries are invalidated; none without a query cache. */
    private String[] queriedTables(EntityPersister parent) {
        if (!session.getFactory().getSessionFactoryOptions().isQueryCacheEnabled()) {
            return new String[0];
        }
        Set<String> tables = new TreeSet<>();
        for (Object table : parent.getQuerySpaces()) {
            tables.add((String) table);
        }
        return tables.toArray(String[]::new);
    }

    private static void release(List<Entry> entries, String[] tables, SharedSessionContractImplementor session) {
        entries.forEach(entry -> entry.access().unlockItem(session, entry.key(), entry.lock()));
        if (tables.length > 0) {
            session.getFactory().getCache().getTimestampsCache().invalidate(tables, session);
        }
    }
}
