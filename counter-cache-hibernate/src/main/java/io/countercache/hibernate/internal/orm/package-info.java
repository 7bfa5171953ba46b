/**
 * What the library knows about Hibernate's insides, and how its versions differ: one class for each question, which it answers by
 * what is there and not by the number of the version. Other packages name only what is in every version from 6.6 to 8.0, but for
 * those of bulk statements, which are counted since 7.2; {@code LinkTest} checks that.
 *
 * <p>Hibernate's models, its private fields, and what is kept with a session:
 *
 * <ul>
 *   <li>{@code BootModel} finds attributes and entities in the model that Hibernate builds the session factory from
 *   <li>{@code Entities} finds entities in the model that the session factory has; {@code Hql} writes their names in queries
 *   <li>{@code EntityTables} knows the tables that rows of an entity are in; {@code PlainColumns} those that SQL reads as they are
 *   <li>{@code Slots} are the rows over which a column is spread, and what Hibernate reads instead of the column
 *   <li>{@code HibernateFields} reads and sets private fields
 *   <li>{@code PerSession} is what the library remembers of each session: {@code SessionValues}, which {@code SessionAttachment}
 *       attaches to the session since 7.4, and {@code SessionMap} finds by it before
 *   <li>{@code BatchSize} is the size of JDBC batches
 *   <li>{@code SkippingSessions} are those in which nothing is counted for now
 * </ul>
 *
 * <p>What only differs between versions:
 *
 * <ul>
 *   <li>{@code HibernateVersion} refuses a version that does not fit, before anything else is done
 *   <li>{@code OptionalMethod} calls a method that not every version has, {@code OptionalClass} looks for a class;
 *       {@code BootDifferences} are those of the boot model
 *   <li>{@code EventSession} and {@code EventCollection} are what an event is about
 *   <li>{@code SharedConnection} opens another session on a connection
 *   <li>{@code Past} tells whether old versions of rows are kept or read, {@code FlushQueue} whether a flush reports what the
 *       library has to know, {@code Violations} which constraint was violated, {@code Timeouts} whether a lock has
 *       taken too long, {@code Upserts} what an upsert inserts
 *   <li>{@code OuterFlush} keeps what a flush knows while a query is sent in the middle of it
 * </ul>
 */
@NullMarked
package io.countercache.hibernate.internal.orm;

import org.jspecify.annotations.NullMarked;
