package io.countercache.hibernate.internal.entity;

import org.hibernate.engine.spi.EntityEntry;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.event.spi.AbstractDatabaseOperationEvent;
import org.hibernate.event.spi.PostDeleteEvent;
import org.hibernate.event.spi.PostInsertEvent;
import org.hibernate.event.spi.PreDeleteEvent;

/** Something that has to be done when a session writes a row. {@link EntityEvents} calls the steps in a fixed order. */
public interface RowStep {

    /** Called before each statement for a row of any entity, in any session. */
    default void beforeStatement(AbstractDatabaseOperationEvent event) {}

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

    /** Called after a flush, unless it has failed. */
    default void afterFlush(SharedSessionContractImplementor session) {}

    /** Whether the row was really inserted: Hibernate also reports an INSERT that a listener of the application has vetoed. */
    static boolean isInserted(PostInsertEvent event) {
        if (!event.getSession().isEventSource() || event.getPersister().isIdentifierAssignedByInsert()) {
            return true; // nothing is reported then
        }
        EntityEntry entry = event.getSession().getPersistenceContextInternal().getEntry(event.getEntity());
        return entry == null || entry.isExistsInDatabase();
    }
}
