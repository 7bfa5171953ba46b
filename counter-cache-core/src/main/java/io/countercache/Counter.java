package io.countercache;

import static java.lang.annotation.ElementType.FIELD;
import static java.lang.annotation.ElementType.METHOD;
import static java.lang.annotation.RetentionPolicy.RUNTIME;

import java.lang.annotation.Documented;
import java.lang.annotation.Retention;
import java.lang.annotation.Target;

/**
 * A free-standing counter, changed only by hand: views, credits, stock. Never written by an entity UPDATE. Not supported
 * yet: refused when the session factory is built.
 */
@Documented
@Target({FIELD, METHOD})
@Retention(RUNTIME)
public @interface Counter {

    /**
     * Changes that would take the counter below this value are refused.
     *
     * @return the least value allowed
     */
    long min() default Long.MIN_VALUE;

    /**
     * Changes that would take the counter above this value are refused.
     *
     * @return the greatest value allowed
     */
    long max() default Long.MAX_VALUE;

    /**
     * Over how many rows a hot counter is spread.
     *
     * @return the number of slots, 0 for none
     */
    int slots() default 0;
}
