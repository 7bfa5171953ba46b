package io.countercache.hibernate;

import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/**
 * What serves one session factory: what {@link CounterCaches}, {@link Counters} and {@link CounterRepair} pass calls of the
 * application on to. All other classes are handed what they need.
 */
record Installation(
        CounterModel model,
        OwnQueries queries,
        PendingDeltas pending,
        Recount recount,
        SkippingSessions skipping,
        TouchedCaches caches,
        UniqueKeys uniqueKeys) {

    /** What serves a factory that has counters; null if none are declared, or while the library is disabled. */
    static @Nullable Installation in(SessionFactoryImplementor factory) {
        Installation installed = FactoryScope.of(factory).get(Installation.class);
        return installed == null || installed.model().isEmpty() ? null : installed;
    }

    /** What serves the factory of this entity, whether or not it has counters that are declared. */
    static Installation of(EntityPersister entity) {
        Installation installed = FactoryScope.of(entity.getFactory()).get(Installation.class);
        if (installed == null) {
            // while the library is disabled nothing enforces limits, so changing counters by hand is refused as well
            throw new IllegalArgumentException("%s has no counters while %s is false: set it to true"
                    .formatted(entity.getImportedName(), Settings.ENABLED));
        }
        return installed;
    }

    /** What changes by hand need of it. */
    DirectContext direct() {
        return new DirectContext(model, queries, pending, recount, caches, uniqueKeys);
    }
}
