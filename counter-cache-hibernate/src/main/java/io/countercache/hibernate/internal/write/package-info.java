/**
 * Writes deltas to the rows of parents, and shows them on managed instances.
 *
 * <ol>
 *   <li>{@link io.countercache.hibernate.internal.write.CounterDeltas} sums up deltas until they are written
 *   <li>{@link io.countercache.hibernate.internal.write.CounterSql} has the UPDATEs and the lock order
 *   <li>{@code StatementRows} are the rows that are written together
 *   <li>{@link io.countercache.hibernate.internal.write.CounterWriter} sends them, and refuses to lose deltas of
 *       {@code MissedRows}; {@code OneRow} is sent by itself
 *   <li>{@link io.countercache.hibernate.internal.write.ManagedParents} shows deltas and values on managed instances;
 *       {@code KeptCounters} are the values of read-only ones
 *   <li>{@link io.countercache.hibernate.internal.write.SlotSquash} moves slots into their column, {@link
 *       io.countercache.hibernate.internal.write.SquashTurns} says when a transaction does and {@code SlotSweep} of which
 *       rows, and {@link io.countercache.hibernate.internal.write.SlotReads} reads them again under a lock
 *   <li>{@link io.countercache.hibernate.internal.write.WrittenMoves} remembers what each transaction has written, for listeners
 * </ol>
 */
@NullMarked
package io.countercache.hibernate.internal.write;

import org.jspecify.annotations.NullMarked;
