/**
 * Counts what the database itself does when rows are deleted: child rows that a foreign key with an ON DELETE action deletes, or
 * whose foreign key it sets to null.
 *
 * <ol>
 *   <li>{@link io.countercache.hibernate.internal.ondelete.OnDeleteStep} handles the DELETE of one row by a session
 *   <li>{@link io.countercache.hibernate.internal.ondelete.OnDeleteSearch} finds, locks and counts the rows before a DELETE
 *   <li>{@link io.countercache.hibernate.internal.ondelete.OnDeleteGraph} says which entities depend on which
 *   <li>{@link io.countercache.hibernate.internal.ondelete.CollectionRows} counts the rows of collections that go along;
 *       {@link io.countercache.hibernate.internal.ondelete.CollectionEnd} is the end by which they do
 *   <li>{@code OnDeleteEdge} is one such foreign key
 *   <li>{@code RelevantEdges} leaves out the foreign keys by which no counter can move
 * </ol>
 */
@NullMarked
package io.countercache.hibernate.internal.ondelete;

import org.jspecify.annotations.NullMarked;
