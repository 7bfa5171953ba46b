package io.countercache.hibernate.internal.write;

import io.countercache.hibernate.internal.support.Chunks;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.Collectors;
import org.hibernate.metamodel.mapping.BasicEntityIdentifierMapping;
import org.jspecify.annotations.Nullable;

/**
 * Which rows are squashed of one counter, and when: after so many writes twice as many rows, so that there are not more and more that have
 * slots. They come in turn, but for those that were written lately: these would have their slots again at once. Thread-safe.
 */
final class SlotSweep {

    /** After so many rows were written: a turn costs a SELECT, also if there is nothing to squash. */
    private static final int EVERY = 64;

    private final AtomicInteger writes = new AtomicInteger();
    /** The rows that this application has written last. */
    private final AtomicReferenceArray<@Nullable Object> lately = new AtomicReferenceArray<>(2 * EVERY);
    /** The last row of the turn before. */
    private volatile @Nullable Object last;

    /** Says which rows a transaction writes; returns whether it is its turn to squash. */
    boolean isDueAfter(Collection<Object> ids) {
        int write = writes.getAndAdd(ids.size());
        Iterator<Object> rows = ids.iterator();
        for (int i = 0; i < lately.length() && rows.hasNext(); i++) {
            lately.set(Math.floorMod(write + i, lately.length()), rows.next());
        }
        return Math.floorDiv(write, EVERY) != Math.floorDiv(write + ids.size(), EVERY);
    }

    /**
     * The rows to squash.
     *
     * @param written those that the transaction writes
     */
    Set<Object> next(Collection<Object> written, SlotSquash squash) {
        int most = Math.min(2 * Math.max(EVERY, written.size()), Chunks.SIZE);
        if (!(squash.entity().getIdentifierMapping() instanceof BasicEntityIdentifierMapping)) {
            // others cannot be read from the table of the slots
            return written.stream().limit(most).collect(Collectors.toCollection(LinkedHashSet::new));
        }
        List<Object> filled = squash.filled(last, most);
        last = filled.size() < most ? null : filled.get(most - 1);
        Set<Object> next = new LinkedHashSet<>(filled);
        next.removeAll(writtenLately());
        return next;
    }

    private Set<Object> writtenLately() {
        Set<Object> rows = new HashSet<>();
        for (int i = 0; i < lately.length(); i++) {
            Object row = lately.get(i);
            if (row != null) {
                rows.add(row);
            }
        }
        return rows;
    }
}
