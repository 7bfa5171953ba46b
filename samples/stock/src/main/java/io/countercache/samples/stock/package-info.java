/**
 * Counters that are changed by hand, beside what is usually written instead.
 *
 * <ul>
 *   <li>{@code Stock} measures four ways to take from the stock of a product
 *   <li>{@code Way} is these ways
 *   <li>{@code Sale} is many customers that take in one of these ways
 *   <li>{@code Network} is as slow as one
 *   <li>{@code Traps} is three other counters that go wrong without a counter
 *   <li>{@code Shop} is the entities
 * </ul>
 */
@NullMarked
package io.countercache.samples.stock;

import org.jspecify.annotations.NullMarked;
