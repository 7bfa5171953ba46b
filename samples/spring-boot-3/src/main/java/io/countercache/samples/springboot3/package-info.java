/**
 * A blog with Spring Boot 3, Spring Data JPA and Hibernate 6.6.
 *
 * <ol>
 *   <li>{@code Post}, {@code Comment} and {@code Tag} are the entities; {@code Comment.post} and {@code Post.tags} are counted
 *   <li>{@code BlogController} adds, moves and removes
 * </ol>
 */
@NullMarked
package io.countercache.samples.springboot3;

import org.jspecify.annotations.NullMarked;
