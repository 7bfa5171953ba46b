package io.countercache.hibernate;

import io.countercache.Counter;

/**
 * A {@link Counter}, resolved: a counter that is changed by hand only.
 *
 * @param entity the name of the entity that has it
 * @param table the table of the column that keeps it
 * @param counter the attribute that keeps it
 * @param limits between what it stays
 */
record FreeCounter(String entity, String table, String counter, Limits limits) {

    /** The least and the greatest value of a counter. */
    record Limits(long min, long max) {

        static final Limits NONE = new Limits(Long.MIN_VALUE, Long.MAX_VALUE);

        boolean hasMin() {
            return min != Long.MIN_VALUE;
        }

        boolean hasMax() {
            return max != Long.MAX_VALUE;
        }
    }
}
