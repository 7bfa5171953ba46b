package io.countercache;

import jakarta.persistence.PersistenceException;

/** Something that a counter cannot do. The message says where, what, and what to do. */
public class CounterCacheException extends PersistenceException {

    private static final long serialVersionUID = 1;

    /**
     * Creates an exception.
     *
     * @param message where, what, and what to do
     */
    public CounterCacheException(String message) {
        super(message);
    }
}
