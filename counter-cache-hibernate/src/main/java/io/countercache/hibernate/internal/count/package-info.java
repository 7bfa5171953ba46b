@NullMarked
package io.countercache.hibernate.internal.count;

import org.jspecify.annotations.NullMarked;
