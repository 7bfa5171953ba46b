package io.countercache.hibernate.internal.support;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Remembers what has been said, for warnings that come once. Thread-safe. */
public final class Once {

    /**
     * How many are remembered. An application has far fewer counters and native statements, unless it writes values into their
     * texts: then no number would be enough, and the texts must not fill the memory. 1,000 texts are some 100 kB.
     */
    private static final int REMEMBERED = 1000;

    private final Set<String> said = ConcurrentHashMap.newKeySet();

    /** Whether this has not been said yet; from now on it has. Asked by every session, and so without a lock where it has. */
    public boolean isFirst(String what) {
        if (said.contains(what)) {
            return false;
        }
        if (said.size() >= REMEMBERED) {
            said.clear();
        }
        return said.add(what);
    }
}
