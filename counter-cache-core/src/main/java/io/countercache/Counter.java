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
 * {@code @Version}. A value that the application assigns to it is shown by the instance until the next flush, and written only
 * by an INSERT, null as 0. To change it, use {@code CounterCaches}.
 *
 * <p>The attribute is an int, long, short, one of their boxes, a BigInteger or a BigDecimal. An entity with one cannot be
 * upserted by a stateless session.
 */
@Documented
@Target({FIELD, METHOD})
@Retention(RUNTIME)
public @interface Counter {

    /**
     * The least value: changes that would take the counter below it are refused. It is also a check constraint in the
     * schema that Hibernate exports. A counter that is below it already may still be incremented.
     *
     * @return the least value allowed
     */
    long min() default Long.MIN_VALUE;

    /**
     * The greatest value: changes that would take the counter above it are refused. It is also a check constraint in the
     * schema that Hibernate exports. A counter that is above it already may still be decremented.
     *
     * @return the greatest value allowed
     */
    long max() default Long.MAX_VALUE;

    /**
     * The number of rows over which a hot counter is spread, for a row that many transactions change at the same time: as {@link
     * CounterCache#slots}. {@code increment}, {@code decrement} and {@code add} go to the slots. What looks at the value before it
     * changes it, as {@code take} does, first moves the slots into the column, under the row's lock. With {@link #min} or {@link
     * #max} it is refused when the session factory is built.
     *
     * <pre>{@code
     * @Counter(slots = 16) long views;
     * }</pre>
     *
     * @return the number of slots, up to 256, about as many as transactions that change one row at the same time; 0 for none
     */
    int slots() default 0;
}
