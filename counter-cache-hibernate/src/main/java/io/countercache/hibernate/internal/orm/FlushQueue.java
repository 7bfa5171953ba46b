package io.countercache.hibernate.internal.orm;

import org.hibernate.boot.Metadata;
import org.hibernate.engine.config.spi.ConfigurationService;

/** How a flush executes what it has queued. */
public final class FlushQueue {

    public static final String SETTING = "hibernate.flush.queue.type";

    /** By what is there, and not by the version: a jar that was packed again does not tell its version. */
    private static final boolean IS_GRAPH_POSSIBLE = OptionalClass.exists("org.hibernate.action.queue.spi.QueueType");

    private FlushQueue() {}

    /**
     * Whether Hibernate hands out the row counts of the DELETEs of collections. Since version 8 it plans all statements of a flush as a
     * graph, unless it is set to queue them as before, and then it does not.
     */
    public static boolean reportsDeletedRows(Metadata metadata) {
        Object type = metadata.getDatabase()
                .getServiceRegistry()
                .requireService(ConfigurationService.class)
                .getSettings()
                .get(SETTING);
        return !IS_GRAPH_POSSIBLE || (type != null && type.toString().equalsIgnoreCase("legacy"));
    }
}
