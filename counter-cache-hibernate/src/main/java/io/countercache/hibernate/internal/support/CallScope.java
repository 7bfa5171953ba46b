package io.countercache.hibernate.internal.support;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A value that a thread has during a call of Hibernate, for what Hibernate calls back there without saying for which session or
 * statement. Whoever begins it ends it, also when the call fails: a thread of a pool must keep nothing of an application that is
 * gone. No other class has thread-local values.
 *
 * @param <T> the type of the value
 */
public final class CallScope<T> {

    @SuppressWarnings("ThreadLocalUsage") // the scopes are in static fields
    private final ThreadLocal<@Nullable T> value = new ThreadLocal<>();

    /** The value of the call that this thread is in; null if it is in none. */
    public @Nullable T get() {
        return value.get();
    }

    public void begin(T begun) {
        value.set(begun);
    }

    public void end() {
        value.remove();
    }

    /** Makes a call with a value. */
    public <R> R call(T during, Supplier<R> call) {
        begin(during);
        try {
            return call.get();
        } finally {
            end();
        }
    }
}
