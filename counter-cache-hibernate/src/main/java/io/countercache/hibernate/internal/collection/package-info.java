@NullMarked
package io.countercache.hibernate.internal.collection;

import org.jspecify.annotations.NullMarked;
