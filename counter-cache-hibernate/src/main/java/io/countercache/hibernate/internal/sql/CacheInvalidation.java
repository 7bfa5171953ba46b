package io.countercache.hibernate.internal.sql;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.hibernate.cache.spi.access.EntityDataAccess;
import org.hibernate.cache.spi.access.SoftLock;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.resource.transaction.spi.TransactionObserver;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the second-level cache and the query cache from serving a counter that is older than the last commit. The entries of
 * the rows that are written, never a whole region, are locked and removed before the UPDATE, and unlocked when the transaction has
 * ended.
 */
public final class CacheInvalidation {

    /**
     * How many transactions of this factory have locked the entry of a row that has a version. The one map that sessions share:
     * they share the cache as well, and of two that write one row the last one has to know that it is the last.
     */
    private final Map<Place, Integer> writers = new ConcurrentHashMap<>();

    private record Place(EntityDataAccess access, Object key) {}

    /** Unlocks entries when the transaction has ended. */
    private record Release(SharedSessionContractImplementor session, Runnable release) implements TransactionObserver {

        @Override
        public void afterBegin() {}

        @Override
        public void beforeCompletion() {}

        @Override
        public void afterCompletion(boolean successful, boolean delayed) {
            session.getTransactionCoordinator().removeObserver(this);
            release.run();
        }
    }

    private record Entry(Place place, @Nullable SoftLock lock, boolean versioned) {}

    /** Runs an UPDATE of rows of a parent. */
    public <R> R around(
            EntityPersister parent, List<?> ids, SharedSessionContractImplementor session, Supplier<R> update) {
        // not canWriteToCache(): the row may be a subclass's, which may be cached though its superclass is not
        List<Entry> entries = parent.canReadFromCache()
                ? ids.stream().map(id -> lock(parent, id, session)).toList()
                : List.of();
        String[] tables = queriedTables(parent, session);
        if (tables.length > 0) {
            session.getFactory().getCache().getTimestampsCache().preInvalidate(tables, session);
        }
        if (entries.isEmpty() && tables.length == 0) {
            return update.get();
        }
        boolean commitsLater = session.isTransactionInProgress();
        if (commitsLater) {
            session.getTransactionCoordinator()
                    .addObserver(new Release(session, () -> release(entries, tables, session)));
        }
        try {
            // not after the UPDATE, which may be committed then: a cache that fails would make a success look like a
            // failure
            entries.forEach(entry ->
                    entry.place().access().remove(session, entry.place().key()));
            return update.get();
        } finally {
            if (!commitsLater) {
                release(entries, tables, session);
            }
        }
    }

    private Entry lock(EntityPersister parent, Object id, SharedSessionContractImplementor session) {
        EntityDataAccess access = parent.getCacheAccessStrategy();
        Object key = access.generateCacheKey(id, parent, session.getFactory(), session.getTenantIdentifier());
        Place place = new Place(access, key);
        if (parent.isVersioned()) {
            writers.merge(place, 1, Integer::sum);
        }
        return new Entry(place, access.lockItem(session, key, null), parent.isVersioned());
    }

    private void unlock(Entry entry, SharedSessionContractImplementor session) {
        Place place = entry.place();
        place.access().unlockItem(session, place.key(), entry.lock());
        if (!entry.versioned()) {
            return;
        }
        writers.computeIfPresent(place, (same, count) -> {
            if (count > 1) {
                return count - 1; // the others hold the same lock
            }
            if (entry.lock() != null) {
                forgetVersion(place, session);
            }
            return null;
        });
    }

    /**
     * Replaces the lock by one without a version. A lock has the version of the entry that it has replaced; when it is
     * unlocked, the cache accepts a row with a later version, even one that was read long ago, and no other row. But a counter
     * moves without a new version. After a lock without a version, the cache accepts every row that is read from now on.
     */
    private static void forgetVersion(Place place, SharedSessionContractImplementor session) {
        place.access().evict(place.key());
        SoftLock lock = place.access().lockItem(session, place.key(), null);
        place.access().unlockItem(session, place.key(), lock);
    }

    /** The tables whose timestamps invalidate results of queries; empty without a query cache. */
    private static String[] queriedTables(EntityPersister parent, SharedSessionContractImplementor session) {
        if (!session.getFactory().getSessionFactoryOptions().isQueryCacheEnabled()) {
            return new String[0];
        }
        Set<String> tables = new TreeSet<>();
        for (Object table : parent.getQuerySpaces()) {
            tables.add((String) table);
        }
        return tables.toArray(String[]::new);
    }

    private void release(List<Entry> entries, String[] tables, SharedSessionContractImplementor session) {
        entries.forEach(entry -> unlock(entry, session));
        if (tables.length > 0) {
            session.getFactory().getCache().getTimestampsCache().invalidate(tables, session);
        }
    }
}
