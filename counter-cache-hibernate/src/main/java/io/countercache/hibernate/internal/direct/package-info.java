/**
 * Changes of counters by hand: increments, checked decrements, inserts of missing rows, resets.
 *
 * <ul>
 *   <li>{@link io.countercache.hibernate.internal.direct.CounterRequest} is one call of {@code Counters}: checked, then executed
 *   <li>{@link io.countercache.hibernate.internal.direct.NumericAttribute} is a counter that the call names
 *   <li>{@link io.countercache.hibernate.internal.direct.LimitedAmount} is how much it is changed, and the limits
 *   <li>{@link io.countercache.hibernate.internal.direct.RelativeUpdate} changes rows that exist
 *   <li>{@link io.countercache.hibernate.internal.direct.AbsoluteUpdate} sets a counter
 *   <li>{@link io.countercache.hibernate.internal.direct.Upsert} changes a row that may have to be inserted first: an {@link
 *       io.countercache.hibernate.internal.direct.UpsertRow} with an {@link
 *       io.countercache.hibernate.internal.direct.UpsertKey}
 *   <li>{@link io.countercache.hibernate.internal.direct.DirectStatement} is what both send
 *   <li>{@link io.countercache.hibernate.internal.direct.UniqueKeys} are the keys that an upsert may use, read when the session
 *       factory is built
 *   <li>{@link io.countercache.hibernate.internal.direct.DirectContext} is what all of them need of the session factory
 * </ul>
 */
@NullMarked
package io.countercache.hibernate.internal.direct;

import org.jspecify.annotations.NullMarked;
