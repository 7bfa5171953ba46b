/**
 * Counts the rows that a collection writes itself: those of a collection table, and the column of a {@code @JoinColumn}.
 *
 * <ol>
 *   <li>{@link io.countercache.hibernate.internal.collection.CollectionEvents} listens to Hibernate's collection events
 *   <li>{@code CollectionPlan} works out which rows Hibernate is about to insert and delete
 *   <li>{@code CollectionChange} is a change from its plan until it is counted, and moves the counters
 *   <li>{@code WaitingChanges} are those of a session whose DELETEs are not all sent
 *   <li>{@code FailedChanges} are those of a stateless session of which a statement has failed
 *   <li>{@link io.countercache.hibernate.internal.collection.CollectionMapping} changes the mapping of a counted collection
 *   <li>{@code DeleteRowCounts} learns by that which DELETEs are sent and how many rows they have deleted, and tells
 *       {@code WaitingChanges}
 *   <li>{@link io.countercache.hibernate.internal.collection.JoinColumnElements} counts elements whose row has a column for
 *       their owner; {@code ElementOwners} is what a flush knows of these owners
 *   <li>{@link io.countercache.hibernate.internal.collection.CollectionReads} locks and reads the rows of a collection
 *   <li>{@link io.countercache.hibernate.internal.collection.AnnouncedCollections} tells which parents are going to be needed,
 *       where a database has to lock them first
 *   <li>{@link io.countercache.hibernate.internal.collection.StatelessOwners} finds the stateless session of an event
 * </ol>
 */
@NullMarked
package io.countercache.hibernate.internal.collection;

import org.jspecify.annotations.NullMarked;
