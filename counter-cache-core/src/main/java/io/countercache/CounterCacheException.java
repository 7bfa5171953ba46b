package io.countercache;

import jakarta.persistence.PersistenceException;

/** A counter that is declared or used in a way that cannot work. The message says where, what is wrong, and what to do. */
public class CounterCacheException extends PersistenceException {

    private static final long serialVersionUID = 1;

    /**
     * Creates an exception.
     *
     * @param message where, what is wrong, and what to do
     */
    public CounterCacheException(String message) {
        super(message);
    }
}
