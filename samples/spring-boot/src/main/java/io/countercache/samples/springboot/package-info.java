/**
 * A blog with Spring Boot and Spring Data JPA, whose page shows stored and actual counts side by side.
 *
 * <ol>
 *   <li>{@code Post}, {@code Comment} and {@code Tag} are the entities; {@code Comment.post} and {@code Post.tags} are counted
 *   <li>{@code BlogService} has a transaction for each button, {@code BlogController} the requests,
 *       {@code templates/blog.html} the page
 *   <li>{@link io.countercache.samples.springboot.BlogApplication} starts it, with the PostgreSQL of {@code Database}
 * </ol>
 */
@NullMarked
package io.countercache.samples.springboot;

import org.jspecify.annotations.NullMarked;
