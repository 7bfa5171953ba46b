/**
 * The library's own SQL: how it is written, sent and bound, and the locks that it takes. Knows no counter.
 *
 * <ul>
 *   <li>{@code Database} is a kind of database, with what it can and its own texts: {@code PostgreSql}, {@code H2},
 *       {@code MySql} or {@code Portable}; {@code Databases} finds it
 *   <li>{@code Statements} sends SQL through Hibernate
 *   <li>{@code Columns} are the columns of ids and other attributes, with their values
 *   <li>{@code LockOrder} is the order in which all transactions lock rows; {@code RowLocks} locks them
 *   <li>{@code OldRows} says which databases read old rows at REPEATABLE READ, and refuses what they cannot do then; {@code
 *       LockingReads} has MySQL read new ones
 *   <li>{@code OwnQueries} runs HQL that neither flushes nor writes deltas
 *   <li>{@code TouchedAttribute} is a date or time that is set to now along with a counter
 *   <li>{@code ArrayUpdate} adds to many rows by one statement
 *   <li>{@code SlotSql} has the statements about slots
 *   <li>{@code Upserted} is a row that is inserted or added to, {@code UpsertSql} the statement for it
 *   <li>{@code BoundSql} is the SQL of a query of Hibernate with the values of its parameters
 *   <li>{@code CacheInvalidation} keeps caches from serving old counters
 * </ul>
 */
@NullMarked
package io.countercache.hibernate.internal.sql;

import org.jspecify.annotations.NullMarked;
