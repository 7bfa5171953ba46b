/**
 * Answers {@code size()} and {@code isEmpty()} of a collection that is not loaded from the counter of its elements.
 *
 * <ol>
 *   <li>{@link io.countercache.hibernate.internal.size.SizedCollections} finds the collections for which a counter can do so
 *   <li>{@code SizedCollectionType} is the Hibernate type that they are given in the mapping
 *   <li>{@link io.countercache.hibernate.internal.size.SizedCollectionClass} generates the class of their instances
 *   <li>{@code CollectionSize} reads the counter when {@code size()} is called
 * </ol>
 */
@NullMarked
package io.countercache.hibernate.internal.size;

import org.jspecify.annotations.NullMarked;
