/**
 * What a counter costs: {@link io.countercache.samples.benchmark.Outside}, in transactions per second on PostgreSQL or MariaDB,
 * {@link io.countercache.samples.benchmark.Inside}, in nanoseconds and bytes in the JVM, and {@link
 * io.countercache.samples.benchmark.Guest}, what else the application notices.
 *
 * <ol>
 *   <li>{@code Variant} is a way to count, {@code Mapping} the entities that it takes
 *   <li>{@code Workload} is what is done in a transaction, {@code Tables} what it is done to
 *   <li>{@code Cell} is a workload with a variant, {@code Measured} what its rounds have brought
 *   <li>{@code Database} is what differs between PostgreSQL and MariaDB
 *   <li>{@code Server} is one of them, {@code Network} what is between it and the application
 *   <li>{@code Report} writes that, {@code Charts} the charts, of which each is a {@code Chart}
 * </ol>
 */
@NullMarked
package io.countercache.samples.benchmark;

import org.jspecify.annotations.NullMarked;
