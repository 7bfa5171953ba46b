/**
 * Counters further up: those whose path leads from the row that a child belongs to, to another parent.
 *
 * <ol>
 *   <li>{@link io.countercache.hibernate.internal.path.PathDeltas} is what is pending at the rows on the paths
 *   <li>{@link io.countercache.hibernate.internal.path.PathWriter} follows the paths from there, and writes
 *   <li>{@link io.countercache.hibernate.internal.path.PathReads} finds where rows lead, and what is beneath them
 * </ol>
 */
@NullMarked
package io.countercache.hibernate.internal.path;

import org.jspecify.annotations.NullMarked;
