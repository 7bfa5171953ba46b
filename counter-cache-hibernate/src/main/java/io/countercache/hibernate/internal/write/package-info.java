@NullMarked
package io.countercache.hibernate.internal.write;

import org.jspecify.annotations.NullMarked;
