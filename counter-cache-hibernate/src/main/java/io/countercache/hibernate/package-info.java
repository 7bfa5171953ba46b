/**
 * Counter caches for Hibernate ORM: what applications call. {@link io.countercache.hibernate.CounterCaches} are the counters that a
 * session can reach, {@link io.countercache.hibernate.Counters} those of some rows, {@link io.countercache.hibernate.CounterRepair}
 * verifies and corrects a whole table, and {@link io.countercache.hibernate.CounterCacheSettings} names the settings.
 *
 * <p>Everything else is below {@code internal}, and may change with every version.
 */
@NullMarked
package io.countercache.hibernate;

import org.jspecify.annotations.NullMarked;
