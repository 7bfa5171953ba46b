@NullMarked
package io.countercache.hibernate.internal.sql;

import org.jspecify.annotations.NullMarked;
