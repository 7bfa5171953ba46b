package io.countercache.hibernate;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.service.Service;
import org.jspecify.annotations.Nullable;

/**
 * What the library keeps for one session factory, one object of each type: for code that Hibernate calls with a session and
 * nothing else. Thread-safe.
 */
final class FactoryScope implements Service {

    private static final long serialVersionUID = 1;

    private final transient Map<Class<?>, Object> objects = new ConcurrentHashMap<>();

    static FactoryScope of(SessionFactoryImplementor factory) {
        return factory.getServiceRegistry().requireService(FactoryScope.class);
    }

    /** Returns null where there is none, and before the factory is complete: Hibernate executes statements earlier. */
    <T> @Nullable T get(Class<T> type) {
        return type.cast(objects.get(type));
    }

    <T> void put(Class<T> type, T object) {
        objects.put(type, object);
    }
}
