/**
 * What is counted by what, and what the change of a row moves.
 *
 * <ol>
 *   <li>{@link io.countercache.hibernate.internal.model.CounterDefinition} is a counter of children, as it was declared
 *   <li>{@link io.countercache.hibernate.internal.model.FreeCounter} is a counter that is only changed by hand
 *   <li>{@link io.countercache.hibernate.internal.model.CounterModel} finds the counters of an entity
 *   <li>{@link io.countercache.hibernate.internal.model.WatchedEntity} is an entity as counters watch it: each {@link
 *       io.countercache.hibernate.internal.model.WatchedAttribute}, and the {@link
 *       io.countercache.hibernate.internal.model.Snapshot} of a row; {@link
 *       io.countercache.hibernate.internal.model.WatchedUpdate} says which of them an UPDATE writes
 *   <li>{@link io.countercache.hibernate.internal.model.RowChange} says what a change of rows {@link
 *       io.countercache.hibernate.internal.model.Moves moves}
 *   <li>{@link io.countercache.hibernate.internal.model.ParentRow} is a row that has counters, {@link
 *       io.countercache.hibernate.internal.model.ParentCounter} a counter in the state of its instance, {@link
 *       io.countercache.hibernate.internal.model.InsertedCounter} its value when that is inserted
 *   <li>{@link io.countercache.hibernate.internal.model.CounterTables} knows the tables of each counter
 *   <li>{@link io.countercache.hibernate.internal.model.CounterSlots} knows the counters that are spread over slots
 *   <li>{@link io.countercache.hibernate.internal.model.CountedCollections} finds the counters of collections
 *   <li>{@link io.countercache.hibernate.internal.model.CounterPaths} has the paths of counters further up, and {@link
 *       io.countercache.hibernate.internal.model.TableOrder} the order in which their tables are locked
 *   <li>{@link io.countercache.hibernate.internal.model.OnDelete} is a foreign key by which the database changes rows
 * </ol>
 */
@NullMarked
package io.countercache.hibernate.internal.model;

import org.jspecify.annotations.NullMarked;
