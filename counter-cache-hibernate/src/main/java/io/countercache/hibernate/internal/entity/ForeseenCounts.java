package io.countercache.hibernate.internal.entity;

import static java.util.Objects.requireNonNull;

import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.model.CounterPaths.PathStep;
import io.countercache.hibernate.internal.model.Moves;
import io.countercache.hibernate.internal.model.ParentCounter;
import io.countercache.hibernate.internal.model.ParentRow;
import io.countercache.hibernate.internal.model.RowChange;
import io.countercache.hibernate.internal.model.Snapshot;
import io.countercache.hibernate.internal.model.WatchedEntity;
import io.countercache.hibernate.internal.orm.EntityTables;
import io.countercache.hibernate.internal.orm.PerSession;
import io.countercache.hibernate.internal.orm.SkippingSessions;
import io.countercache.hibernate.internal.support.Numbers;
import io.countercache.hibernate.internal.transaction.PendingDeltas;
import io.countercache.hibernate.internal.write.CounterDeltas;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.hibernate.action.internal.DelayedPostInsertIdentifier;
import org.hibernate.engine.spi.EntityEntry;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.event.spi.FlushEntityEvent;
import org.hibernate.event.spi.PostInsertEvent;
import org.hibernate.event.spi.PreInsertEvent;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.persister.entity.mutation.EntityTableMapping;
import org.jspecify.annotations.Nullable;

/**
 * Avoids the UPDATE of a parent that is inserted in the same flush as its children, by writing their number with the INSERT.
 *
 * <p>A parent with two new children is inserted with 2, and a delta of -2 becomes pending for it. Each child then adds 1, as
 * always, so that at the commit the delta is 0 and nothing has to be written. If one of the children is not inserted after all,
 * the delta is -1, and is written like any other.
 */
final class ForeseenCounts {

    private final CounterModel model;
    private final PendingDeltas pending;
    private final SkippingSessions skipping;
    private final PerSession<Foreseen> sessions = new PerSession<>();
    /**
     * What the current INSERT of a session adds to the values that the application has assigned to the counters. This is not
     * read from what is foreseen, because a listener that queries the database between the two events begins another flush.
     */
    private final PerSession<CounterDeltas> inserting = new PerSession<>();

    /** The parents that the current flush of a session is going to insert, and the deltas of their new children. */
    private static final class Foreseen {
        final Map<ParentRow, Set<CounterDefinition>> parents = new HashMap<>();
        final CounterDeltas deltas = new CounterDeltas();
    }

    ForeseenCounts(CounterModel model, PendingDeltas pending, SkippingSessions skipping) {
        this.model = model;
        this.pending = pending;
        this.skipping = skipping;
    }

    /**
     * Called for each entity of a flush, before the flush inserts any of them.
     *
     * @param counters those of the entity
     */
    void onFlushEntity(FlushEntityEvent event, List<ParentCounter> counters) {
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
        if ((counters.isEmpty() && watched.isEmpty()) || !pending.collects(session)) {
            return;
        }
        for (ParentCounter counter : counters) {
            if (isForeseeable(counter, entity)) {
                sessions.get(session, Foreseen::new)
                        .parents
                        .computeIfAbsent(counter.row(entry.getId()), any -> new HashSet<>())
                        .add(requireNonNull(counter.derived()));
            }
        }
        Foreseen foreseen = watched.isEmpty() || skipping.contains(session) ? null : sessions.get(session);
        if (foreseen != null) {
            Snapshot child = watched.snapshot(entry.getId(), entity.getValues(event.getEntity()), session);
            if (!watched.isRounded(child)) { // else what it adds is known only after its INSERT
                new RowChange(watched, entry.getId(), null, child, 1).moves(new Foreseeing(foreseen));
            }
        }
    }

    private static boolean isForeseeable(ParentCounter counter, EntityPersister entity) {
        CounterDefinition derived = counter.derived();
        return derived != null
                && derived.path().isEmpty()
                && derived.touch().isEmpty() // the touched attribute is set by an UPDATE
                && derived.table().equals(counter.table())
                && entity.getPropertyInsertability()[counter.index()]
                // whether the application's own SQL inserts the counter is not known
                && !EntityTables.hasOwnSql(entity, EntityTableMapping::getInsertDetails);
    }

    private record Foreseeing(Foreseen foreseen) implements Moves {

        @Override
        public void move(CounterDefinition counter, Object first, BigDecimal amount) {
            ParentRow row = new ParentRow(counter.table(), first);
            if (foreseen.parents.getOrDefault(row, Set.of()).contains(counter)) {
                foreseen.deltas.add(counter, row, amount);
            }
        }

        @Override
        public void pass(PathStep step, Object id, @Nullable Object from) {
            // a row that is not inserted yet has no children
        }
    }

    /**
     * Adds what is foreseen to the values that the INSERT writes. Not to the instance, which shows what the application has
     * assigned: the INSERT may fail, and be tried again.
     *
     * @param counters those of the parent
     */
    void beforeInsert(PreInsertEvent event, List<ParentCounter> counters) {
        inserting.remove(event.getSession());
        Foreseen foreseen = sessions.get(event.getSession());
        CounterDeltas added = null;
        for (ParentCounter counter : counters) {
            if (counter.derived() == null) {
                continue;
            }
            Object assigned = event.getPersister().getValue(event.getEntity(), counter.index());
            BigDecimal amount = foreseen == null ? null : amount(counter, event.getId(), foreseen.deltas);
            Number written = amount == null ? null : exactly(Numbers.sum(assigned, amount), counter.type());
            if (amount != null && written != null) {
                added = added == null ? new CounterDeltas() : added;
                added.add(requireNonNull(counter.derived()), counter.row(event.getId()), amount);
            }
            event.getState()[counter.index()] = written == null ? assigned : written;
        }
        if (added != null) {
            inserting.put(event.getSession(), added);
        }
    }

    /** A number in the type of a counter; null if the type cannot hold it: then an UPDATE fails with the database's message. */
    private static @Nullable Number exactly(BigDecimal sum, Class<?> type) {
        Number number = Numbers.as(type, sum);
        return Double.isFinite(number.doubleValue()) && sum.compareTo(new BigDecimal(number.toString())) == 0
                ? number
                : null;
    }

    private static @Nullable BigDecimal amount(ParentCounter counter, Object id, CounterDeltas deltas) {
        return counter.derived() == null ? null : deltas.of(counter.row(id)).get(counter.derived());
    }

    /**
     * Has the instance show what the INSERT has written, and makes the opposite pending.
     *
     * @param counters those of the parent
     */
    void afterInsert(PostInsertEvent event, List<ParentCounter> counters) {
        CounterDeltas added = inserting.remove(event.getSession());
        if (added == null || !RowStep.isInserted(event)) {
            return;
        }
        for (ParentCounter counter : counters) {
            BigDecimal amount = amount(counter, event.getId(), added);
            if (amount != null) {
                event.getPersister().setValue(event.getEntity(), counter.index(), event.getState()[counter.index()]);
                pending.add(requireNonNull(counter.derived()), event.getId(), amount.negate(), event.getSession());
            }
        }
    }

    /** Forgets what is foreseen. To be called when a flush begins, and when it ends. */
    void forget(SharedSessionContractImplementor session) {
        sessions.remove(session);
    }
}
