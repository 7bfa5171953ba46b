/**
 * Reads the annotations: to definitions of counters, or to all that is wrong with them at once.
 *
 * <ul>
 *   <li>{@link io.countercache.hibernate.internal.declaration.DeclarationReader} walks through the mapped classes
 *   <li>{@link io.countercache.hibernate.internal.declaration.AssociationReader} resolves one {@code @CounterCache}, with the
 *       {@link io.countercache.hibernate.internal.check.DeclaredPath} of its counter
 *   <li>{@link io.countercache.hibernate.internal.declaration.FoundCounters} collects counters and problems
 *   <li>{@link io.countercache.hibernate.internal.declaration.Declarations} is the result
 *   <li>{@link io.countercache.hibernate.internal.declaration.DisabledCounters} says what becomes of them where the library is disabled
 *   <li>{@link io.countercache.hibernate.internal.declaration.Place} is an annotated attribute, {@link
 *       io.countercache.hibernate.internal.declaration.AnnotatedMembers} finds those of embeddables, and {@link
 *       io.countercache.hibernate.internal.declaration.DeclaredMapping} is what all of them read
 * </ul>
 */
@NullMarked
package io.countercache.hibernate.internal.declaration;

import org.jspecify.annotations.NullMarked;
