@NullMarked
package io.countercache.hibernate.internal.path;

import org.jspecify.annotations.NullMarked;
