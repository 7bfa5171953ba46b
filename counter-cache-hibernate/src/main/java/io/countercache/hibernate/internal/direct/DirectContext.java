package io.countercache.hibernate.internal.direct;

import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.observe.Activity;
import io.countercache.hibernate.internal.recount.Recount;
import io.countercache.hibernate.internal.sql.CacheInvalidation;
import io.countercache.hibernate.internal.sql.OwnQueries;
import io.countercache.hibernate.internal.transaction.PendingDeltas;
import io.countercache.hibernate.internal.transaction.ReadBeforeWrite;
import io.countercache.hibernate.internal.write.SquashTurns;

/** The parts of the library in one session factory that changes by hand use. */
public record DirectContext(
        CounterModel model,
        OwnQueries queries,
        PendingDeltas pending,
        ReadBeforeWrite reads,
        Recount recount,
        CacheInvalidation caches,
        UniqueKeys uniqueKeys,
        SquashTurns squashes,
        Activity activity) {}
