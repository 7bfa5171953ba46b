/**
 * HQL that counts children.
 *
 * <ol>
 *   <li>{@link io.countercache.hibernate.internal.count.CountQuery} reads what a counter has, and what it should have
 *   <li>{@link io.countercache.hibernate.internal.count.IdRange} is a part of a table, for tables with many parents
 * </ol>
 */
@NullMarked
package io.countercache.hibernate.internal.count;

import org.jspecify.annotations.NullMarked;
