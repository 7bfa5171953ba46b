package io.countercache.hibernate;

import static java.util.Objects.requireNonNull;

import io.countercache.CounterDefinition;
import io.countercache.CounterDeltas;
import io.countercache.ParentRow;
import io.countercache.hibernate.CountedChild.Moves;
import io.countercache.hibernate.CounterModel.KeptCounter;
import io.countercache.hibernate.CounterPaths.PathStep;
import java.math.BigDecimal;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import org.hibernate.engine.spi.EntityEntry;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.event.spi.AutoFlushEvent;
import org.hibernate.event.spi.AutoFlushEventListener;
import org.hibernate.event.spi.FlushEntityEvent;
import org.hibernate.event.spi.FlushEntityEventListener;
import org.hibernate.event.spi.FlushEvent;
import org.hibernate.event.spi.FlushEventListener;
import org.hibernate.event.spi.PostInsertEvent;
import org.hibernate.event.spi.PreInsertEvent;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/**
 * Saves the UPDATE of a parent that is inserted in the same flush as its children: the INSERT writes with how many these will be,
 * and the same amount is pending as a negative delta, which those of the children make up for as they come. Should one not
 * come after all, the difference is written like any other.
 */
final class NewParents implements FlushEntityEventListener, FlushEventListener, AutoFlushEventListener {

    private static final long serialVersionUID = 1;

    private final transient ChangeListener changes;
    private final transient Map<SharedSessionContractImplementor, Foreseen> sessions =
            Collections.synchronizedMap(new WeakHashMap<>());
    /**
     * What the INSERT that is under way in a session has more than the application gave to its counters. Not what is foreseen: a
     * listener that asks the database in between has Hibernate tell of another flush.
     */
    private final transient Map<SharedSessionContractImplementor, CounterDeltas> inserting =
            Collections.synchronizedMap(new WeakHashMap<>());

    /** What the flush that is under way in a session is going to insert. */
    private static final class Foreseen {
        final Map<ParentRow, Set<CounterDefinition>> parents = new HashMap<>();
        final CounterDeltas deltas = new CounterDeltas();
    }

    NewParents(ChangeListener changes) {
        this.changes = changes;
    }

    /** Runs before anything is inserted. */
    @Override
    public void onFlushEntity(FlushEntityEvent event) {
        EntityEntry entry = event.getEntityEntry();
        if (entry.isExistsInDatabase() || entry.getStatus().isDeletedOrGone()) {
            return;
        }
        EntityPersister entity = entry.getPersister();
        CounterModel model = changes.installation().model();
        List<KeptCounter> keptBy = model.keptBy(entity);
        CountedChild counted = model.counted(entity);
        SharedSessionContractImplementor session = event.getSession();
        if ((keptBy.isEmpty() && counted.isEmpty())
                || !changes.installation().pending().collects(session)) {
            return;
        }
        for (KeptCounter kept : keptBy) {
            if (isForeseeable(kept, entity)) {
                sessions.computeIfAbsent(session, any -> new Foreseen())
                        .parents
                        .computeIfAbsent(kept.row(entry.getId()), any -> new HashSet<>())
                        .add(requireNonNull(kept.derived()));
            }
        }
        Foreseen foreseen = counted.isEmpty() || changes.isSkipping(session) ? null : sessions.get(session);
        if (foreseen != null) {
            Object[] state = entity.getValues(event.getEntity());
            counted.change(
                    entry.getId(), null, counted.snapshot(entry.getId(), state, session), new Foreseeing(foreseen));
        }
    }

    private static boolean isForeseeable(KeptCounter kept, EntityPersister entity) {
        CounterDefinition counter = kept.derived();
        return counter != null
                && counter.path().isEmpty()
                && counter.touch().isEmpty() // which an UPDATE does
                && counter.table().equals(kept.table())
                && entity.getPropertyInsertability()[kept.index()];
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

    /** @param counters those of the parent */
    void insert(PreInsertEvent event, List<KeptCounter> counters) {
        Foreseen foreseen = sessions.isEmpty() ? null : sessions.get(event.getSession());
        if (foreseen == null) {
            return;
        }
        CounterDeltas more = new CounterDeltas();
        for (KeptCounter kept : counters) {
            BigDecimal amount = amount(kept, event.getId(), foreseen.deltas);
            if (amount != null) {
                Number sum = ManagedParents.as(kept.type(), ManagedParents.sum(event.getState()[kept.index()], amount));
                event.getState()[kept.index()] = sum;
                event.getPersister().setValue(event.getEntity(), kept.index(), sum);
                more.add(requireNonNull(kept.derived()), kept.row(event.getId()), amount);
            }
        }
        inserting.put(event.getSession(), more);
    }

    private static @Nullable BigDecimal amount(KeptCounter kept, Object id, CounterDeltas deltas) {
        return kept.derived() == null ? null : deltas.of(kept.row(id)).get(kept.derived());
    }

    /** @param counters those of the parent */
    void inserted(PostInsertEvent event, List<KeptCounter> counters) {
        CounterDeltas more = inserting.isEmpty() ? null : inserting.remove(event.getSession());
        if (more == null) {
            return;
        }
        for (KeptCounter kept : counters) {
            BigDecimal amount = amount(kept, event.getId(), more);
            if (amount != null) {
                changes.installation()
                        .pending()
                        .add(
                                requireNonNull(kept.derived()),
                                kept.row(event.getId()),
                                amount.negate(),
                                event.getSession());
            }
        }
    }

    @Override
    public void onFlush(FlushEvent event) {
        sessions.remove(event.getSession());
    }

    @Override
    public void onAutoFlush(AutoFlushEvent event) {
        sessions.remove(event.getSession());
    }
}
