/**
 * The {@code where} of a counter: read by Hibernate's parser, evaluated in memory. For this library only.
 *
 * <ol>
 *   <li>{@link io.countercache.hibernate.condition.Condition} is what the rest of the library asks
 *   <li>{@code ConditionReader} reads it to {@code ConditionTerm}s, which know what is true, false and unknown
 *   <li>{@code ConditionAttribute} is an attribute of the child, and {@code ConditionLiteral} what it is compared with
 *   <li>{@code ConditionKind} compares values as the database does, {@code LikePattern} texts with patterns
 * </ol>
 */
@NullMarked
package io.countercache.hibernate.internal.condition;

import org.jspecify.annotations.NullMarked;
