package io.countercache.hibernate.internal.orm;

import org.hibernate.engine.spi.SharedSessionContractImplementor;

/**
 * The sessions of one factory in which nothing is counted for now. Refers to nothing else of the factory, because collections
 * that outlive it may ask.
 */
public final class SkippingSessions {

    private final PerSession<Boolean> skipping = new PerSession<>();

    /** Stops the counting of what this session changes; false if it was stopped before. */
    public boolean add(SharedSessionContractImplementor session) {
        if (contains(session)) {
            return false;
        }
        skipping.put(session, true);
        return true;
    }

    public boolean contains(SharedSessionContractImplementor session) {
        return skipping.get(session) != null;
    }

    public void remove(SharedSessionContractImplementor session) {
        skipping.remove(session);
    }
}
