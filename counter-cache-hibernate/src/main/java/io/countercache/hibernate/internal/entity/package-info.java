@NullMarked
package io.countercache.hibernate.internal.entity;

import org.jspecify.annotations.NullMarked;
