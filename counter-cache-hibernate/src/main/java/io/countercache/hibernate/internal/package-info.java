/**
 * How the library works inside; nothing here is for applications, and all of it may change with every version.
 *
 * <p>{@code docs/internals/architecture.md} has the picture, the packages and which may use which. A change of a child takes
 * this way: {@code entity} (or {@code collection}, {@code ondelete}, {@code bulk}) hears of it, {@code model} says which
 * counters move, {@code transaction} keeps the moves until the commit, {@code write} sends the UPDATEs.
 *
 * <p>Words, for names as well as for comments:
 *
 * <ul>
 *   <li><b>parent</b>, <b>child</b>, <b>association</b>, <b>counter</b>: the row with the counter, a row that is counted, the attribute
 *       by which it is counted, one declared count or total
 *   <li><b>delta</b>: by how much a counter has to move; pending until it is written
 *   <li><b>move</b>: a change of one counter by an amount; of a child: that it gets another parent
 *   <li><b>recount</b>, <b>reset</b>, <b>drift</b>: compute from the rows, and correct; a stored value that is not the actual one
 *   <li><b>touch</b>: set a date/time attribute of the parent along with a counter
 *   <li><b>passage</b>: a row on the path of a counter has got another parent, and all that is counted beneath it goes along
 *   <li><b>watched</b>: of an attribute or entity, that counters look at it
 *   <li><b>snapshot</b>: the watched values of a row at one moment
 *   <li><b>before image</b>: what the database holds of a row before a statement changes it
 *   <li><b>shown</b>: what a managed instance displays before its counter is written
 *   <li><b>deferred</b>: waits until its statement has been executed
 *   <li><b>skipping</b>: of a session, that it counts nothing for now
 * </ul>
 */
@NullMarked
package io.countercache.hibernate.internal;

import org.jspecify.annotations.NullMarked;
