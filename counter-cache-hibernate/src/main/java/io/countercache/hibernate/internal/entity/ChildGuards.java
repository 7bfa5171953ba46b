package io.countercache.hibernate.internal.entity;

import java.util.Set;

/**
 * How each counted child is protected when two transactions move or delete it at the same time: what was decided, and done to the
 * mapping, when the session factory was built. A child that is in none of the sets has a version, or is protected otherwise.
 *
 * @param trust whether nothing is protected, because the application has said that it needs not be
 * @param compared root entities whose parent Hibernate compares in the WHERE of a statement because the library has changed
 *     their mapping
 * @param readUnderLock root entities whose parent is read under a row lock before a move or a delete
 * @param readAtEveryUpdate those of {@code readUnderLock} whose association is written even by a change of another attribute
 */
public record ChildGuards(
        boolean trust, Set<String> compared, Set<String> readUnderLock, Set<String> readAtEveryUpdate) {}
