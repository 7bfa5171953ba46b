/**
 * Reads the {@code where} of a counter with Hibernate's parser, and evaluates it in memory as the database would.
 *
 * <ol>
 *   <li>{@link io.countercache.hibernate.internal.condition.Condition} is a condition, as the rest of the library uses it
 *   <li>{@code ConditionReader} turns Hibernate's parse into terms
 *   <li>{@code ConditionTerm} is a term, which is true, false or unknown
 *   <li>{@code ConditionAttribute} is an attribute of the child
 *   <li>{@code ConditionLiteral} is a literal that an attribute is compared with
 *   <li>{@code ConditionKind} compares values as the database does
 *   <li>{@code LikePattern} matches texts as {@code like} does
 * </ol>
 */
@NullMarked
package io.countercache.hibernate.internal.condition;

import org.jspecify.annotations.NullMarked;
