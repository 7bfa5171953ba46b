/**
 * What an application with Spring Boot gets without configuration. Nothing here is loaded where Spring Boot is not.
 *
 * <ol>
 *   <li>{@link io.countercache.hibernate.spring.CounterCacheAutoConfiguration} is what is built, and under which conditions
 *   <li>{@link io.countercache.hibernate.spring.CounterCacheProperties} are the properties {@code counter-cache.*}
 *   <li>{@code BuiltFactories} hears of each session factory when it is built
 *   <li>{@code CounterCachesBeans} defines a bean {@code CounterCaches} for each
 *   <li>{@code MovesToBeans} tells beans what a transaction has moved, some of them by the event
 *       {@link io.countercache.hibernate.spring.CountersMoved}
 *   <li>{@code RepairOnStartup} verifies or repairs once the application is ready
 *   <li>{@code CounterCachesEndpoint} shows {@code DeclaredCounters}, and begins a {@code BackgroundRun}
 *   <li>{@code CounterHealth} is what the health says, in {@code HealthOfBoot3} and {@code HealthOfBoot4}
 *   <li>{@link io.countercache.hibernate.spring.CounterCacheHints} is what a native image has to know
 * </ol>
 */
@NullMarked
package io.countercache.hibernate.spring;

import org.jspecify.annotations.NullMarked;
