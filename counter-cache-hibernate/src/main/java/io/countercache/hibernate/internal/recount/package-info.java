/**
 * Recounts: {@link io.countercache.hibernate.internal.recount.Recount} measures counters from the rows and corrects them, while
 * other transactions write.
 */
@NullMarked
package io.countercache.hibernate.internal.recount;

import org.jspecify.annotations.NullMarked;
