package io.countercache.hibernate.internal.entity;

import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.model.CounterPaths.PathStep;
import io.countercache.hibernate.internal.model.InsertedCounter;
import io.countercache.hibernate.internal.model.Moves;
import io.countercache.hibernate.internal.model.ParentCounter;
import io.countercache.hibernate.internal.model.RowChange;
import io.countercache.hibernate.internal.model.Snapshot;
import io.countercache.hibernate.internal.model.WatchedEntity;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.orm.EntityTables;
import io.countercache.hibernate.internal.orm.EventSession;
import io.countercache.hibernate.internal.orm.PerSession;
import io.countercache.hibernate.internal.orm.SkippingSessions;
import io.countercache.hibernate.internal.support.Numbers;
import io.countercache.hibernate.internal.transaction.PendingDeltas;
import io.countercache.hibernate.internal.write.CounterDeltas;
import io.countercache.hibernate.internal.write.ManagedParents;
import java.math.BigDecimal;
import java.util.List;
import org.hibernate.action.internal.DelayedPostInsertIdentifier;
import org.hibernate.engine.spi.EntityEntry;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.event.spi.FlushEntityEvent;
import org.hibernate.event.spi.PostInsertEvent;
import org.hibernate.event.spi.PreInsertEvent;
import org.hibernate.event.spi.PreInsertEventListener;
import org.hibernate.generator.Generator;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.sql.model.TableMapping;
import org.jspecify.annotations.Nullable;

/**
 * What the INSERT of a parent writes to its counters: 0, and never what the application has put there.
 *
 * <p>Avoids the UPDATE of a parent that is inserted in the same flush as its children, by writing their number with the INSERT.
 *
 * <p>A parent with two new children is inserted with 2, and a delta of -2 becomes pending for it. Each child then adds 1, as
 * always, so that at the commit the delta is 0 and nothing has to be written. If one of the children is not inserted after all,
 * the delta is -1, and is written like any other.
 */
public final class ForeseenCounts implements PreInsertEventListener {

    private static final long serialVersionUID = 1;

    private final transient CounterModel model;
    private final transient PendingDeltas pending;
    private final transient SkippingSessions skipping;
    /** The deltas of the new children of parents that the current flush of a session is going to insert as well. */
    private final transient PerSession<CounterDeltas> sessions = new PerSession<>();

    public ForeseenCounts(CounterModel model, PendingDeltas pending, SkippingSessions skipping) {
        this.model = model;
        this.pending = pending;
        this.skipping = skipping;
    }

    /** Called for each entity of a flush, before the flush inserts any of them. */
    void onFlushEntity(FlushEntityEvent event) {
        EntityEntry entry = event.getEntityEntry();
        if (entry.isExistsInDatabase()
                || entry.getStatus().isDeletedOrGone()
                || entry.getId()
                        instanceof DelayedPostInsertIdentifier) { // a condition cannot be evaluated for such an id
            return;
        }
        EntityPersister entity = entry.getPersister();
        WatchedEntity watched = model.watched(entity);
        SharedSessionContractImplementor session = event.getSession();
        if (watched.isEmpty() || skipping.contains(session) || !pending.collects(session)) {
            return;
        }
        Snapshot child = watched.snapshot(entry.getId(), entity.getValues(event.getEntity()), session);
        if (!watched.isRounded(child)) { // else what it adds is known only after its INSERT
            new RowChange(watched, entry.getId(), null, child, 1).moves(new Foreseeing(session));
        }
    }

    /** Whether the current flush of a session is going to insert a parent, and can write a counter with the INSERT. */
    private boolean isForeseeable(CounterDefinition counter, Object id, SharedSessionContractImplementor session) {
        EntityEntry parent = !counter.path().isEmpty() || id instanceof DelayedPostInsertIdentifier
                ? null
                : ManagedParents.entry(model.parent(counter), id, session);
        if (parent == null || parent.isExistsInDatabase()) {
            return false;
        }
        for (ParentCounter own : model.countersOf(parent.getPersister())) {
            if (counter.equals(own.derived())) {
                return isForeseeable(own, parent.getPersister());
            }
        }
        return false;
    }

