package io.countercache.hibernate;

import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.service.Service;
import org.jspecify.annotations.Nullable;

/** What the library has of one session factory, with declared counters or without. Thread-safe once that is built. */
final class FactoryCounters implements Service {

    private static final long serialVersionUID = 1;

    private final transient TouchedCaches caches = new TouchedCaches();
    private final transient OwnQueries queries = new OwnQueries();
    private transient volatile UniqueKeys uniqueKeys = UniqueKeys.NONE;
    private transient volatile @Nullable ChangeListener listener;

    private transient volatile @Nullable BulkStatements bulk;

    static FactoryCounters of(SessionFactoryImplementor factory) {
        return factory.getServiceRegistry().requireService(FactoryCounters.class);
    }

    TouchedCaches caches() {
        return caches;
    }

    OwnQueries queries() {
        return queries;
    }

    UniqueKeys uniqueKeys() {
        return uniqueKeys;
    }

    void uniqueKeys(UniqueKeys read) {
        uniqueKeys = read;
    }

    /** What listens to the changes of the factory's sessions, or null if there is no counter. */
    @Nullable
    ChangeListener listener() {
        return listener;
    }

    /** What counts the bulk statements of the factory's sessions, or null if nothing does. */
    @Nullable
    BulkStatements bulk() {
        return bulk;
    }

    void bulk(BulkStatements counting) {
        bulk = counting;
    }

    void listener(ChangeListener listening) {
        listener = listening;
    }
}
