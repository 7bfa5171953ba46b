package io.countercache.hibernate;

import io.countercache.hibernate.internal.support.Settings;

/** The settings of the library: properties of the session factory or persistence unit. None of them is needed. */
public final class CounterCacheSettings {

    /**
     * {@code hibernate.counter_cache.enabled}: {@code true}, or {@code false}: the library does nothing. Default true.
     */
    public static final String ENABLED = Settings.ENABLED;

    /**
     * {@code hibernate.counter_cache.write}: when pending deltas are written. {@code commit}: once, just before the commit, in
     * the order in which all transactions lock rows. {@code flush}: at the end of every flush; transactions that flush more
     * than once can then deadlock. Default commit.
     */
    public static final String WRITE = Settings.WRITE;

    /**
     * {@code hibernate.counter_cache.stale_children}: what protects the move or delete of a child without a {@code @Version}
     * from another transaction that moves or deletes the same child at the same time. Default check.
     *
     * <ul>
     *   <li>{@code check}: the UPDATE that moves the child, and its DELETE, compare the parent in their WHERE, and fail with an
     *       {@code OptimisticLockException} if another transaction has changed it. This adds no statement, but Hibernate
     *       sends the UPDATEs and DELETEs of such a child one by one, not in JDBC batches. Where
     *       {@code hibernate.jdbc.batch_size} is set, and where Hibernate cannot compare columns (a hierarchy of more than
     *       one table, an association in a secondary or join table, custom SQL, soft deletes), the child is protected as by
     *       {@code lock}.
     *   <li>{@code lock}: the child is locked and its parent read before the child is moved or deleted. These are two more
     *       statements for each child, and nothing fails. An UPDATE of such a child writes only changed columns, as with
     *       {@code @DynamicUpdate}, because otherwise it could write a stale parent together with another attribute.
     *   <li>{@code trust}: neither; counters drift if it happens.
     * </ul>
     */
    public static final String STALE_CHILDREN = Settings.STALE_CHILDREN;

    /**
     * {@code hibernate.counter_cache.bulk}: what happens to a bulk HQL, JPQL or Criteria statement that changes counted rows.
     * {@code count}: it is counted exactly, or refused if that is impossible. {@code reject}: it is refused. {@code ignore}: it
     * is executed but not counted, and the counters have to be reset. Default count.
     */
    public static final String BULK = Settings.BULK;

    /**
     * The comment that keeps a bulk statement from being counted: {@code query.setComment(..)}, or the hint
     * {@code org.hibernate.comment}. The counters have to be reset after the statement.
     */
    public static final String IGNORE_STATEMENT = Settings.IGNORE_STATEMENT;

    /**
     * {@code hibernate.counter_cache.collection_size}: where {@code size()} and {@code isEmpty()} of a collection that is not
     * loaded come from. {@code true}: from the counter of exactly its elements. {@code false}: from the database, as without the
     * library. Default true.
     */
    public static final String COLLECTION_SIZE = Settings.COLLECTION_SIZE;

    private CounterCacheSettings() {}
}
