package io.countercache.hibernate.internal.model;

import org.jspecify.annotations.Nullable;

/**
 * A counter in the state of its parent.
 *
 * @param index the position of its attribute in the state
 * @param type the type of its attribute
 * @param derived what it counts; null for a counter that is only changed by hand
 */
public record ParentCounter(
        String table, int index, Class<?> type, @Nullable CounterDefinition derived) {

    public ParentRow row(Object id) {
        return new ParentRow(table, id);
    }
}
