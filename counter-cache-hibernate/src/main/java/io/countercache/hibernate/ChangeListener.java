package io.countercache.hibernate;

import io.countercache.CounterDefinition;
import io.countercache.ParentRow;
import io.countercache.hibernate.CounterModel.CountedAssociation;
import io.countercache.hibernate.StaleChildren.Found;
import java.math.BigDecimal;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;
import org.hibernate.engine.spi.EntityEntry;
import org.hibernate.engine.spi.SessionImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.event.spi.AbstractDatabaseOperationEvent;
import org.hibernate.event.spi.PostDeleteEvent;
import org.hibernate.event.spi.PostDeleteEventListener;
import org.hibernate.event.spi.PostInsertEvent;
import org.hibernate.event.spi.PostInsertEventListener;
import org.hibernate.event.spi.PostUpdateEvent;
import org.hibernate.event.spi.PostUpdateEventListener;
import org.hibernate.event.spi.PostUpsertEvent;
import org.hibernate.event.spi.PostUpsertEventListener;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/** Turns what happened to a child into deltas: one path for insert, update and delete. */
final class ChangeListener
        implements PostInsertEventListener, PostUpdateEventListener, PostUpsertEventListener, PostDeleteEventListener {

    private static final long serialVersionUID = 1;

    private final transient Installation installation;
    private final transient Set<SharedSessionContractImplementor> skipping =
            Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

    ChangeListener(Installation installation) {
        this.installation = installation;
    }

    Installation installation() {
        return installation;
    }

    /** Stops counting what this session changes; false if it had stopped before. */
    boolean skip(SharedSessionContractImplementor session) {
        return skipping.add(session);
    }

    boolean isSkipping(SharedSessionContractImplementor session) {
        return skipping.contains(session);
    }

    void resume(SharedSessionContractImplementor session) {
        skipping.remove(session);
    }

    @Override
    public void onPostInsert(PostInsertEvent event) {
        if (isInserted(event)) {
            changed(event, null, null, event.getState());
        }
    }

    /** Another listener may have vetoed the INSERT. */
    private static boolean isInserted(PostInsertEvent event) {
        if (!(event.getSession() instanceof SessionImplementor session)
                || event.getPersister().isIdentifierAssignedByInsert()) {
            return true;
        }
        EntityEntry entry = session.getPersistenceContextInternal().getEntry(event.getEntity());
        return entry == null || entry.isExistsInDatabase();
    }

    @Override
    public void onPostUpdate(PostUpdateEvent event) {
        Found found = installation.stale().take(event.getEntity(), event.getSession());
        if (found == null || found.isThere()) {
            changed(event, found, event.getOldState(), event.getState());
        }
    }

    @Override
    public void onPostUpsert(PostUpsertEvent event) {
        changed(event, installation.stale().take(event.getEntity(), event.getSession()), null, event.getState());
    }

    @Override
    public void onPostDelete(PostDeleteEvent event) {
        Found found = installation.stale().take(event.getEntity(), event.getSession());
        changed(event, found, event.getDeletedState(), null);
    }

    /** What was found in the database, if one looked, is what counts; else the state that the session had loaded. */
    private void changed(
            AbstractDatabaseOperationEvent event,
            @Nullable Found found,
            Object @Nullable [] before,
            Object @Nullable [] after) {
        EntityPersister child = event.getPersister();
        SharedSessionContractImplementor session = event.getSession();
        List<CountedAssociation> associations = installation.model().countedOn(child);
        if (associations.isEmpty() || skipping.contains(session)) {
            return;
        }
        boolean existed = before != null || (found != null && found.isThere());
        for (CountedAssociation association : associations) {
            if (existed && after != null && !child.getPropertyUpdateability()[association.index()]) {
                continue; // assigned, but never written
            }
            Object from = found != null ? found.parents().get(association) : association.parentId(before, session);
            // what was not even loaded has not changed
            Object to = association.isUnknown(after) ? from : association.parentId(after, session);
            if (association.isSameParent(from, to)) {
                continue;
            }
            if (from != null) {
                move(association.counter(), from, BigDecimal.ONE.negate(), session);
            }
            if (to != null) {
                move(association.counter(), to, BigDecimal.ONE, session);
            }
        }
    }

    /** Moves the counter of one parent, in memory now and in the database before the commit. */
    void move(CounterDefinition counter, Object parentId, BigDecimal amount, SharedSessionContractImplementor session) {
        installation.parents().tell(counter, parentId, amount, session);
        installation.pending().add(counter, new ParentRow(counter.table(), parentId), amount, session);
    }

    @Override
    public boolean requiresPostCommitHandling(EntityPersister persister) {
        return false; // a count that is written after the commit can be lost
    }
}
