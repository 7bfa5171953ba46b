package io.countercache.hibernate;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Parts of what is too much for one statement. */
final class Chunks {

    private Chunks() {}

    /** As many at once as are asked for, in their order; none of nothing. */
    static <T> List<List<T>> of(Collection<? extends T> values, int size) {
        List<T> all = List.copyOf(values);
        List<List<T>> chunks = new ArrayList<>();
        for (int from = 0; from < all.size(); from += size) {
            chunks.add(all.subList(from, Math.min(from + size, all.size())));
        }
        return chunks;
    }
}
