/**
 * Recounts whole tables.
 *
 * <ol>
 *   <li>{@link io.countercache.hibernate.internal.repair.TableRepair} recounts a table, chunk by chunk
 *   <li>{@link io.countercache.hibernate.internal.repair.RepairTally} adds up what its chunks have found
 * </ol>
 */
@NullMarked
package io.countercache.hibernate.internal.repair;

import org.jspecify.annotations.NullMarked;
