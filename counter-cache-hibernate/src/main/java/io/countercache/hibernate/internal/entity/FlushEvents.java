package io.countercache.hibernate.internal.entity;

import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.model.ParentCounter;
import io.countercache.hibernate.internal.model.WatchedEntity;
import io.countercache.hibernate.internal.orm.SkippingSessions;
import java.util.List;
import java.util.function.BiConsumer;
import org.hibernate.engine.spi.SessionImplementor;
import org.hibernate.event.spi.AutoFlushEvent;
import org.hibernate.event.spi.AutoFlushEventListener;
import org.hibernate.event.spi.FlushEntityEvent;
import org.hibernate.event.spi.FlushEntityEventListener;
import org.hibernate.event.spi.FlushEvent;
import org.hibernate.event.spi.FlushEventListener;

/**
 * What a flush does before it sends anything, and when it is over: what it is going to write is looked at, and what is remembered
 * of it is forgotten. Its statements are {@link EntityEvents}.
 */
public final class FlushEvents implements FlushEventListener, AutoFlushEventListener, FlushEntityEventListener {

    private static final long serialVersionUID = 1;

    private final transient CounterModel model;
    private final transient SkippingSessions skipping;
    private final transient SentDeletes deletes;
    private final transient ParentInstances parents;
    private final transient ForeseenCounts foreseen;
    private final transient BeforeImages images;
    private final transient LockedParents locks;
    private final transient RowSteps steps;

    FlushEvents(
            CounterModel model,
            SkippingSessions skipping,
            SentDeletes deletes,
            ParentInstances parents,
            ForeseenCounts foreseen,
            BeforeImages images,
            LockedParents locks,
            RowSteps steps) {
        this.model = model;
        this.skipping = skipping;
        this.deletes = deletes;
        this.parents = parents;
        this.foreseen = foreseen;
        this.images = images;
        this.locks = locks;
        this.steps = steps;
    }

    /** Called when a flush begins, before Hibernate works on it. */
    public void before(SessionImplementor session) {
        forget(session, RowStep::beforeFlush); // one that has failed
    }

    @Override
    public void onFlush(FlushEvent event) {
        forget(event.getSession(), RowStep::afterFlush);
    }

    @Override
    public void onAutoFlush(AutoFlushEvent event) {
        forget(event.getSession(), RowStep::afterFlush);
    }

    private void forget(SessionImplementor session, BiConsumer<RowStep, SessionImplementor> callSteps) {
        if (session.getPersistenceContextInternal().isFlushing()) {
            return; // a query in the middle of a flush asks for another flush, which does nothing
        }
        foreseen.forget(session);
        images.forget(session);
        locks.forget(session);
        callSteps.accept(steps, session);
    }

    /** Called before Hibernate compares the entity with its loaded state, and before the flush inserts anything. */
    @Override
    public void onFlushEntity(FlushEntityEvent event) {
        foreseen.onFlushEntity(event);
        List<ParentCounter> counters = model.countersOf(event.getEntityEntry().getPersister());
        if (!counters.isEmpty()) {
            parents.onFlushEntity(event, counters);
        }
    }

    /** Called after Hibernate has compared the entity with its loaded state, and before the flush sends anything. */
    public void afterDirtyCheck(FlushEntityEvent event) {
        WatchedEntity watched = model.watched(event.getEntityEntry().getPersister());
        if (!watched.isEmpty() && !skipping.contains(event.getSession())) {
            images.onFlushEntity(event, watched);
            if (locks.areNeeded()) {
                locks.onFlushEntity(event, watched);
            }
        }
        if (locks.areNeeded() && !model.slots().isEmpty()) {
            locks.onFlushParent(event, model.countersOf(event.getEntityEntry().getPersister()));
        }
        if (!steps.isEmpty() && deletes.isSendingDelete(event.getEntityEntry(), event.getSession())) {
            steps.onFlushDeleted(event.getEntityEntry(), event.getSession());
        }
    }
}
