package io.countercache.hibernate.internal.support;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.service.Service;
import org.jspecify.annotations.Nullable;

/**
 * What the library keeps for one session factory, one object of each type: for code that Hibernate calls with a session and
 * nothing else. Thread-safe.
 */
public final class FactoryScope implements Service {

    private static final long serialVersionUID = 1;

    private final transient Map<Class<?>, Object> objects = new ConcurrentHashMap<>();

    public static FactoryScope of(SessionFactoryImplementor factory) {
        return factory.getServiceRegistry().requireService(FactoryScope.class);
    }

    /** Returns null where there is none, and before the factory is complete: Hibernate executes statements earlier. */
    public <T> @Nullable T get(Class<T> type) {
        return type.cast(objects.get(type));
    }

    /** Returns the object that is there, or the one that is made now. */
    public <T> T get(Class<T> type, Supplier<T> missing) {
        T there = get(type);
        return there != null ? there : type.cast(objects.computeIfAbsent(type, any -> missing.get()));
    }

    public <T> void put(Class<T> type, T object) {
        objects.put(type, object);
    }
}
