/**
 * Counters that a parent keeps of its children: what is declared, what a counter has to move by, and what the library
 * answers. Plain Java and Jakarta Persistence; nothing here touches a database.
 *
 * <ul>
 *   <li>{@link io.countercache.CounterCache} declares a counter on an association
 *   <li>{@link io.countercache.Counter} declares a counter that is changed by hand
 *   <li>{@link io.countercache.CounterDefinition} is one counter, resolved from its declarations
 *   <li>{@link io.countercache.CounterDeltas} sums what the counters of parent rows have to move by
 *   <li>{@link io.countercache.Drift} is a counter whose stored value is not the actual one
 *   <li>{@link io.countercache.CounterCacheException} and the types below it are what can go wrong
 * </ul>
 */
@NullMarked
package io.countercache;

import org.jspecify.annotations.NullMarked;
