package io.countercache.hibernate.internal.model;

import io.countercache.Counter;
import io.countercache.hibernate.internal.orm.Slots;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Counter}, resolved: a counter that is only changed by hand.
 *
 * @param entity the name of the entity that has it
 * @param table the table of its column
 * @param counter its attribute
 * @param limits the bounds within which its value stays
 * @param slots the rows over which it is spread; null if it is not
 */
public record FreeCounter(
        String entity,
        String table,
        String counter,
        Limits limits,
        @Nullable Slots slots) {

    /** The least and the greatest value of a counter. */
    public record Limits(long min, long max) {

        public static final Limits NONE = new Limits(Long.MIN_VALUE, Long.MAX_VALUE);

        public boolean hasMin() {
            return min != Long.MIN_VALUE;
        }

        public boolean hasMax() {
            return max != Long.MAX_VALUE;
        }
    }
}
