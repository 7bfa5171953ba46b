package io.countercache.hibernate.internal.entity;

import io.countercache.hibernate.internal.orm.EventSession;
import org.hibernate.engine.spi.EntityEntry;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.event.spi.AbstractPreDatabaseOperationEvent;
import org.hibernate.event.spi.PostDeleteEvent;
import org.hibernate.event.spi.PostInsertEvent;
import org.hibernate.event.spi.PreDeleteEvent;

/** Something that has to be done when a session writes a row. {@link EntityEvents} calls the steps in a fixed order. */
public interface RowStep {

    /**
     * Called for each row that the current flush is going to delete, before it sends anything. Not called for rows that the
     * session leaves to the database, nor where an application's listener may veto a DELETE.
     */
    default void onFlushDeleted(EntityEntry deleted, SharedSessionContractImplementor session) {}

    /** Called before each statement for a row of any entity, in any session. */
    default void beforeStatement(AbstractPreDatabaseOperationEvent event) {}

    /**
     * Called before a DELETE. Not called in a session that is skipping, nor for a row that the session leaves to the database,
     * which deletes it along with another one. An application's listener may still veto the DELETE.
     */
    default void beforeDelete(PreDeleteEvent event) {}

    /** Called after an INSERT, even if that was vetoed: see {@link #isInserted}. */
    default void afterInsert(PostInsertEvent event) {}

    /**
     * Called after a DELETE.
     *
     * @param isSent false if the DELETE was vetoed or left to the database, so that there is nothing to count
     */
    default void afterDelete(PostDeleteEvent event, boolean isSent) {}

    /** Called when a flush begins, before Hibernate works on it. The one before it may have failed. */
    default void beforeFlush(SharedSessionContractImplementor session) {}

    /** Called after a flush, unless it has failed. */
    default void afterFlush(SharedSessionContractImplementor session) {}

    /** Whether the row was really inserted: Hibernate also reports an INSERT that a listener of the application has vetoed. */
    static boolean isInserted(PostInsertEvent event) {
        if (!EventSession.of(event).isEventSource() || event.getPersister().isIdentifierAssignedByInsert()) {
            return true; // nothing is reported then
        }
        EntityEntry entry =
                EventSession.of(event).getPersistenceContextInternal().getEntry(event.getEntity());
        return entry == null || entry.isExistsInDatabase();
    }
}