    private static boolean isForeseeable(ParentCounter counter, EntityPersister entity) {
        CounterDefinition derived = counter.derived();
        return derived != null
                && derived.touch().isEmpty() // the touched attribute is set by an UPDATE
                && derived.table().equals(counter.table())
                && Entities.generators(entity)[counter.index()] instanceof InsertedCounter
                // whether the application's own SQL inserts the counter is not known
                && !EntityTables.hasOwnSql(entity, TableMapping::getInsertDetails);
    }

    private final class Foreseeing implements Moves {

        private final SharedSessionContractImplementor session;

        Foreseeing(SharedSessionContractImplementor session) {
            this.session = session;
        }

        @Override
        public void move(CounterDefinition counter, Object first, BigDecimal amount) {
            if (isForeseeable(counter, first, session)) {
                sessions.get(session, CounterDeltas::new).add(counter, counter.row(first), amount);
            }
        }

        @Override
        public void pass(PathStep step, Object id, @Nullable Object from) {
            // a row that is not inserted yet has no children
        }
    }

    /**
     * Has all listeners see what the INSERT is going to write, such as that of Bean Validation, which refuses null. So it has
     * to be called before them.
     */
    @Override
    public boolean onPreInsert(PreInsertEvent event) {
        for (ParentCounter counter : model.countersOf(event.getPersister())) {
            Object written = inserted(
                    counter.derived(),
                    counter.type(),
                    event.getEntity(),
                    event.getState()[counter.index()],
                    EventSession.find(event));
            event.getState()[counter.index()] = written;
            event.getPersister().setValue(event.getEntity(), counter.index(), written);
        }
        return false;
    }

    /**
     * What the INSERT of a parent writes. For a derived counter that is what is foreseen, and never what is in the attribute: a
     * client may have sent it, and an instance that was rolled back, removed or detached still has an old count.
     *
     * @param derived null for a counter that is only changed by hand
     */
    private Object inserted(
            @Nullable CounterDefinition derived,
            Class<?> type,
            Object parent,
            @Nullable Object assigned,
            @Nullable SharedSessionContractImplementor session) {
        if (derived == null && assigned != null) {
            return assigned;
        }
        CounterDeltas foreseen = derived == null || session == null ? null : sessions.get(session);
        EntityEntry entry = foreseen == null || session == null
                ? null
                : session.getPersistenceContextInternal().getEntry(parent);
        BigDecimal amount = foreseen == null || entry == null || derived == null
                ? null
                : foreseen.of(derived.row(entry.getId())).get(derived);
        Number written = amount == null ? null : exactly(amount, type);
        return written == null ? Numbers.as(type, BigDecimal.ZERO) : written;
    }

    /**
     * The generator of the values that INSERTs write to a counter.
     *
     * @param derived null for a counter that is only changed by hand
     */
    public Generator generator(@Nullable CounterDefinition derived, Class<?> type) {
        return new InsertedCounter((parent, assigned, session) -> inserted(derived, type, parent, assigned, session));
    }

    /** A number in the type of a counter; null if the type cannot hold it: then an UPDATE fails with the database's message. */
    private static @Nullable Number exactly(BigDecimal sum, Class<?> type) {
        Number number = Numbers.as(type, sum);
        return Double.isFinite(number.doubleValue()) && sum.compareTo(new BigDecimal(number.toString())) == 0
                ? number
                : null;
    }

    /**
     * Makes the opposite of what the INSERT has written pending. Does not ask what was foreseen, because a listener that queries
     * the database between the two events begins another flush, which forgets that.
     *
     * @param counters those of the parent
     * @param state what the INSERT has written
     */
    void afterInsert(PostInsertEvent event, List<ParentCounter> counters, Object[] state) {
        if (!RowStep.isInserted(event)) {
            return;
        }
        for (ParentCounter counter : counters) {
            CounterDefinition derived = counter.derived();
            if (derived != null
                    && Entities.generators(event.getPersister())[counter.index()] instanceof InsertedCounter
                    && state[counter.index()] instanceof Number written) {
                BigDecimal amount = Numbers.exact(written);
                pending.add(derived, event.getId(), amount.negate(), EventSession.of(event));
                // for a listener it makes no difference whether the INSERT has written it or an UPDATE after it
                pending.written(
                        event.getPersister(),
                        event.getId(),
                        derived.counter(),
                        counter.type(),
                        amount,
                        EventSession.of(event));
            }
        }
    }

    /** Forgets what is foreseen. To be called when a flush begins, and when it ends. */
    void forget(SharedSessionContractImplementor session) {
        sessions.remove(session);
    }
}
