/**
 * Why a declared counter cannot be exact: checks of the mapping, each of which returns the problem or null.
 *
 * <ul>
 *   <li>{@link io.countercache.hibernate.internal.check.CounterAttribute}: the attribute that holds the counter
 *   <li>{@link io.countercache.hibernate.internal.check.MissingAttribute}: where an attribute is that the entity itself lacks
 *   <li>{@link io.countercache.hibernate.internal.check.AuditedCounter}: a warning of counters in an audit log
 *   <li>{@link io.countercache.hibernate.internal.check.SlotTable}: the table of the slots, and why a counter can have none
 *   <li>{@link io.countercache.hibernate.internal.check.DeclaredPath}: the path to the parent that has the counter
 *   <li>{@link io.countercache.hibernate.internal.check.SummedAttribute}: the attribute of the child that is totalled
 *   <li>{@link io.countercache.hibernate.internal.check.ChildRowsCheck}: the rows of a child
 *   <li>{@link io.countercache.hibernate.internal.check.CollectionDeclaration}: the rows of a collection
 *   <li>{@link io.countercache.hibernate.internal.check.AnyDeclaration}: an {@code @Any}
 *   <li>{@link io.countercache.hibernate.internal.check.OtherWriters}: who else writes rows that are counted, or a counter
 *   <li>{@link io.countercache.hibernate.internal.check.OnDeleteRules}: what the database does itself when rows are deleted, one
 *       {@link io.countercache.hibernate.internal.check.OnDeleteRule} for each foreign key
 * </ul>
 */
@NullMarked
package io.countercache.hibernate.internal.check;

import org.jspecify.annotations.NullMarked;
