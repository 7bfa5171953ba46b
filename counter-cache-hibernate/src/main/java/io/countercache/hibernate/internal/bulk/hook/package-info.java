/**
 * How Hibernate is made to ask about bulk statements.
 *
 * <ul>
 *   <li>{@code BulkHooks} installs the hooks of entities when the session factory has been built
 *   <li>{@code MutationHook} gets each bulk DELETE and UPDATE, {@code InsertHook} the bulk INSERTs that Hibernate executes by
 *       several statements, both as {@code SingleExecution}s
 *   <li>{@code HookedJdbcServices} installs the hooks of all statements, found by {@code ServiceLoader}
 *   <li>{@code ExecutorHook} gets all other INSERTs, DELETEs of rows of collections, and native statements
 *   <li>{@code SelectHook} gets all queries
 * </ul>
 */
@NullMarked
package io.countercache.hibernate.internal.bulk.hook;

import org.jspecify.annotations.NullMarked;
