package io.countercache.hibernate.internal.entity;

import io.countercache.hibernate.internal.model.ParentCounter;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.support.Once;
import org.hibernate.persister.entity.EntityPersister;
import org.jboss.logging.Logger;

/** Tells, once for each counter, that values are dropped that the application has assigned to it. */
final class DroppedValues {

    private static final Logger LOG = Logger.getLogger(DroppedValues.class);

    private static final String OF_DERIVED =
            "it is kept equal to its count: leave it alone, or correct it with CounterCaches.resetCounters(..)";
    private static final String OF_FREE =
            "it is changed by Counters.increment(..) and the like, which miss nothing that others add, or by Counters.set(..)";

    private final Once told = new Once();

    /** A value was assigned to a managed instance. */
    void assigned(Object value, ParentCounter counter, EntityPersister parent) {
        if (told.isFirst(name(counter, parent))) {
            LOG.warnf(
                    "%s: the value %s that was assigned is not stored: %s",
                    name(counter, parent), value, remedy(counter));
        }
    }

    /**
     * A value was merged. It may be an old count, as every detached instance has one after a while, so that of a derived counter
     * needs no warning. A {@code @Counter} is no count: who has assigned to one and saves it has meant it.
     */
    void merged(Object value, ParentCounter counter, EntityPersister parent) {
        if (told.isFirst(name(counter, parent))) {
            LOG.logf(
                    counter.derived() == null ? Logger.Level.WARN : Logger.Level.INFO,
                    "%s: the value %s of a merged instance is not stored, as it may be an old one: %s",
                    name(counter, parent),
                    value,
                    remedy(counter));
        }
    }

    private static String name(ParentCounter counter, EntityPersister parent) {
        return Entities.name(parent) + "." + parent.getPropertyNames()[counter.index()];
    }

    private static String remedy(ParentCounter counter) {
        return counter.derived() == null ? OF_FREE : OF_DERIVED;
    }
}
