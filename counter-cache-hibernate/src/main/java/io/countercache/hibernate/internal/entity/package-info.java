/**
 * What a session does to the rows of entities, as moves of counters.
 *
 * <ul>
 *   <li>{@link EntityEvents}: every event of a row, and who works on it, in order
 *   <li>{@link FlushEvents}: what comes before the statements of a flush, and after them
 *   <li>{@link RowStep}: how the packages above this one work on the same events
 *   <li>{@link ChildCounting}: turns what has happened to a row into moves
 *   <li>{@link BeforeImages}: decides where the before image of a row comes from: {@link RowGuard} says whether the session knows it, {@link
 *       ImageReader} reads it by an {@link ImageQuery}, {@link SessionImages} remembers it, {@link BatchedImages} waits until a batch is sent
 *   <li>{@link BelievedValues}: what a session takes for loaded though nothing has written it
 *   <li>{@link SentDeletes}: which of the announced DELETEs have been sent; {@link AnnouncedDeletes} are those of a session
 *   <li>{@link PerDelete}: what is remembered of rows while their DELETEs are under way
 *   <li>{@link ParentInstances}: keeps the counters right that managed parents show
 *   <li>{@link MergedParents}: undoes what a merge copies to counters; {@link DroppedValues} tells of it
 *   <li>{@link LockedParents}: has parents locked before the statements of their children, where a database needs that
 *   <li>{@link ForeseenCounts}: writes the count of a new parent with its INSERT
 * </ul>
 */
@NullMarked
package io.countercache.hibernate.internal.entity;

import org.jspecify.annotations.NullMarked;
