package io.countercache;

import static java.lang.annotation.ElementType.FIELD;
import static java.lang.annotation.ElementType.METHOD;
import static java.lang.annotation.RetentionPolicy.RUNTIME;

import java.lang.annotation.Documented;
import java.lang.annotation.Retention;
import java.lang.annotation.Target;

/**
 * A free-standing counter, changed only by hand: views, credits, stock.
 *
 * <pre>{@code
 * @Counter(min = 0) long available;
 * }</pre>
 *
 * No entity UPDATE writes it, neither that of a stale instance nor that of a merged one; it makes no entity dirty and moves no
 * {@code @Version}. What an application assigns to it, the instance shows until the next flush. An INSERT writes what was
 * assigned, null as 0. It is changed with {@code CounterCaches}.
 *
 * <p>The attribute is an int, long, short, one of their boxes, a BigInteger or a BigDecimal. An entity with one cannot be
 * upserted by a stateless session.
 */
@Documented
@Target({FIELD, METHOD})
@Retention(RUNTIME)
public @interface Counter {

    /**
     * Changes that would take the counter below this value are refused. Also a check constraint in the schema that
     * Hibernate exports. A value that is below already may still go up.
     *
     * @return the least value allowed
     */
    long min() default Long.MIN_VALUE;

    /**
     * Changes that would take the counter above this value are refused. Also a check constraint in the schema that
     * Hibernate exports. A value that is above already may still go down.
     *
     * @return the greatest value allowed
     */
    long max() default Long.MAX_VALUE;

    /**
     * Over how many rows a hot counter is spread. Not supported yet: anything but 0 is refused when the session factory is
     * built.
     *
     * @return the number of slots, 0 for none
     */
    int slots() default 0;
}
