package io.countercache.hibernate.internal.model;

import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.support.Once;
import org.hibernate.persister.entity.EntityPersister;
import org.jboss.logging.Logger;

/** Warns of derived counters that the application moves itself: once for each, in one session factory. Thread-safe. */
public final class MovedByHand {

    private static final Logger LOG = Logger.getLogger(MovedByHand.class);

    private final Once warned = new Once();

    /**
     * Warns of a counter, unless that is done already.
     *
     * @param parent the entity that declares it: its subclasses have the same one
     */
    public void warn(EntityPersister parent, String counter) {
        String name = Entities.name(parent) + "." + counter;
        if (warned.isFirst(name)) {
            LOG.warnf(
                    "%1$s is kept equal to what it counts already, and is wrong if it is also changed by hand: remove that;"
                            + " after changes that are not counted call reset(\"%2$s\")",
                    name, counter);
        }
    }
}
