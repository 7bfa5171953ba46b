package io.countercache.hibernate.internal.support;

import java.util.Collections;
import java.util.Set;
import java.util.WeakHashMap;
import org.hibernate.engine.spi.SharedSessionContractImplementor;

/** The sessions of a factory that count nothing for now. Refers to nothing else of the factory. Thread-safe. */
public final class SkippingSessions {

    private final Set<SharedSessionContractImplementor> skipping =
            Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));
    /** Whether any session ever was: most applications have none, and every change and every size asks. */
    private volatile boolean any;

    /** Stops counting what this session changes; false if it had stopped before. */
    public boolean add(SharedSessionContractImplementor session) {
        any = true;
        return skipping.add(session);
    }

    public boolean contains(SharedSessionContractImplementor session) {
        return any && skipping.contains(session);
    }

    public void remove(SharedSessionContractImplementor session) {
        skipping.remove(session);
    }
}
