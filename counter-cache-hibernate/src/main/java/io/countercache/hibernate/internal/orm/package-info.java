@NullMarked
package io.countercache.hibernate.internal.orm;

import org.jspecify.annotations.NullMarked;
