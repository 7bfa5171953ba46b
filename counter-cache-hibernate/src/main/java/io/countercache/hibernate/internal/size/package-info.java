@NullMarked
package io.countercache.hibernate.internal.size;

import org.jspecify.annotations.NullMarked;
