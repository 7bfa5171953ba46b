/**
 * A blog whose posts keep the number of their comments, on a PostgreSQL that starts and ends with the program.
 *
 * <ol>
 *   <li>{@code Post} and {@code Comment} are the entities; {@code Comment.post} declares the counter
 *   <li>{@link io.countercache.samples.blog.Blog} starts PostgreSQL and Hibernate, and has a method for each step
 *   <li>{@code Crowd} adds and removes comments in many threads
 *   <li>{@code CounterUpdates} collects the SQL that the library sends
 *   <li>{@code ClosingTable} compares stored and actual counts
 * </ol>
 */
@NullMarked
package io.countercache.samples.blog;

import org.jspecify.annotations.NullMarked;
