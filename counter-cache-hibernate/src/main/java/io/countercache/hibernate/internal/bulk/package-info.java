/**
 * Counts the rows that bulk statements change.
 *
 * <ul>
 *   <li>{@code BulkStatements} has one execution for each kind of bulk statement
 *   <li>{@code BulkPolicy} says whether statements are counted, refused or ignored
 *   <li>{@code BulkMutation} is one execution of a DELETE or UPDATE; {@code BulkScope} decides whether it moves counters
 *   <li>{@code RowGroups} queries the watched values of many rows in groups, and makes changes of them
 *   <li>{@code ReturningExecution} counts the rows that a DELETE or UPDATE returns itself
 *   <li>{@code LockingExecution} locks and reads the rows before a DELETE or UPDATE and after it
 *   <li>{@code BulkInserts} counts the rows that an INSERT returns
 *   <li>{@code CollectionTableDeletes} counts rows of collections that are deleted along with entities
 *   <li>{@code UncountedStatements} logs warnings of statements that cannot be counted
 *   <li>{@code SlotStatements} refuses statements that would go wrong with slots
 *   <li>{@code OwnSelect} is a query that shares a condition, or its SQL, with a bulk statement
 *   <li>{@code JoinedPaths} are the paths in the new values of an UPDATE, which may join other rows
 *   <li>{@code ReturningSql} makes one SQL text of a statement and a query about its rows
 *   <li>{@code LockedRows} are the rows that a statement changes, locked in order within its SQL
 *   <li>{@code StatementText} reads SQL texts
 * </ul>
 */
@NullMarked
package io.countercache.hibernate.internal.bulk;

import org.jspecify.annotations.NullMarked;
