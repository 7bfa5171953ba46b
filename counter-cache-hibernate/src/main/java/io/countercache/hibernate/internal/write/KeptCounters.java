package io.countercache.hibernate.internal.write;

import io.countercache.hibernate.internal.model.ParentCounter;
import java.util.List;
import org.hibernate.engine.spi.EntityEntry;
import org.jspecify.annotations.Nullable;

/**
 * The right values of the counters of a read-only instance. Hibernate keeps no loaded state of it, and when it is made modifiable
 * again, takes what it shows for the loaded state.
 */
final class KeptCounters extends EntryState {

    private final List<ParentCounter> counters;
    private final Object[] values;

    private KeptCounters(List<ParentCounter> counters) {
        this.counters = counters;
        this.values = new Object[counters.size()];
    }

    static @Nullable KeptCounters of(EntityEntry entry) {
        return entry.getExtraState(KeptCounters.class);
    }

    /** Keeps what an instance shows now. */
    static void keep(Object instance, EntityEntry entry, List<ParentCounter> counters) {
        KeptCounters kept = of(entry);
        if (kept == null) {
            kept = new KeptCounters(counters);
            entry.addExtraState(kept);
        }
        for (ParentCounter counter : counters) {
            kept.set(counter.index(), entry.getPersister().getValue(instance, counter.index()));
        }
    }

    private int position(int index) {
        int position = counters.size() - 1;
        while (position >= 0 && counters.get(position).index() != index) {
            position--;
        }
        return position;
    }

    /** Whether the attribute at this index of the state is a counter. */
    boolean has(int index) {
        return position(index) >= 0;
    }

    @Nullable
    Object get(int index) {
        return values[position(index)];
    }

    void set(int index, @Nullable Object value) {
        int position = position(index);
        if (position >= 0) {
            values[position] = value;
        }
    }
}
