/**
 * What every other package may use, and what knows neither SQL nor Hibernate's models.
 *
 * <ul>
 *   <li>{@link Settings}: the settings of a session factory
 *   <li>{@link FactoryScope}: the objects of a session factory that Hibernate has to find from a session; added to it by {@link
 *       FactoryScopeContributor}
 *   <li>{@link Numbers}: the types of counters, and exact sums
 *   <li>{@link SqlType}: the types of columns, and what they do to values
 *   <li>{@link Problems}: the first of several problems
 *   <li>{@link Chunks}: parts of a list that is too long for one statement
 * </ul>
 */
@NullMarked
package io.countercache.hibernate.internal.support;

import org.jspecify.annotations.NullMarked;
