package io.countercache.hibernate;

import io.countercache.CounterDefinition;
import io.countercache.ParentRow;
import io.countercache.hibernate.CountedChild.CountedBy;
import io.countercache.hibernate.CountedChild.PassedBy;
import io.countercache.hibernate.CountedChild.Snapshot;
import io.countercache.hibernate.StaleChildren.Found;
import java.math.BigDecimal;
import java.util.Collections;
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
        if (found == null || found.before() != null) {
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
        if (!installation.deletes().isVetoed(event.getSession())) {
            changed(event, found, event.getDeletedState(), null);
        }
    }

    /** What was found in the database, if one looked, is what counts; else the state that the session had loaded. */
    private void changed(
            AbstractDatabaseOperationEvent event,
            @Nullable Found found,
            Object @Nullable [] loaded,
            Object @Nullable [] written) {
        SharedSessionContractImplementor session = event.getSession();
        CountedChild counted = installation.model().counted(event.getPersister());
        if (counted.isEmpty() || skipping.contains(session)) {
            return;
        }
        Object id = event.getId();
        Snapshot before =
                found != null ? found.before() : loaded == null ? null : counted.snapshot(id, loaded, session);
        Snapshot after = null;
        if (written != null) {
            boolean writesAll = found != null && found.writesAll();
            after = before == null
                    ? counted.snapshot(id, written, session)
                    : counted.afterUpdate(id, before, writesAll ? null : loaded, written, session);
            if (before != null && !counted.differ(before, after)) {
                return;
            }
            if (counted.isRounded(after)) {
                CounterModel.refuseFilters(event.getPersister(), session);
                session.getJdbcCoordinator().executeBatch(); // no query sends what is batched
                after = installation.stale().stored(counted, id, session);
            }
        }
        for (CountedBy by : counted.counters()) {
            count(counted, by, before, after, session);
        }
        for (PassedBy by : counted.passages()) {
            if (before != null) {
                passed(counted, by, id, before, after, session);
            }
        }
    }

    private void count(
            CountedChild counted,
            CountedBy by,
            @Nullable Snapshot before,
            @Nullable Snapshot after,
            SharedSessionContractImplementor session) {
        Object from = before == null ? null : before.get(by.association());
        Object to = after == null ? null : after.get(by.association());
        BigDecimal less = weight(counted, by, before).negate();
        BigDecimal more = weight(counted, by, after);
        if (from != null && counted.tracked().get(by.association()).isSame(from, to)) {
            move(by.counter(), from, less.add(more), session);
            return;
        }
        if (from != null) {
            move(by.counter(), from, less, session);
        }
        if (to != null) {
            move(by.counter(), to, more, session);
        }
    }

    /** What a row counts for; nothing where it leads to nobody. */
    private static BigDecimal weight(CountedChild counted, CountedBy by, @Nullable Snapshot snapshot) {
        return snapshot == null || snapshot.get(by.association()) == null
                ? BigDecimal.ZERO
                : counted.weight(by, snapshot);
    }

    /** A row that others are counted through has got another parent: all that is beneath it goes along. */
    private void passed(
            CountedChild counted,
            PassedBy by,
            Object id,
            Snapshot before,
            @Nullable Snapshot after,
            SharedSessionContractImplementor session) {
        Object from = before.get(by.association());
        Object to = after == null ? null : after.get(by.association());
        if (!counted.tracked().get(by.association()).isSame(from, to)) {
            installation.pending().moved(by.step(), id, from, session);
        }
    }

    /** @param first the row that the association leads to */
    void move(CounterDefinition counter, Object first, BigDecimal amount, SharedSessionContractImplementor session) {
        if (amount.signum() == 0) {
            return;
        }
        if (counter.path().isEmpty()) {
            installation.pending().add(counter, new ParentRow(counter.table(), first), amount, session);
        } else {
            installation
                    .pending()
                    .addBeneath(
                            installation
                                    .model()
                                    .paths(session.getFactory())
                                    .steps(counter)
                                    .get(0),
                            first,
                            amount,
                            session);
        }
    }

    @Override
    public boolean requiresPostCommitHandling(EntityPersister persister) {
        return false; // a count that is written after the commit can be lost
    }
}
