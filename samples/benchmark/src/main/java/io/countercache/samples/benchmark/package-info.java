/**
 * What a counter costs, in the JVM: {@link io.countercache.samples.benchmark.Inside}.
 */
@NullMarked
package io.countercache.samples.benchmark;

import org.jspecify.annotations.NullMarked;
