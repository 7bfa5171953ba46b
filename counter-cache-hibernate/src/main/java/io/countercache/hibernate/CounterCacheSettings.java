package io.countercache.hibernate;

import io.countercache.hibernate.internal.support.Settings;

/** The settings of the library: properties of the session factory or persistence unit. None of them is needed. */
public final class CounterCacheSettings {

    /**
     * {@code hibernate.counter_cache.enabled}: {@code true}, or {@code false}, with which the jar does nothing. Default true.
     */
    public static final String ENABLED = Settings.ENABLED;

    /**
     * {@code hibernate.counter_cache.write}: when pending deltas are written. {@code commit}, once and in the order in which
     * all transactions lock rows, or {@code flush}, at the end of every flush, at the price that transactions which flush more
     * than once can deadlock. Default commit.
     */
    public static final String WRITE = Settings.WRITE;

    /**
     * {@code hibernate.counter_cache.stale_children}: what guards the move or the delete of a child without a
     * {@code @Version} against another transaction that moves or deletes the same child at the same time. Default check.
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
    public static final String STALE_CHILDREN = Settings.STALE_CHILDREN;

    /**
     * {@code hibernate.counter_cache.bulk}: what happens to a bulk HQL, JPQL or Criteria statement that changes what counters
     * count. {@code count}, it is counted exactly, or refused if that cannot be done; {@code reject}, it is refused; {@code
     * ignore}, it is executed without being counted, and the counters have to be reset. Default count.
     */
    public static final String BULK = Settings.BULK;

    /**
     * The comment of a bulk statement that is not to be counted: {@code query.setComment(..)}, or the hint
     * {@code org.hibernate.comment}. The counters have to be reset after it.
     */
    public static final String IGNORE_STATEMENT = Settings.IGNORE_STATEMENT;

    /**
     * {@code hibernate.counter_cache.collection_size}: whether {@code size()} and {@code isEmpty()} of a collection that is not
     * loaded are answered by the counter that counts exactly its elements: {@code true}, or {@code false}: by the database, as
     * Hibernate does. Default true.
     */
    public static final String COLLECTION_SIZE = Settings.COLLECTION_SIZE;

    private CounterCacheSettings() {}
}
