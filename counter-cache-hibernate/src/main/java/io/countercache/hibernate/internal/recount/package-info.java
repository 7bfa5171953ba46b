@NullMarked
package io.countercache.hibernate.internal.recount;

import org.jspecify.annotations.NullMarked;
