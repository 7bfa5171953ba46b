@NullMarked
package io.countercache.hibernate.internal.declaration;

import org.jspecify.annotations.NullMarked;
