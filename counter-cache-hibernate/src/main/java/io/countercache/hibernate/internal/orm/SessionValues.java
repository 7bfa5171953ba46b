package io.countercache.hibernate.internal.orm;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The values of one session, by their {@link PerSession}. Every session has such an object, also one that no counter has to do
 * with, so an empty one is nothing but that object. There are a handful of values at most: to look through them is faster than
 * to hash, and allocates nothing. Not thread-safe.
 */
class SessionValues {

    private static final @Nullable Object[] NONE = {};

    /** Keys and values in turn. */
    private @Nullable Object[] pairs = NONE;

    private int length;

    boolean isEmpty() {
        return length == 0;
    }

    @Nullable
    Object get(Object key) {
        int at = indexOf(key);
        return at < 0 ? null : pairs[at + 1];
    }

    void put(Object key, Object value) {
        int at = indexOf(key);
        if (at < 0) {
            at = length;
            length += 2;
            if (length > pairs.length) {
                pairs = Arrays.copyOf(pairs, length + 6);
            }
            pairs[at] = key;
        }
        pairs[at + 1] = value;
    }

    /** Moves the last pair into the place of the one that is removed. */
    @Nullable
    Object remove(Object key) {
        int at = indexOf(key);
        if (at < 0) {
            return null;
        }
        Object removed = pairs[at + 1];
        length -= 2;
        pairs[at] = pairs[length];
        pairs[at + 1] = pairs[length + 1];
        pairs[length] = null;
        pairs[length + 1] = null;
        return removed;
    }

    private int indexOf(Object key) {
        for (int at = 0; at < length; at += 2) {
            if (pairs[at] == key) {
                return at;
            }
        }
        return -1;
    }
}
