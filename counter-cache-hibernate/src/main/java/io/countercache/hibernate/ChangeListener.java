package io.countercache.hibernate;

import io.countercache.CounterDefinition;
import io.countercache.ParentRow;
import io.countercache.hibernate.CountedChild.Moves;
import io.countercache.hibernate.CountedChild.Snapshot;
import io.countercache.hibernate.CounterPaths.PathStep;
import io.countercache.hibernate.StaleChildren.Found;
import java.math.BigDecimal;
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
    private final transient SkippingSessions skipping = new SkippingSessions();

    ChangeListener(Installation installation) {
        this.installation = installation;
    }

    Installation installation() {
        return installation;
    }

    /** The sessions that change what is not counted. */
    SkippingSessions skipping() {
        return skipping;
    }

    boolean isSkipping(SharedSessionContractImplementor session) {
        return skipping.contains(session);
    }

    @Override
    public void onPostInsert(PostInsertEvent event) {
        if (isCounted(event) && isInserted(event)) {
            changed(event, null, null, event.getState());
        }
    }

    /** Asked first: of most entities of most applications nothing more is. */
    private boolean isCounted(AbstractDatabaseOperationEvent event) {
        return !installation.model().counted(event.getPersister()).isEmpty();
    }

    /** Another listener may have vetoed the INSERT. */
    static boolean isInserted(PostInsertEvent event) {
        if (!(event.getSession() instanceof SessionImplementor session)
                || event.getPersister().isIdentifierAssignedByInsert()) {
            return true;
        }
        EntityEntry entry = session.getPersistenceContextInternal().getEntry(event.getEntity());
        return entry == null || entry.isExistsInDatabase();
    }

    @Override
    public void onPostUpdate(PostUpdateEvent event) {
        if (!isCounted(event)) {
            return;
        }
        Found found = installation.stale().take(event.getEntity(), event.getSession());
        if (found == null || found.before() != null) {
            changed(event, found, event.getOldState(), event.getState());
        }
    }

    @Override
    public void onPostUpsert(PostUpsertEvent event) {
        if (isCounted(event)) {
            changed(event, installation.stale().take(event.getEntity(), event.getSession()), null, event.getState());
        }
    }

    @Override
    public void onPostDelete(PostDeleteEvent event) {
        if (!isCounted(event)) {
            return;
        }
        Found found = installation.stale().take(event.getEntity(), event.getSession());
        if (!installation.deletes().isUnsent(event.getSession())) {
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
        if (isSkipping(session)) {
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
            if (counted.isRounded(after) || (loaded == null && isDefaulted(event, counted, after))) {
                Entities.refuseFilters(event.getPersister(), session);
                session.getJdbcCoordinator().executeBatch(); // no query sends what is batched
                after = installation.stale().stored(counted, id, session);
            }
        }
        counted.change(id, before, after, moves(session));
    }

    /** Whether the INSERT left out what is null, and the database may have put a default in its place. */
    private static boolean isDefaulted(AbstractDatabaseOperationEvent event, CountedChild counted, Snapshot inserted) {
        return event instanceof PostInsertEvent
                && event.getPersister().isDynamicInsert()
                && counted.hasNullOfItsOwn(inserted);
    }

    /** Has moves written with all else that this session's transaction changes. */
    Moves moves(SharedSessionContractImplementor session) {
        return new Moves() {
            @Override
            public void move(CounterDefinition counter, Object first, BigDecimal amount) {
                ChangeListener.this.move(counter, first, amount, session);
            }

            @Override
            public void pass(PathStep step, Object id, @Nullable Object from) {
                installation.pending().moved(step, id, from, session);
            }
        };
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
