/**
 * Recounts whole tables.
 *
 * <ol>
 *   <li>{@link io.countercache.hibernate.internal.repair.TableRepair} recounts a table, chunk by chunk
 *   <li>{@link io.countercache.hibernate.internal.repair.ChunkFailure} says whether another attempt, or fewer rows, may help
 *   <li>{@link io.countercache.hibernate.internal.repair.SessionVerification} verifies all counters within the caller's transaction
 *   <li>{@link io.countercache.hibernate.internal.repair.RepairTally} adds up what its chunks have found
 *   <li>{@link io.countercache.hibernate.internal.repair.Progress} hears how far it has come, {@link
 *       io.countercache.hibernate.internal.repair.ProgressLog} if nobody else does
 *   <li>{@link io.countercache.hibernate.internal.repair.TableSquash} squashes the slots of a table
 *   <li>{@link io.countercache.hibernate.internal.repair.StartupRepair} goes through all tables after the start of an application,
 *       and {@link io.countercache.hibernate.internal.repair.OneInstance} keeps its other instances from the same
 * </ol>
 */
@NullMarked
package io.countercache.hibernate.internal.repair;

import org.jspecify.annotations.NullMarked;
