package io.countercache.hibernate.internal.observe;

import io.countercache.CounterListener;
import io.countercache.CounterMove;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jboss.logging.Logger;

/** The listeners of a session factory, which are told after each commit what it has moved. Thread-safe. */
public final class CounterListeners {

    private static final Logger LOG = Logger.getLogger(CounterListeners.class);

    private final List<CounterListener> listeners = new CopyOnWriteArrayList<>();

    /** Adds a listener; it hears of the transactions whose first change of a counter comes later. */
    public void add(CounterListener listener) {
        listeners.add(listener);
    }

    /** Whether there is none: then nothing is remembered for them. */
    public boolean isEmpty() {
        return listeners.isEmpty();
    }

    /**
     * Tells all of them, in the order in which they were added. The transaction is committed, so whatever one of them throws is
     * logged: for whoever commits it would look like a commit that has failed.
     */
    public void tell(List<CounterMove> moves) {
        if (moves.isEmpty()) {
            return;
        }
        for (CounterListener listener : listeners) {
            try {
                listener.moved(moves);
            } catch (Throwable e) { // errors and, from other languages than Java, checked exceptions, too
                LOG.errorf(
                        e,
                        "The counter listener %s has failed; the counters are committed",
                        listener.getClass().getName());
                if (e instanceof InterruptedException) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }
}
