@NullMarked
package io.countercache.hibernate.internal.bulk.hook;

import org.jspecify.annotations.NullMarked;
