/**
 * Rollbacks to savepoints: what they remove from the pending deltas, and what they restore.
 *
 * <ol>
 *   <li>{@link io.countercache.hibernate.internal.savepoint.Savepoints} are the savepoints of one transaction
 *   <li>{@code SpringSavepoints} reports those of Spring's nested transactions
 * </ol>
 */
@NullMarked
package io.countercache.hibernate.internal.savepoint;

import org.jspecify.annotations.NullMarked;
