package io.countercache.hibernate.internal.support;

import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the library remembers of each session until it is removed, or until the session is dropped: the keys are weak, because a
 * session that is closed early may never report the end of what was remembered. A value must not refer to its key, which would
 * keep both alive. Thread-safe.
 *
 * <p>Most events ask about sessions of which nothing is remembered, so nobody takes a lock before the first value is.
 *
 * <p>Values are only found by their key, and cannot be counted or listed: a later version may attach each value to its session
 * instead of keeping a map that all sessions share.
 *
 * @param <K> the session, or what its values are shared by: sessions that write in one transaction share its coordinator
 * @param <T> what is remembered
 */
public final class PerSession<K, T> {

    private final Map<K, T> values = Collections.synchronizedMap(new WeakHashMap<>());
    private volatile boolean isUsed;

    /** Returns what is remembered, or null. */
    public @Nullable T get(K key) {
        return isUsed ? values.get(key) : null;
    }

    /** Returns what is remembered; if nothing is, remembers a new value. */
    public T get(K key, Supplier<T> initial) {
        T known = get(key);
        if (known == null) {
            known = initial.get();
            put(key, known);
        }
        return known;
    }

    public void put(K key, T value) {
        isUsed = true;
        values.put(key, value);
    }

    /** Forgets what is remembered, and returns it. */
    public @Nullable T remove(K key) {
        return isUsed ? values.remove(key) : null;
    }
}
