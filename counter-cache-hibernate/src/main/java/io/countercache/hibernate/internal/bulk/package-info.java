@NullMarked
package io.countercache.hibernate.internal.bulk;

import org.jspecify.annotations.NullMarked;
