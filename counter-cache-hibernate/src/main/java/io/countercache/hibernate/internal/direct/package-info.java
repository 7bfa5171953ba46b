@NullMarked
package io.countercache.hibernate.internal.direct;

import org.jspecify.annotations.NullMarked;
