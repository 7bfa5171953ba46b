package io.countercache.hibernate.internal.boot;

import io.countercache.hibernate.internal.collection.CollectionEvents;
import io.countercache.hibernate.internal.entity.EntityEvents;
import io.countercache.hibernate.internal.entity.FlushEvents;
import io.countercache.hibernate.internal.entity.ForeseenCounts;
import io.countercache.hibernate.internal.entity.MergedParents;
import io.countercache.hibernate.internal.transaction.ReadBeforeWrite;
import org.hibernate.event.service.spi.EventListenerRegistry;
import org.hibernate.event.spi.EventType;
import org.jspecify.annotations.Nullable;

/** Which listener of the library hears which event of a session factory. */
final class Listeners {

    private Listeners() {}

    /**
     * Registers the listeners. Those that are prepended hear an event before Hibernate itself does.
     *
     * @param hearsDelete whether it matters what sessions remove
     * @param collections null if no collection is counted
     */
    static void register(
            EntityEvents entities,
            ForeseenCounts foreseen,
            MergedParents merged,
            boolean hearsDelete,
            ReadBeforeWrite reads,
            @Nullable CollectionEvents collections,
            EventListenerRegistry registry) {
        FlushEvents flush = entities.flush();
        registry.prependListeners(EventType.FLUSH, event -> flush.before(event.getSession()));
        registry.appendListeners(EventType.FLUSH, reads, flush);
        registry.prependListeners(EventType.AUTO_FLUSH, event -> flush.before(event.getSession()));
        registry.prependListeners(EventType.AUTO_FLUSH, reads::beforeAutoFlush);
        registry.appendListeners(EventType.AUTO_FLUSH, reads, flush);
        // so that Hibernate never sees what the application has assigned to a counter
        registry.prependListeners(EventType.FLUSH_ENTITY, flush);
        // once it is known what the flush will write
        registry.appendListeners(EventType.FLUSH_ENTITY, flush::afterDirtyCheck);
        // so that a @PostLoad method of the application sees what is pending
        registry.prependListeners(EventType.POST_LOAD, entities);
        // so that Bean Validation never sees null
        registry.prependListeners(EventType.PRE_INSERT, foreseen);
        registry.appendListeners(EventType.PRE_INSERT, entities);
        registry.appendListeners(EventType.POST_INSERT, entities);
        registry.appendListeners(EventType.MERGE, merged);
        registry.appendListeners(EventType.PRE_UPDATE, entities);
        registry.appendListeners(EventType.POST_UPDATE, entities);
        registry.appendListeners(EventType.PRE_UPSERT, entities);
        registry.appendListeners(EventType.POST_UPSERT, entities);
        if (hearsDelete) {
            registry.prependListeners(EventType.DELETE, entities);
        }
        registry.appendListeners(EventType.PRE_DELETE, entities);
        registry.appendListeners(EventType.POST_DELETE, entities);
        if (collections != null) {
            registry.appendListeners(EventType.PRE_COLLECTION_RECREATE, collections);
            registry.appendListeners(EventType.POST_COLLECTION_RECREATE, collections);
            registry.appendListeners(EventType.PRE_COLLECTION_UPDATE, collections);
            registry.appendListeners(EventType.POST_COLLECTION_UPDATE, collections);
            registry.appendListeners(EventType.PRE_COLLECTION_REMOVE, collections);
            registry.appendListeners(EventType.POST_COLLECTION_REMOVE, collections);
        }
    }
}
