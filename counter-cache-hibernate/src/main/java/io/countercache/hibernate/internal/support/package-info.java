@NullMarked
package io.countercache.hibernate.internal.support;

import org.jspecify.annotations.NullMarked;
