/**
 * Collects moves until the commit, and decides when they are written.
 *
 * <ol>
 *   <li>{@link io.countercache.hibernate.internal.transaction.MoveSink} receives all moves, {@link
 *       io.countercache.hibernate.internal.transaction.DeferredMoves} those that wait for the end of a statement
 *   <li>{@link io.countercache.hibernate.internal.transaction.PendingDeltas} has the deltas of each transaction, {@code
 *       TransactionDeltas} those of one
 *   <li>{@code CommitWrite} writes them before the commit, but for the last statement: {@link
 *       io.countercache.hibernate.internal.transaction.CommitHook} has {@code CommittingOwner} called when the transaction
 *       commits, which sends that along with the COMMIT
 *   <li>{@link io.countercache.hibernate.internal.transaction.ReadBeforeWrite} writes them earlier, for a query that reads
 *       the counters
 *   <li>{@link io.countercache.hibernate.internal.transaction.ParentLocks} locks parents before their children are written, where
 *       an INSERT of a child would lock its parent; {@code HeldLocks} has what is locked
 *   <li>{@link io.countercache.hibernate.internal.transaction.LaterLocks} has counters read again of which no event tells that
 *       their row is locked
 *   <li>{@code StatelessBatches} executes the last batch of a stateless session
 * </ol>
 */
@NullMarked
package io.countercache.hibernate.internal.transaction;

import org.jspecify.annotations.NullMarked;
