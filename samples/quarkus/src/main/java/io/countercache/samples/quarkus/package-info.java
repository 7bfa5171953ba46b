/**
 * A blog with Quarkus, Hibernate ORM and Panache.
 *
 * <ol>
 *   <li>{@code Post}, {@code Comment} and {@code Tag} are the entities; {@code Comment.post} and {@code Post.tags} are counted
 *   <li>{@code BlogResource} adds, moves and removes, also by Panache's bulk statements
 * </ol>
 */
@NullMarked
package io.countercache.samples.quarkus;

import org.jspecify.annotations.NullMarked;
