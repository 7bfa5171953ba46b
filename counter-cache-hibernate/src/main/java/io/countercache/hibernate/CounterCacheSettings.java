package io.countercache.hibernate;

import io.countercache.hibernate.internal.support.Settings;

/**
 * The settings of the library: properties of the session factory or persistence unit. None of them is needed. In Spring Boot
 * they have {@code spring.jpa.properties.} before them. In Quarkus they are
 * {@code quarkus.hibernate-orm.unsupported-properties."hibernate.counter_cache.write"}, and what is given at run time counts.
 */
public final class CounterCacheSettings {

    /**
     * {@code hibernate.counter_cache.enabled}: whether counters are kept. With {@code false} the library does nothing. Default true.
     */
    public static final String ENABLED = Settings.ENABLED;

    /**
     * {@code hibernate.counter_cache.write}: when the counters that a transaction has moved are written. Default with_commit.
     *
     * <ul>
     *   <li>{@code with_commit}: once, in the order in which all transactions lock rows, and the last statement in one message with
     *       the COMMIT: it costs no round trip of its own, and its row is locked no longer than the commit takes. That needs
     *       PostgreSQL and its JDBC driver, behind any pool; elsewhere, and with JTA, it is before_commit.
     *   <li>{@code before_commit}: once, in the same order, just before the commit.
     *   <li>{@code flush}: at the end of every flush; transactions that flush more than once can then deadlock.
     * </ul>
     */
    public static final String WRITE = Settings.WRITE;

    /**
     * {@code hibernate.counter_cache.stale_children}: what the library does about two transactions that move or delete the same child at
     * the same time, if the child has no {@code @Version}. Default lock.
     *
     * <ul>
     *   <li>{@code lock}: before a flush deletes such children, or writes their parent, it locks them and reads their parents, by
     *       one statement for 500 of them. Nothing fails: the last writer wins, as without the library. Hibernate writes the
     *       parent of a child also with a change of another attribute, unless the child has {@code @DynamicUpdate}.
     *   <li>{@code trust}: nothing is read; counters drift if two transactions change one child at the same time.
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
     * {@code hibernate.counter_cache.collection_size}: whether {@link io.countercache.CounterCache#size() size = true} has an effect.
     * {@code false}: no size is told by a counter, whatever the annotations say. Default true.
     */
    public static final String COLLECTION_SIZE = Settings.COLLECTION_SIZE;

    /**
     * {@code hibernate.counter_cache.check_schema}: what happens when the session factory is built and the live schema does not fit
     * the counters. {@code warn}: one WARN with all findings, each with its remedy. {@code fail}: a
     * {@code CounterMappingException}. {@code off}: nothing is looked at; {@code false}, which is how YAML reads off, is the same.
     * Default warn.
     *
     * @see CounterSchema#problems()
     */
    public static final String CHECK_SCHEMA = Settings.CHECK_SCHEMA;

    /**
     * {@code hibernate.counter_cache.database}: which SQL is sent beside the statements that all databases have. Default auto.
     *
     * <ul>
     *   <li>{@code auto}: what the database has that Hibernate's dialect is for.
     *   <li>{@code portable}: nothing beside them. For a proxy or an engine that only looks like PostgreSQL, such as ShardingSphere.
     *   <li>{@code postgresql}: what PostgreSQL has, whatever the dialect is.
     *   <li>{@code h2}: the same for H2.
     *   <li>{@code mysql}: the same for MySQL.
     *   <li>{@code mariadb}: the same for MariaDB.
     * </ul>
     */
    public static final String DATABASE = Settings.DATABASE;

    /**
     * {@code hibernate.counter_cache.listener}: who is told after each commit which counters it has moved: a
     * {@link io.countercache.CounterListener}, its class, or the name of its class. Of a class, Hibernate makes an object when the session
     * factory is built: by the application's container, such as CDI or Spring, if it has one. Default none.
     */
    public static final String LISTENER = Settings.LISTENER;

    private CounterCacheSettings() {}
}
