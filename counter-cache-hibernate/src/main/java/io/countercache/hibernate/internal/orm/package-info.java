/**
 * What the library knows about Hibernate's insides: its two models of the mapping, its private fields, and what it keeps with a
 * session. The place for
 * everything that differs between versions of Hibernate.
 *
 * <ul>
 *   <li>{@code BootModel} finds attributes and entities in the model that Hibernate builds the session factory from
 *   <li>{@code Entities} finds entities in the model that the session factory has
 *   <li>{@code EntityTables} knows the tables that rows of an entity are in
 *   <li>{@code HibernateFields} reads and sets private fields
 *   <li>{@code PerSession} is what the library remembers of each session; {@code SessionAttachment} attaches it
 *   <li>{@code FlushQueue} tells whether a flush reports what the library has to know of it
 *   <li>{@code OuterFlush} keeps what a flush knows while a query is sent in the middle of it
 *   <li>{@code BatchSize} is the size of JDBC batches
 *   <li>{@code SkippingSessions} are those in which nothing is counted for now
 * </ul>
 */
@NullMarked
package io.countercache.hibernate.internal.orm;

import org.jspecify.annotations.NullMarked;
