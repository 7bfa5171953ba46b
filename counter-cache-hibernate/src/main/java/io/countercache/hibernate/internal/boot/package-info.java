@NullMarked
package io.countercache.hibernate.internal.boot;

import org.jspecify.annotations.NullMarked;
