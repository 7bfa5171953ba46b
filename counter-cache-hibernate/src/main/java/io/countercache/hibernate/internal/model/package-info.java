@NullMarked
package io.countercache.hibernate.internal.model;

import org.jspecify.annotations.NullMarked;
