/**
 * Recounts: measures counters from the rows and corrects them, while other transactions write.
 *
 * <ul>
 *   <li>{@link io.countercache.hibernate.internal.recount.Recount} recounts some rows in one transaction
 *   <li>{@link io.countercache.hibernate.internal.recount.TableRepair} recounts a whole table, chunk by chunk
 *   <li>{@link io.countercache.hibernate.internal.recount.RepairTally} adds up what its chunks have found
 * </ul>
 */
@NullMarked
package io.countercache.hibernate.internal.recount;

import org.jspecify.annotations.NullMarked;
