package io.countercache.hibernate;

import io.countercache.CounterDefinition;
import io.countercache.ParentRow;
import io.countercache.hibernate.CounterCacheIntegrator.Installation;
import io.countercache.hibernate.CounterModel.CountedAssociation;
import java.util.List;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.event.spi.PostDeleteEvent;
import org.hibernate.event.spi.PostDeleteEventListener;
import org.hibernate.event.spi.PostInsertEvent;
import org.hibernate.event.spi.PostInsertEventListener;
import org.hibernate.event.spi.PostUpdateEvent;
import org.hibernate.event.spi.PostUpdateEventListener;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/** Turns what happened to a child into deltas: one path for insert, update and delete. */
final class ChangeListener implements PostInsertEventListener, PostUpdateEventListener, PostDeleteEventListener {

    private static final long serialVersionUID = 1;

    private final transient Installation installation;

    ChangeListener(Installation installation) {
        this.installation = installation;
    }

    Installation installation() {
        return installation;
    }

    @Override
    public void onPostInsert(PostInsertEvent event) {
        changed(event.getPersister(), null, event.getState(), event.getSession());
    }

    @Override
    public void onPostUpdate(PostUpdateEvent event) {
        changed(event.getPersister(), event.getOldState(), event.getState(), event.getSession());
    }

    @Override
    public void onPostDelete(PostDeleteEvent event) {
        changed(event.getPersister(), event.getDeletedState(), null, event.getSession());
    }

    private void changed(
            EntityPersister child,
            Object @Nullable [] before,
            Object @Nullable [] after,
            SharedSessionContractImplementor session) {
        List<CountedAssociation> associations = installation.model().countedOn(child);
        for (CountedAssociation association : associations) {
            Object from = association.parentId(before, session);
            Object to = association.parentId(after, session);
            if (from != null
                    && to != null
                    && association.parent().getIdentifierType().isEqual(from, to)) {
                continue;
            }
            if (from != null) {
                move(association.counter(), from, -1, session);
            }
            if (to != null) {
                move(association.counter(), to, 1, session);
            }
        }
    }

    private void move(
            CounterDefinition counter, Object parentId, long amount, SharedSessionContractImplementor session) {
        installation.parents().tell(counter, parentId, amount, session);
        installation.pending().add(counter, new ParentRow(counter.table(), parentId), amount, session);
    }

    @Override
    public boolean requiresPostCommitHandling(EntityPersister persister) {
        return false; // a count that is written after the commit can be lost
    }
}
