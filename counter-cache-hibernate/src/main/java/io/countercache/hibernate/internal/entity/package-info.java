/**
 * What a session does to the rows of entities, as moves of counters.
 *
 * <ul>
 *   <li>{@link EntityEvents}: every event of a row, and who works on it, in order
 *   <li>{@link RowStep}: how the packages above this one work on the same events
 *   <li>{@link ChildCounting}: turns what has happened to a row into moves
 *   <li>{@link BeforeImages}: reads what the database holds of a row, where the session cannot know it
 *   <li>{@link ChildGuards}: how a child is protected that two transactions move or delete at the same time; decided by {@code guard}
 *   <li>{@link SentDeletes}: which of the announced DELETEs have been sent
 *   <li>{@link ParentInstances}: keeps the counters right that managed parents show
 *   <li>{@link ForeseenCounts}: writes the count of a new parent with its INSERT
 * </ul>
 */
@NullMarked
package io.countercache.hibernate.internal.entity;

import org.jspecify.annotations.NullMarked;
