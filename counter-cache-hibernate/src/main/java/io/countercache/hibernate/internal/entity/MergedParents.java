package io.countercache.hibernate.internal.entity;

import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.model.ParentCounter;
import io.countercache.hibernate.internal.write.ManagedParents;
import org.hibernate.Hibernate;
import org.hibernate.engine.spi.EntityEntry;
import org.hibernate.event.spi.MergeContext;
import org.hibernate.event.spi.MergeEvent;
import org.hibernate.event.spi.MergeEventListener;

/** Undoes what a merge has copied to the counters of a managed parent, as soon as Hibernate has merged it. */
public final class MergedParents implements MergeEventListener {

    private static final long serialVersionUID = 1;

    private final transient CounterModel model;
    private final transient DroppedValues values = new DroppedValues();

    public MergedParents(CounterModel model) {
        this.model = model;
    }

    @Override
    public void onMerge(MergeEvent event, MergeContext merged) {
        onMerge(event);
    }

    @Override
    public void onMerge(MergeEvent event) {
        Object merged = event.getResult();
        if (merged == null || !Hibernate.isInitialized(merged)) {
            return;
        }
        merged = Hibernate.unproxy(merged);
        EntityEntry entry = merged == event.getOriginal()
                ? null // what was assigned to a managed instance is undone at the flush
                : event.getSession().getPersistenceContextInternal().getEntry(merged);
        if (entry == null || !entry.isExistsInDatabase() || entry.getStatus().isDeletedOrGone()) {
            return;
        }
        for (ParentCounter counter : model.countersOf(entry.getPersister())) {
            Object dropped = ManagedParents.correct(merged, entry, counter);
            if (dropped != null) {
                values.merged(dropped, counter, entry.getPersister());
            }
        }
    }
}
