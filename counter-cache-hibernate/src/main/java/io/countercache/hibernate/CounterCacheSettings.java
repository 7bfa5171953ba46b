package io.countercache.hibernate;

import io.countercache.CounterMappingException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.hibernate.cfg.AvailableSettings;
import org.jspecify.annotations.Nullable;

/**
 * The settings of the library: properties of the session factory or persistence unit. None of them is needed.
 */
public final class CounterCacheSettings {

    /** {@code true}, or {@code false}: the jar does nothing. Default true. */
    public static final String ENABLED = "hibernate.counter_cache.enabled";

    /**
     * When pending deltas are written: {@code commit}, once and in the order in which all transactions lock rows, or
     * {@code flush}, at the end of every flush, at the price that transactions which flush more than once can deadlock.
     * Default commit.
     */
    public static final String WRITE = "hibernate.counter_cache.write";

    /**
     * What guards the move or the delete of a child without a {@code @Version} against another transaction that moves or
     * deletes the same child at the same time. Default check.
     *
     * <ul>
     *   <li>{@code check}: the UPDATE that moves the child, and its DELETE, name the parent that they know in their WHERE,
     *       and fail with an {@code OptimisticLockException} when it is no longer that one. No statement more; but
     *       Hibernate sends the UPDATEs and DELETEs of such a child one by one, not in JDBC batches. So where
     *       {@code hibernate.jdbc.batch_size} is set, and where Hibernate cannot compare columns (a hierarchy of more than
     *       one table, an association in a secondary or join table, custom SQL, soft deletes), the child is guarded as by
     *       {@code lock}.
     *   <li>{@code lock}: the child is locked and its parent read before it is moved or deleted, two statements more for
     *       each, and nothing fails. An UPDATE of such a child writes only the columns that changed, as with
     *       {@code @DynamicUpdate}, lest it write a stale parent along with something else.
     *   <li>{@code trust}: neither; counters drift when it happens.
     * </ul>
     */
    public static final String STALE_CHILDREN = "hibernate.counter_cache.stale_children";

    /**
     * What happens to a bulk HQL, JPQL or Criteria statement that changes what counters count: {@code count}, it is counted
     * exactly, or refused if that cannot be done; {@code reject}, it is refused; {@code ignore}, it is executed without being
     * counted, and the counters have to be reset. Default count.
     */
    public static final String BULK = "hibernate.counter_cache.bulk";

    /**
     * The comment of a bulk statement that is not to be counted: {@code query.setComment(..)}, or the hint
     * {@code org.hibernate.comment}. The counters have to be reset after it.
     */
    public static final String IGNORE_STATEMENT = BULK + "=ignore";

    /**
     * Whether {@code size()} and {@code isEmpty()} of a collection that is not loaded are answered by the counter that counts
     * exactly its elements: {@code true}, or {@code false}: by the database, as Hibernate does. Default true.
     */
    public static final String COLLECTION_SIZE = "hibernate.counter_cache.collection_size";

    /** What can be done where a bulk statement is not counted. */
    static final String WAYS_OUT =
            "change the entities one by one, or give the statement the comment '%s' and reset the counters after it"
                    .formatted(IGNORE_STATEMENT);

    private static final List<String> TRUE_OR_FALSE = List.of("true", "false");

    enum Bulk {
        COUNT,
        REJECT,
        IGNORE
    }

    enum Write {
        COMMIT,
        FLUSH
    }

    enum StaleChildren {
        CHECK,
        LOCK,
        TRUST
    }

    private final boolean enabled;
    private final Write write;
    private final StaleChildren staleChildren;
    private final Bulk bulk;
    private final boolean collectionSize;
    private final boolean batched;

    private CounterCacheSettings(
            boolean enabled,
            Write write,
            StaleChildren staleChildren,
            Bulk bulk,
            boolean collectionSize,
            boolean batched) {
        this.bulk = bulk;
        this.collectionSize = collectionSize;
        this.batched = batched;
        this.enabled = enabled;
        this.write = write;
        this.staleChildren = staleChildren;
    }

    static CounterCacheSettings read(Map<String, Object> settings) {
        return new CounterCacheSettings(
                Boolean.parseBoolean(value(settings, ENABLED, TRUE_OR_FALSE)),
                Write.valueOf(value(settings, WRITE, names(Write.values())).toUpperCase(Locale.ROOT)),
                StaleChildren.valueOf(value(settings, STALE_CHILDREN, names(StaleChildren.values()))
                        .toUpperCase(Locale.ROOT)),
                Bulk.valueOf(value(settings, BULK, names(Bulk.values())).toUpperCase(Locale.ROOT)),
                Boolean.parseBoolean(value(settings, COLLECTION_SIZE, TRUE_OR_FALSE)),
                asksForBatches(settings.get(AvailableSettings.STATEMENT_BATCH_SIZE)));
    }

    private static boolean asksForBatches(@Nullable Object size) {
        return size != null && Integer.parseInt(size.toString().strip()) > 1;
    }

    private static List<String> names(Enum<?>[] values) {
        return Arrays.stream(values)
                .map(value -> value.name().toLowerCase(Locale.ROOT))
                .toList();
    }

    /** The first value allowed is the default. */
    private static String value(Map<String, Object> settings, String name, List<String> allowed) {
        Object given = settings.get(name);
        if (given == null) {
            return allowed.get(0);
        }
        String value = given.toString().strip().toLowerCase(Locale.ROOT);
        if (!allowed.contains(value)) {
            throw new CounterMappingException(List.of("%s: '%s' is none of its values: use %s"
                    .formatted(name, given, allowed.stream().collect(Collectors.joining(" or ")))));
        }
        return value;
    }

    boolean enabled() {
        return enabled;
    }

    Write write() {
        return write;
    }

    StaleChildren staleChildren() {
        return staleChildren;
    }

    Bulk bulk() {
        return bulk;
    }

    boolean collectionSize() {
        return collectionSize;
    }

    /** Whether the application has asked for JDBC batches, rather than having them by default. */
    boolean batched() {
        return batched;
    }
}
