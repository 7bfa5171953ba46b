/** Placeholder. */
@NullMarked
package io.countercache.samples.blog;

import org.jspecify.annotations.NullMarked;
