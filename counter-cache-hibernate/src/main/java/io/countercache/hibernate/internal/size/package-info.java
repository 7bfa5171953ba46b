/**
 * Answers {@code size()} and {@code isEmpty()} of a collection that is not loaded from the counter of its elements.
 *
 * <ol>
 *   <li>{@code check.SizeDeclaration} says of which collections a counter can do so, or why of none
 *   <li>{@link io.countercache.hibernate.internal.size.SizedSemantics} is what they are given in the mapping
 *   <li>{@code SizedCollections} are the classes of their instances
 *   <li>{@code CollectionSize} reads the counter when {@code size()} is called
 * </ol>
 */
@NullMarked
package io.countercache.hibernate.internal.size;

import org.jspecify.annotations.NullMarked;
