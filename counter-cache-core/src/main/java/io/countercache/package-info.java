/**
 * What users of counter caches write and get back: annotations, reports and exceptions. Plain Java and Jakarta Persistence;
 * nothing here touches a database.
 *
 * <ul>
 *   <li>{@link io.countercache.CounterCache} declares a counter on an association
 *   <li>{@link io.countercache.Counter} declares a counter that is changed by hand
 *   <li>{@link io.countercache.Drift} is a counter whose stored value is not the actual one
 *   <li>{@link io.countercache.RepairReport} is the result of a repair, {@link io.countercache.RepairProgress} how far it has
 *       come, and {@link io.countercache.RepairFailure} a part of the table that could not be repaired
 *   <li>{@link io.countercache.CounterCacheException} and the types below it are what can go wrong
 * </ul>
 */
@NullMarked
package io.countercache;

import org.jspecify.annotations.NullMarked;
