package io.countercache.hibernate.spring;

import io.countercache.CounterListener;
import io.countercache.CounterMove;
import java.util.List;

/**
 * The event of a Spring application for what a transaction has moved, published after its commit. It is published only in
 * applications that have a method for it when they start:
 *
 * <pre>{@code
 * @EventListener
 * void on(CountersMoved event) { .. }
 * }</pre>
 *
 * Not {@code @TransactionalEventListener}: the transaction has ended. What the method throws is logged.
 *
 * @param factory the name of the bean of the entity manager factory
 * @param moves what was written, one move for each row
 * @see CounterListener
 */
public record CountersMoved(String factory, List<CounterMove> moves) {

    /**
     * Creates an event.
     *
     * @param factory the name of the bean of the entity manager factory
     * @param moves what was written
     */
    public CountersMoved {
        moves = List.copyOf(moves);
    }
}
