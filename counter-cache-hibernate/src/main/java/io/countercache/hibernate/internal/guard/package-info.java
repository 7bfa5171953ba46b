/**
 * Decides how children without a version are protected when two transactions move or delete one at the same time, and changes
 * the mapping for that.
 *
 * <ul>
 *   <li>{@code GuardChooser} decides when the session factory is built; {@code entity.ChildGuards} is the decision
 *   <li>{@code BatchedInserts} keeps INSERTs in JDBC batches where the change of the mapping would end that
 * </ul>
 */
@NullMarked
package io.countercache.hibernate.internal.guard;

import org.jspecify.annotations.NullMarked;
