@NullMarked
package io.countercache.hibernate.internal.transaction;

import org.jspecify.annotations.NullMarked;
