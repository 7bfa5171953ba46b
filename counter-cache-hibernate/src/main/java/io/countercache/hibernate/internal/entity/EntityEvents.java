package io.countercache.hibernate.internal.entity;

import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.model.ParentCounter;
import io.countercache.hibernate.internal.model.WatchedEntity;
import io.countercache.hibernate.internal.observe.Activity;
import io.countercache.hibernate.internal.orm.EventSession;
import io.countercache.hibernate.internal.orm.SkippingSessions;
import io.countercache.hibernate.internal.sql.CacheInvalidation;
import io.countercache.hibernate.internal.sql.OwnQueries;
import io.countercache.hibernate.internal.transaction.LaterLocks;
import io.countercache.hibernate.internal.transaction.MoveSink;
import io.countercache.hibernate.internal.transaction.ParentLocks;
import io.countercache.hibernate.internal.transaction.PendingDeltas;
import java.util.List;
import org.hibernate.event.spi.AbstractPreDatabaseOperationEvent;
import org.hibernate.event.spi.DeleteContext;
import org.hibernate.event.spi.DeleteEvent;
import org.hibernate.event.spi.DeleteEventListener;
import org.hibernate.event.spi.PostDeleteEvent;
import org.hibernate.event.spi.PostDeleteEventListener;
import org.hibernate.event.spi.PostInsertEvent;
import org.hibernate.event.spi.PostInsertEventListener;
import org.hibernate.event.spi.PostLoadEvent;
import org.hibernate.event.spi.PostLoadEventListener;
import org.hibernate.event.spi.PostUpdateEvent;
import org.hibernate.event.spi.PostUpdateEventListener;
import org.hibernate.event.spi.PostUpsertEvent;
import org.hibernate.event.spi.PostUpsertEventListener;
import org.hibernate.event.spi.PreDeleteEvent;
import org.hibernate.event.spi.PreDeleteEventListener;
import org.hibernate.event.spi.PreInsertEvent;
import org.hibernate.event.spi.PreInsertEventListener;
import org.hibernate.event.spi.PreUpdateEvent;
import org.hibernate.event.spi.PreUpdateEventListener;
import org.hibernate.event.spi.PreUpsertEvent;
import org.hibernate.event.spi.PreUpsertEventListener;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/**
 * Every event by which Hibernate reports that a session loads or writes an entity, and what is done about it, in order: first for
 * the entity as a parent, then as a child, then the steps of other packages. {@link FlushEvents} come before. Never vetoes.
 *
 * <p>Most events are about entities that no counter has to do with, so each method asks that first, and allocates nothing.
 */
