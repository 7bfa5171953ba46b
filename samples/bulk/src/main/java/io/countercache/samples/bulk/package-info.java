/** Measures what it costs that a bulk DELETE is counted. */
@NullMarked
package io.countercache.samples.bulk;

import org.jspecify.annotations.NullMarked;
