package io.countercache;

import java.util.List;

/**
 * Is told after each commit which counters have moved: to update a search index, a cache or a page that is open.
 *
 * <pre>{@code
 * class Pages implements CounterListener {
 *     @Override
 *     public void moved(List<CounterMove> moves) {
 *         moves.forEach(move -> send(move.entity(), move.id(), move.amounts()));
 *     }
 * }
 * }</pre>
 *
 * It is named by the setting {@code hibernate.counter_cache.listener}. It is called by the thread that commits, and so by several threads at
 * the same time; that of two transactions which commits first may be told last. A crash between the commit and the call loses
 * the call.
 */
@FunctionalInterface
public interface CounterListener {

    /**
     * Called once for each transaction that has changed counters, after its commit. The commit returns when this does. What
     * it throws is logged, and changes nothing. What it does in the database needs a transaction of its own.
     *
     * @param moves one for each row, with the sum of what the transaction has added; not empty, and not to be changed
     */
    void moved(List<CounterMove> moves);
}
