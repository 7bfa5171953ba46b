/**
 * What the library tells about its work: figures, events and the moves of each transaction.
 *
 * <ol>
 *   <li>{@link io.countercache.hibernate.internal.observe.Activity} is what was done in one session factory, by {@link
 *       io.countercache.hibernate.internal.observe.Figure}
 *   <li>{@link io.countercache.hibernate.internal.observe.CounterListeners} are told what each transaction has moved
 *   <li>{@link io.countercache.hibernate.internal.observe.Verified} is what was found when an entity was verified or repaired last
 *   <li>{@link io.countercache.hibernate.internal.observe.FlightRecorder} begins the events of the JDK: {@link
 *       io.countercache.hibernate.internal.observe.CounterWriteEvent}, {@link
 *       io.countercache.hibernate.internal.observe.RecountEvent} and {@link
 *       io.countercache.hibernate.internal.observe.RepairEvent}
 * </ol>
 */
@NullMarked
package io.countercache.hibernate.internal.observe;

import org.jspecify.annotations.NullMarked;
