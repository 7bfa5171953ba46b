package io.countercache.hibernate;

import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/** What serves one session factory. */
record Installation(
        CounterModel model,
        OwnQueries queries,
        PendingDeltas pending,
        StaleChildren stale,
        SentDeletes deletes,
        Recount recount) {

    /** What serves the factory of this entity. */
    static Installation of(EntityPersister parent) {
        ChangeListener listener = listenerIn(parent.getFactory());
        if (listener == null) {
            refuseIfDisabled(parent);
            throw CounterModel.noCounters(parent);
        }
        return listener.installation();
    }

    /** What nobody watches over cannot be kept within its limits either. */
    static void refuseIfDisabled(EntityPersister entity) {
        if (!Settings.read(entity.getFactory().getProperties()).enabled()) {
            throw new IllegalArgumentException("%s has no counters while %s is false: set it to true"
                    .formatted(entity.getImportedName(), Settings.ENABLED));
        }
    }

    /** What listens to the changes of a session factory, or null if it has no counters. */
    static @Nullable ChangeListener listenerIn(SessionFactoryImplementor factory) {
        return FactoryCounters.of(factory).listener();
    }
}
