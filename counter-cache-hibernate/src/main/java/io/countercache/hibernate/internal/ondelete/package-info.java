@NullMarked
package io.countercache.hibernate.internal.ondelete;

import org.jspecify.annotations.NullMarked;
