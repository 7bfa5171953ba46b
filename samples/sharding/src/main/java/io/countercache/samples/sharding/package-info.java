/** A blog on two servers: ShardingSphere-JDBC spreads its tables over them, and the library counts on both. */
@NullMarked
package io.countercache.samples.sharding;

import org.jspecify.annotations.NullMarked;
