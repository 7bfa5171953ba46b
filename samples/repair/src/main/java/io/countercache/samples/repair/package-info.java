/** Measures the repair of a large table while others write to it, beside a bare check of the same table. */
@NullMarked
package io.countercache.samples.repair;

import org.jspecify.annotations.NullMarked;
