package io.countercache.hibernate.internal.direct;

import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.recount.Recount;
import io.countercache.hibernate.internal.sql.CacheInvalidation;
import io.countercache.hibernate.internal.sql.OwnQueries;
import io.countercache.hibernate.internal.transaction.PendingDeltas;

/** What the library has of a session factory that changing its counters by hand needs. */
public record DirectContext(
        CounterModel model,
        OwnQueries queries,
        PendingDeltas pending,
        Recount recount,
        CacheInvalidation caches,
        UniqueKeys uniqueKeys) {}
