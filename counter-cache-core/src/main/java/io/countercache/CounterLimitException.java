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
     * @param id the identifier of the row; for a row that does not exist yet, the key that it was bumped by
     * @param counter the attribute that keeps the counter
     * @param change by how much it was to move, or what it was to be set to
     * @param limit the minimum or maximum that this would pass; null where a constraint of the database refused
     * @param value what the counter was found to be; null where it was to be set, or a constraint of the database refused
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
                    + " rolled back; declare the limit in @Counter, and such a change is refused before it fails";
        }
        if (value == null) {
            return "%s.%s of %s cannot be set to %s, which passes its limit %d; nothing was changed: set a value within its limits"
                    .formatted(entity, counter, id, change, limit);
        }
        return "%s.%s of %s is %s: a change by %s would pass its limit %d; nothing was changed: call tryIncrement or"
                        .formatted(entity, counter, id, value, change, limit)
                + " tryDecrement to get false instead of an exception";
    }

    /**
     * The entity that has the counter.
     *
     * @return the name of the entity
     */
    public String entity() {
        return entity;
    }

    /**
     * The row that has the counter.
     *
     * @return its identifier
     */
    public Object id() {
        return id;
    }

    /**
     * The counter that was to be changed.
     *
     * @return the attribute that keeps it
     */
    public String counter() {
        return counter;
    }

    /**
     * The change that was refused.
     *
     * @return by how much the counter was to move, negative for a decrement; or what it was to be set to
     */
    public Number change() {
        return change;
    }

    /**
     * The limit that the change would have passed.
     *
     * @return the minimum or maximum; null where a constraint of the database refused, because it does not say which
     */
    public @Nullable Long limit() {
        return limit;
    }

    /**
     * The value of the counter when the change was refused.
     *
     * @return its value; null where it was to be set, and where a constraint of the database refused, after which nothing can
     *     be read
     */
    public @Nullable Number value() {
        return value;
    }
}
