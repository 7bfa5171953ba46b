package io.countercache.hibernate.internal.entity;

import java.util.List;
import org.hibernate.engine.spi.EntityEntry;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.event.spi.AbstractPreDatabaseOperationEvent;
import org.hibernate.event.spi.PostDeleteEvent;
import org.hibernate.event.spi.PostInsertEvent;
import org.hibernate.event.spi.PreDeleteEvent;

/** Several steps, one after the other. */
final class RowSteps implements RowStep {

    /** An array, because iterating over it allocates nothing. */
    private final RowStep[] steps;

    RowSteps(List<RowStep> steps) {
        this.steps = steps.toArray(RowStep[]::new);
    }

    boolean isEmpty() {
        return steps.length == 0;
    }

    @Override
    public void onFlushDeleted(EntityEntry deleted, SharedSessionContractImplementor session) {
        for (RowStep step : steps) {
            step.onFlushDeleted(deleted, session);
        }
    }

    @Override
    public void beforeStatement(AbstractPreDatabaseOperationEvent event) {
        for (RowStep step : steps) {
            step.beforeStatement(event);
        }
    }

    @Override
    public void beforeDelete(PreDeleteEvent event) {
        for (RowStep step : steps) {
            step.beforeDelete(event);
        }
    }

    @Override
    public void afterInsert(PostInsertEvent event) {
        for (RowStep step : steps) {
            step.afterInsert(event);
        }
    }

    @Override
    public void afterDelete(PostDeleteEvent event, boolean isSent) {
        for (RowStep step : steps) {
            step.afterDelete(event, isSent);
        }
    }

    @Override
    public void beforeFlush(SharedSessionContractImplementor session) {
        for (RowStep step : steps) {
            step.beforeFlush(session);
        }
    }

    @Override
    public void afterFlush(SharedSessionContractImplementor session) {
        for (RowStep step : steps) {
            step.afterFlush(session);
        }
    }
}
