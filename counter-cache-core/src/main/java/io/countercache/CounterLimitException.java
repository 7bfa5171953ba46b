package io.countercache;

import org.jspecify.annotations.Nullable;

/** A change that would take a counter past its limit. Nothing was changed. */
public class CounterLimitException extends CounterCacheException {

    private static final long serialVersionUID = 1;

    private final String entity;
    private final transient Object id;
    private final String counter;
    private final Number change;
    private final @Nullable Long limit;
    private final @Nullable Number value;

    /**
     * Creates an exception for one row and counter.
     *
     * @param entity the name of the entity that has the counter
     * @param id the identifier of the row; what stands for it where the row is not there yet
     * @param counter the attribute that keeps the counter
     * @param change by how much it was to move
     * @param limit the minimum or maximum that this would pass; null where a constraint of the database refused
     * @param value what the counter was found to be; null where a constraint of the database refused
     */
    public CounterLimitException(
            String entity, Object id, String counter, Number change, @Nullable Long limit, @Nullable Number value) {
        super(message(entity, id, counter, change, limit, value));
        this.entity = entity;
        this.id = id;
        this.counter = counter;
        this.change = change;
        this.limit = limit;
        this.value = value;
    }

    private static String message(
            String entity, Object id, String counter, Number change, @Nullable Long limit, @Nullable Number value) {
        if (limit == null) {
            return "%s.%s of %s: a check constraint of the database refuses to change it by %s: the transaction has to be"
                            .formatted(entity, counter, id, change)
                    + " rolled back; declare the limit in @Counter to be told before";
        }
        return "%s.%s of %s is %s: a change by %s would pass its limit %d; nothing was changed: ask tryIncrement or"
                        .formatted(entity, counter, id, value, change, limit)
                + " tryDecrement to be answered instead of refused";
    }

    /**
     * Which entity has the counter.
     *
     * @return the name of the entity
     */
    public String entity() {
        return entity;
    }

    /**
     * Which row has the counter.
     *
     * @return its identifier
     */
    public Object id() {
        return id;
    }

    /**
     * Which counter it is.
     *
     * @return the attribute that keeps it
     */
    public String counter() {
        return counter;
    }

    /**
     * What was asked for.
     *
     * @return by how much the counter was to move; negative for a decrement
     */
    public Number change() {
        return change;
    }

    /**
     * What would be passed.
     *
     * @return the minimum or maximum; null where a constraint of the database refused, which does not tell
     */
    public @Nullable Long limit() {
        return limit;
    }

    /**
     * What the counter was when the change was refused.
     *
     * @return its value; null where a constraint of the database refused, after which nothing can be read
     */
    public @Nullable Number value() {
        return value;
    }
}
