package io.countercache.hibernate.internal.support;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * Remembers what things were at savepoints, so that a rollback can restore them. It costs as much as there are things that
 * change after a savepoint. Not thread-safe.
 *
 * @param <K> identifies a thing
 * @param <S> its state
 */
public final class UndoLog<K, S> {

    /** For each savepoint, the state of the things that have changed since; the last savepoint comes last. */
    private final List<Map<K, S>> savepoints = new ArrayList<>();

    /** Sets a savepoint; returns its number, counted from 0. */
    public int savepoint() {
        savepoints.add(new HashMap<>());
        return savepoints.size() - 1;
    }

    /** Whether there is a savepoint, so that {@link #beforeChange} has to be called before each change of a thing. */
    public boolean isRecording() {
        return !savepoints.isEmpty();
    }

    /** Remembers what a thing is at the last savepoint, unless it has changed since. */
    public void beforeChange(K thing, Function<K, S> state) {
        savepoints.get(savepoints.size() - 1).computeIfAbsent(thing, state);
    }

    /** Restores what the things were at a savepoint. Forgets that savepoint and those after it. */
    public void rollback(int savepoint, BiConsumer<K, S> restore) {
        while (savepoints.size() > savepoint) {
            savepoints.remove(savepoints.size() - 1).forEach(restore);
        }
    }
}
