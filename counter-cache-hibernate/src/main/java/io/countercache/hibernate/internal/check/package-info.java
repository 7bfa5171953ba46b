@NullMarked
package io.countercache.hibernate.internal.check;

import org.jspecify.annotations.NullMarked;
