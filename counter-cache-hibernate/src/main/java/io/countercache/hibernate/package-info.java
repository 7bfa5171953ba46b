/**
 * Counter caches for Hibernate ORM: what applications call.
 *
 * <ul>
 *   <li>{@link io.countercache.hibernate.CounterCaches} are the counters that a session can reach
 *   <li>{@link io.countercache.hibernate.Counters} are those of some rows, to be changed, read and recounted
 *   <li>{@link io.countercache.hibernate.Skipped} is a stretch of changes that are not counted
 *   <li>{@link io.countercache.hibernate.CounterRepair} verifies and corrects a whole table
 *   <li>{@link io.countercache.hibernate.CounterSchema} says what of the live schema does not fit
 *   <li>{@link io.countercache.hibernate.CounterCacheSettings} names the settings
 * </ul>
 *
 * <p>Everything else is below {@code internal}, and may change with every version.
 */
@NullMarked
package io.countercache.hibernate;

import org.jspecify.annotations.NullMarked;
