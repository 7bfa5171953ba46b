package io.countercache.hibernate.internal.boot;

import io.countercache.CounterCacheException;
import io.countercache.hibernate.internal.direct.DirectContext;
import io.countercache.hibernate.internal.direct.UniqueKeys;
import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.observe.Activity;
import io.countercache.hibernate.internal.observe.CounterListeners;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.orm.SkippingSessions;
import io.countercache.hibernate.internal.recount.Recount;
import io.countercache.hibernate.internal.schema.SchemaCheck;
import io.countercache.hibernate.internal.sql.CacheInvalidation;
import io.countercache.hibernate.internal.sql.OwnQueries;
import io.countercache.hibernate.internal.support.FactoryScope;
import io.countercache.hibernate.internal.support.Settings;
import io.countercache.hibernate.internal.transaction.PendingDeltas;
import io.countercache.hibernate.internal.transaction.ReadBeforeWrite;
import io.countercache.hibernate.internal.write.SquashTurns;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/**
 * What the library consists of in one session factory, for the classes that applications call: {@code CounterCaches}, {@code
 * Counters} and {@code CounterRepair}. All other classes are handed what they need when they are built.
 */
public record Installation(
        CounterModel model,
        OwnQueries queries,
        PendingDeltas pending,
        ReadBeforeWrite reads,
        Recount recount,
        SkippingSessions skipping,
        CacheInvalidation caches,
        UniqueKeys uniqueKeys,
        SquashTurns squashes,
        SchemaCheck schema,
        Activity activity,
        CounterListeners listeners) {

    /** Returns that of a factory; null if the factory has no counters, or while the library is disabled. */
    public static @Nullable Installation in(SessionFactoryImplementor factory) {
        Installation installed = FactoryScope.of(factory).get(Installation.class);
        return installed == null || installed.model().isEmpty() ? null : installed;
    }

    /** Returns that of a factory to verify all its counters; refuses that while the library is disabled. */
    public static Installation toVerify(SessionFactoryImplementor factory) {
        Installation installed = FactoryScope.of(factory).get(Installation.class);
        if (installed == null) {
            throw new CounterCacheException(
                    "Counters are not verified while %s is false: set it to true".formatted(Settings.ENABLED));
        }
        return installed;
    }

    /** Returns that of the factory of an entity, even if no counters are declared in it. */
    public static Installation of(EntityPersister entity) {
        Installation installed = FactoryScope.of(entity.getFactory()).get(Installation.class);
        if (installed == null) {
            // while the library is disabled nothing enforces limits, so changing counters by hand is refused as well
            throw new IllegalArgumentException("%s has no counters while %s is false: set it to true"
                    .formatted(Entities.name(entity), Settings.ENABLED));
        }
        return installed;
    }

    /** The parts that changes of counters by hand need. */
    public DirectContext direct() {
        return new DirectContext(model, queries, pending, reads, recount, caches, uniqueKeys, squashes, activity);
    }
}
