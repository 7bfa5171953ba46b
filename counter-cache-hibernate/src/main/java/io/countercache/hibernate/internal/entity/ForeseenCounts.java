package io.countercache.hibernate.internal.entity;

import static java.util.Objects.requireNonNull;

import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.model.CounterModel.KeptCounter;
import io.countercache.hibernate.internal.model.CounterPaths.PathStep;
import io.countercache.hibernate.internal.model.ParentRow;
import io.countercache.hibernate.internal.model.WatchedEntity;
import io.countercache.hibernate.internal.model.WatchedEntity.Moves;
import io.countercache.hibernate.internal.model.WatchedEntity.Snapshot;
import io.countercache.hibernate.internal.orm.EntityTables;
import io.countercache.hibernate.internal.support.Numbers;
import io.countercache.hibernate.internal.support.SkippingSessions;
import io.countercache.hibernate.internal.transaction.PendingDeltas;
import io.countercache.hibernate.internal.write.CounterDeltas;
import java.math.BigDecimal;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import org.hibernate.action.internal.DelayedPostInsertIdentifier;
import org.hibernate.engine.spi.EntityEntry;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.event.spi.FlushEntityEvent;
import org.hibernate.event.spi.FlushEntityEventListener;
import org.hibernate.event.spi.PostInsertEvent;
import org.hibernate.event.spi.PreInsertEvent;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.persister.entity.mutation.EntityTableMapping;
import org.jspecify.annotations.Nullable;

/**
 * Saves the UPDATE of a parent that is inserted in the same flush as its children: the INSERT writes with how many these will be,
 * and the same amount is pending as a negative delta, which those of the children make up for as they come. Should one not
 * come after all, the difference is written like any other.
 */
public final class ForeseenCounts implements FlushEntityEventListener {

    private static final long serialVersionUID = 1;

    private final transient CounterModel model;
    private final transient PendingDeltas pending;
    private final transient SkippingSessions skipping;
    private final transient Map<SharedSessionContractImplementor, Foreseen> sessions =
            Collections.synchronizedMap(new WeakHashMap<>());
    /**
     * What the INSERT that is under way in a session has more than the application gave to its counters. Not what is foreseen: a
     * listener that asks the database in between has Hibernate tell of another flush.
     */
    private final transient Map<SharedSessionContractImplementor, CounterDeltas> inserting =
            Collections.synchronizedMap(new WeakHashMap<>());

    /** Whether anything was ever foreseen: until then nobody takes a lock. */
    private transient volatile boolean used;

    /** What the flush that is under way in a session is going to insert. */
    private static final class Foreseen {
        final Map<ParentRow, Set<CounterDefinition>> parents = new HashMap<>();
        final CounterDeltas deltas = new CounterDeltas();
    }

    public ForeseenCounts(CounterModel model, PendingDeltas pending, SkippingSessions skipping) {
        this.model = model;
        this.pending = pending;
        this.skipping = skipping;
    }

    /** Runs before anything is inserted. */
    @Override
    public void onFlushEntity(FlushEntityEvent event) {
        EntityEntry entry = event.getEntityEntry();
        if (entry.isExistsInDatabase()
                || entry.getStatus().isDeletedOrGone()
                || entry.getId() instanceof DelayedPostInsertIdentifier) { // no condition can be asked of such an id
            return;
        }
        EntityPersister entity = entry.getPersister();
        List<KeptCounter> keptBy = model.keptBy(entity);
        WatchedEntity counted = model.counted(entity);
        SharedSessionContractImplementor session = event.getSession();
        if ((keptBy.isEmpty() && counted.isEmpty()) || !pending.collects(session)) {
            return;
        }
        for (KeptCounter kept : keptBy) {
            if (isForeseeable(kept, entity)) {
                used = true;
                sessions.computeIfAbsent(session, any -> new Foreseen())
                        .parents
                        .computeIfAbsent(kept.row(entry.getId()), any -> new HashSet<>())
                        .add(requireNonNull(kept.derived()));
            }
        }
        Foreseen foreseen = counted.isEmpty() || skipping.contains(session) ? null : sessions.get(session);
        if (foreseen != null) {
            Snapshot child = counted.snapshot(entry.getId(), entity.getValues(event.getEntity()), session);
            if (!counted.isRounded(child)) { // what it adds is known when it is inserted
                counted.change(entry.getId(), null, child, new Foreseeing(foreseen));
            }
        }
    }

    private static boolean isForeseeable(KeptCounter kept, EntityPersister entity) {
        CounterDefinition counter = kept.derived();
        return counter != null
                && counter.path().isEmpty()
                && counter.touch().isEmpty() // which an UPDATE does
                && counter.table().equals(kept.table())
                && entity.getPropertyInsertability()[kept.index()]
                // what the application's own SQL inserts, and whether it does, is not known
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
            // there is nothing beneath a row that is not inserted yet
        }
    }

    /**
     * Puts what is foreseen on top of what the application gave. Not into the instance, from which it is taken: the INSERT may
     * fail, and be tried again.
     *
     * @param counters those of the parent
     */
    void insert(PreInsertEvent event, List<KeptCounter> counters) {
        if (counters.isEmpty() || !used) {
            return;
        }
        inserting.remove(event.getSession());
        Foreseen foreseen = sessions.get(event.getSession());
        CounterDeltas more = new CounterDeltas();
        for (KeptCounter kept : counters) {
            if (kept.derived() == null) {
                continue;
            }
            Object given = event.getPersister().getValue(event.getEntity(), kept.index());
            BigDecimal amount = foreseen == null ? null : amount(kept, event.getId(), foreseen.deltas);
            Number written = amount == null ? null : exactly(Numbers.sum(given, amount), kept.type());
            if (amount != null && written != null) {
                more.add(requireNonNull(kept.derived()), kept.row(event.getId()), amount);
            }
            event.getState()[kept.index()] = written == null ? given : written;
        }
        if (!more.isEmpty()) {
            inserting.put(event.getSession(), more);
        }
    }

    /** A number in the type of a counter; null if that is too large for it, which the database says of an UPDATE. */
    private static @Nullable Number exactly(BigDecimal sum, Class<?> type) {
        Number number = Numbers.as(type, sum);
        return Double.isFinite(number.doubleValue()) && sum.compareTo(new BigDecimal(number.toString())) == 0
                ? number
                : null;
    }

    private static @Nullable BigDecimal amount(KeptCounter kept, Object id, CounterDeltas deltas) {
        return kept.derived() == null ? null : deltas.of(kept.row(id)).get(kept.derived());
    }

    /** @param counters those of the parent */
    void inserted(PostInsertEvent event, List<KeptCounter> counters) {
        CounterDeltas more = used && !counters.isEmpty() ? inserting.remove(event.getSession()) : null;
        if (more == null || !ChildCounting.isInserted(event)) {
            return;
        }
        for (KeptCounter kept : counters) {
            BigDecimal amount = amount(kept, event.getId(), more);
            if (amount != null) {
                event.getPersister().setValue(event.getEntity(), kept.index(), event.getState()[kept.index()]);
                pending.add(
                        requireNonNull(kept.derived()), kept.row(event.getId()), amount.negate(), event.getSession());
            }
        }
    }

    /** To be called when a flush begins, and when it ends. */
    public void forget(SharedSessionContractImplementor session) {
        if (used) {
            sessions.remove(session);
        }
    }
}