public final class EntityEvents
        implements PostLoadEventListener,
                PreInsertEventListener,
                PostInsertEventListener,
                PreUpdateEventListener,
                PostUpdateEventListener,
                PreUpsertEventListener,
                PostUpsertEventListener,
                DeleteEventListener,
                PreDeleteEventListener,
                PostDeleteEventListener {

    private static final long serialVersionUID = 1;

    private final transient CounterModel model;
    private final transient SkippingSessions skipping;
    private final transient StatelessGuard stateless;
    private final transient SentDeletes deletes;
    private final transient ParentInstances parents;
    private final transient ForeseenCounts foreseen;
    private final transient BeforeImages images;
    private final transient ChildCounting children;
    private final transient LockedParents locks;
    private final transient RowSteps steps;
    private final transient FlushEvents flush;

    /**
     * @param trust whether the application has said that no two transactions change one child at the same time
     * @param steps those of other packages, in the order in which they are called
     */
    public EntityEvents(
            CounterModel model,
            ForeseenCounts foreseen,
            OnDeleteRules onDelete,
            boolean trust,
            PendingDeltas pending,
            OwnQueries queries,
            CacheInvalidation caches,
            SkippingSessions skipping,
            StatelessGuard stateless,
            MoveSink sink,
            ParentLocks locks,
            SentDeletes deletes,
            List<RowStep> steps,
            Activity activity) {
        this.model = model;
        this.skipping = skipping;
        this.stateless = stateless;
        this.deletes = deletes;
        this.locks = new LockedParents(locks);
        this.parents = new ParentInstances(model, pending, caches);
        this.foreseen = foreseen;
        this.images = new BeforeImages(onDelete, trust, pending, queries, caches, activity);
        this.children = new ChildCounting(images, sink);
        this.steps = new RowSteps(steps);
        this.flush = new FlushEvents(model, skipping, deletes, parents, foreseen, images, this.locks, this.steps);
    }

    /** The same parts hear of rows that are locked after they are loaded. */
    public LaterLocks laterLocks() {
        return parents::lockedLater;
    }

    /** The same parts hear what a flush does. */
    public FlushEvents flush() {
        return flush;
    }

    /** @param inserted see {@link LockedParents#beforeStatement} */
    private void lockParents(AbstractPreDatabaseOperationEvent event, Object @Nullable [] inserted) {
        if (locks.areNeeded()) {
            locks.beforeStatement(event, inserted, inserted == null ? null : counted(event));
        }
    }

    @Override
    public void onPostLoad(PostLoadEvent event) {
        parents.afterLoad(event);
    }

    // ---- INSERT and UPDATE ----

    @Override
    public boolean onPreInsert(PreInsertEvent event) {
        if (!stateless.refuses(event, "the INSERT")) {
            lockParents(event, event.getState());
            steps.beforeStatement(event);
        }
        return false;
    }

    @Override
    public void onPostInsert(PostInsertEvent event) {
        if (stateless.hasNoSession(event)) {
            return;
        }
        List<ParentCounter> counters = model.countersOf(event.getPersister());
        if (!counters.isEmpty()) {
            Object[] written = event.getState().clone(); // what the parent shows goes into its state, too
            parents.afterInsert(event, counters);
            foreseen.afterInsert(event, counters, written);
        }
        WatchedEntity watched = watched(event.getPersister());
        if (watched != null) {
            children.afterInsert(event, watched);
        }
        steps.afterInsert(event);
    }

    @Override
    public boolean onPreUpdate(PreUpdateEvent event) {
        if (stateless.refuses(event, "the UPDATE")) {
            return false;
        }
        lockParents(event, null);
        List<ParentCounter> counters = model.countersOf(event.getPersister());
        if (!counters.isEmpty()) {
            parents.beforeUpdate(event, counters);
        }
        WatchedEntity watched = watched(event.getPersister());
        if (watched != null) {
            images.beforeUpdate(event, watched, skipping.contains(EventSession.of(event)));
        }
        steps.beforeStatement(event);
        return false;
    }

    @Override
    public void onPostUpdate(PostUpdateEvent event) {
        WatchedEntity watched = watched(event.getPersister());
        if (watched != null && !stateless.hasNoSession(event)) {
            children.afterUpdate(event, watched);
        }
    }

    // ---- MERGE, which a stateless session calls an upsert ----

    @Override
    public boolean onPreUpsert(PreUpsertEvent event) {
        if (stateless.refuses(event, "the upsert")) {
            return false;
        }
        parents.refuseUpsert(event.getPersister());
        lockParents(event, event.getState());
        WatchedEntity watched = counted(event);
        if (watched != null) {
            images.beforeUpsert(event, watched);
        }
        steps.beforeStatement(event);
        return false;
    }

    @Override
    public void onPostUpsert(PostUpsertEvent event) {
        WatchedEntity watched = watched(event.getPersister());
        if (watched != null && !stateless.hasNoSession(event)) {
            children.afterUpsert(event, watched);
        }
    }

    // ---- DELETE ----

    @Override
    public void onDelete(DeleteEvent event) {
        deletes.onRemove(event);
    }

    /** Called before Hibernate removes the entity: a row that is removed already stays what it is. */
    @Override
    public void onDelete(DeleteEvent event, DeleteContext removed) {
        deletes.onRemove(event);
    }

    @Override
    public boolean onPreDelete(PreDeleteEvent event) {
        if (stateless.refuses(event, "the DELETE")) {
            return false;
        }
        lockParents(event, null);
        boolean isUnsent = deletes.isUnsent(event);
        WatchedEntity watched = isUnsent ? null : counted(event);
        if (watched != null) {
            images.beforeDelete(event, watched);
        }
        images.beforeChangesByDatabase(event);
        steps.beforeStatement(event);
        if (!isUnsent && !skipping.contains(EventSession.of(event))) {
            steps.beforeDelete(event);
        }
        return false;
    }

    @Override
    public void onPostDelete(PostDeleteEvent event) {
        if (stateless.hasNoSession(event)) {
            return;
        }
        AnnouncedDeletes.Outcome outcome = deletes.outcome(event);
        boolean isSent = outcome == AnnouncedDeletes.Outcome.SENT;
        if (outcome != AnnouncedDeletes.Outcome.UNKNOWN) {
            parents.afterDelete(event);
        }
        WatchedEntity watched = watched(event.getPersister());
        if (watched != null) {
            children.afterDelete(event, watched, isSent);
        }
        steps.afterDelete(event, isSent);
    }

    /** What counters look at of the entity; null if they look at nothing. */
    private @Nullable WatchedEntity watched(EntityPersister entity) {
        WatchedEntity watched = model.watched(entity);
        return watched.isEmpty() ? null : watched;
    }

    /** The same for what is about to happen: null also while the session counts nothing. */
    private @Nullable WatchedEntity counted(AbstractPreDatabaseOperationEvent event) {
        WatchedEntity watched = watched(event.getPersister());
        return watched == null || skipping.contains(EventSession.of(event)) ? null : watched;
    }

    @Override
    public boolean requiresPostCommitHandling(EntityPersister persister) {
        return false; // a count that is written after the commit can be lost
    }
}
