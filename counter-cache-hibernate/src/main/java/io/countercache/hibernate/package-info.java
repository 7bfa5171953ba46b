/**
 * Counter caches for Hibernate ORM: the way of a change from the annotation to the UPDATE.
 *
 * <ol>
 *   <li>{@link io.countercache.hibernate.CounterCacheIntegrator} installs the library in a session factory
 *   <li>{@code DeclarationReader} reads {@code @CounterCache}: definitions and frozen attributes, or all errors at once
 *   <li>{@code CounterModel} finds the counters of a child, of a parent, of a table
 *   <li>{@code ChangeListener} turns an inserted, updated or deleted child into deltas
 *   <li>{@code PendingDeltas} holds the deltas of each transaction, and decides when they are written
 *   <li>{@code CounterWriter} writes them: sorted, batched, one UPDATE per parent row
 *   <li>{@code CounterSql} has the texts of these UPDATEs, binds them, and knows the lock order
 *   <li>{@code ManagedParents} keeps instances of parents in memory right
 *   <li>{@code Recount} measures and corrects counters while others write
 *   <li>{@link io.countercache.hibernate.CounterCaches} and {@link io.countercache.hibernate.Counters} are what users
 *       call
 * </ol>
 */
@NullMarked
package io.countercache.hibernate;

import org.jspecify.annotations.NullMarked;
