/**
 * Builds the library when a session factory is built, and lists everything that it changes in the application's mapping.
 *
 * <ul>
 *   <li>{@link CounterCacheIntegrator}: what is built, in order
 *   <li>{@link MappingChanges}: all changes of the mapping, in order
 *   <li>{@link Listeners}: which listener hears which event, in order
 *   <li>{@link Installation}: what is handed out to the classes that applications call
 * </ul>
 */
@NullMarked
package io.countercache.hibernate.internal.boot;

import org.jspecify.annotations.NullMarked;
