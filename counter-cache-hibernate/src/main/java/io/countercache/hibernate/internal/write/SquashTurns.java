package io.countercache.hibernate.internal.write;

import static java.util.Objects.requireNonNull;

import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.orm.Slots;
import io.countercache.hibernate.internal.sql.Databases;
import io.countercache.hibernate.internal.sql.OldRows;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.metamodel.mapping.BasicEntityIdentifierMapping;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/**
 * Now and then a transaction that has written slots squashes those of its rows, and of a few others to which nobody writes any more.
 * That is the last that it does before its commit, and it waits for nobody: so it cannot be a part of a deadlock. Thread-safe.
 */
public final class SquashTurns {

    /** One of so many writes of slots squashes: it costs some statements, and others wait for it as for a column. */
    static final int EVERY = 64;
    /** How many rows it squashes besides its own. */
    private static final int OTHERS = 8;

    private final CounterModel model;
    private final AtomicInteger writes = new AtomicInteger();
    /** The last row that was squashed for its age, so that all come in turn. */
    private final Map<Slots, Object> last = new ConcurrentHashMap<>();

    /** What a transaction squashes before its commit. */
    public record Turn(EntityPersister entity, Slots slots, Class<?> type, List<Object> ids) {}

    public SquashTurns(CounterModel model) {
        this.model = model;
    }

    /** What a transaction is to squash that has added to slots of these rows; null mostly. */
    public @Nullable Turn after(EntityPersister entity, Slots slots, Class<?> type, List<Object> ids) {
        return comesToATurn() ? new Turn(entity, slots, type, ids) : null;
    }

    private boolean comesToATurn() {
        return writes.incrementAndGet() % EVERY == 0;
    }

    /** The same of a transaction that is going to write these deltas. */
    public @Nullable Turn after(CounterDeltas deltas, SharedSessionContractImplementor session) {
        if (model.slots().isEmpty() || !Databases.of(session).canAddToSlots()) {
            return null;
        }
        List<CounterDefinition> spread = deltas.tables().stream()
                .flatMap(table -> model.tables().countersIn(table).stream())
                .filter(counter -> counter.slots() != null)
                .toList();
        if (spread.isEmpty() || !comesToATurn()) {
            return null;
        }
        // any of them: if it was always the first, slots of the others would stay
        CounterDefinition counter = spread.get(ThreadLocalRandom.current().nextInt(spread.size()));
        EntityPersister parent = model.parent(counter);
        List<Object> ids = deltas.ids(counter.table()).stream().limit(OTHERS).toList();
        return new Turn(parent, requireNonNull(counter.slots()), counter.type(parent), ids);
    }

    /** Squashes, in a transaction that will do nothing more. */
    public void take(Turn turn, SharedSessionContractImplementor session) {
        if (!OldRows.mayBeChanged(session)) {
            return; // the database would refuse to change what has changed since the transaction began
        }
        SlotSquash squash = new SlotSquash(turn.entity(), turn.slots(), turn.type(), session);
        Set<Object> ids = new LinkedHashSet<>(turn.ids());
        if (turn.entity().getIdentifierMapping() instanceof BasicEntityIdentifierMapping) {
            List<Object> others = squash.filled(last.get(turn.slots()), OTHERS);
            if (others.size() < OTHERS) {
                last.remove(turn.slots());
            } else {
                last.put(turn.slots(), others.get(OTHERS - 1));
            }
            ids.addAll(others);
        }
        if (!ids.isEmpty()) {
            squash.squashAtOnce(ids);
        }
    }
}
