/**
 * Counters that a parent keeps of its children: what users write, and what the library gives back to them. Plain Java and
 * Jakarta Persistence; nothing here touches a database.
 *
 * <ul>
 *   <li>{@link io.countercache.CounterCache} declares a counter on an association
 *   <li>{@link io.countercache.Counter} declares a counter that is changed by hand
 *   <li>{@link io.countercache.Drift} is a counter whose stored value is not the actual one
 *   <li>{@link io.countercache.RepairReport} is what a repair of a whole table has found
 *   <li>{@link io.countercache.CounterCacheException} and the types below it are what can go wrong
 * </ul>
 */
@NullMarked
package io.countercache;

import org.jspecify.annotations.NullMarked;
