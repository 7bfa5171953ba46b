package io.countercache.hibernate.internal.transaction;

import io.countercache.hibernate.internal.orm.PerSession;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.hibernate.engine.spi.SharedSessionContractImplementor;

/**
 * The rows that Hibernate locks after it has loaded them, as rows in several tables on PostgreSQL. It has their instances show what the
 * statement that locks them reads, and tells nobody. Nor does it tell of rows that a stateless session loads under a lock.
 */
public interface LaterLocks {

    /** The ids of the rows that the query that is executed has locked so far. */
    PerSession<Set<Object>> LOCKED = new PerSession<>();

    /** Has the loaded instances of locked rows show their counters once more. */
    void show(Predicate<Object> ids, SharedSessionContractImplementor session);

    /** To be called with the id of a row when it is locked. */
    static void locked(Object id, SharedSessionContractImplementor session) {
        Set<Object> ids = LOCKED.get(session);
        if (ids != null) {
            ids.add(id);
        }
    }

    /** Executes a query that may lock rows later; what it loads may execute others. */
    default <T> T execute(Supplier<T> query, SharedSessionContractImplementor session) {
        Set<Object> outer = LOCKED.get(session);
        Set<Object> ids = new HashSet<>();
        LOCKED.put(session, ids);
        T result;
        try {
            result = query.get();
        } finally {
            LOCKED.remove(session);
            if (outer != null) {
                LOCKED.put(session, outer);
            }
        }
        if (!ids.isEmpty()) {
            show(ids::contains, session);
        }
        return result;
    }
}
