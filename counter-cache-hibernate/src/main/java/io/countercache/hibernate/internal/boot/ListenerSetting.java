package io.countercache.hibernate.internal.boot;

import io.countercache.CounterListener;
import io.countercache.CounterMappingException;
import io.countercache.hibernate.internal.observe.CounterListeners;
import io.countercache.hibernate.internal.support.Settings;
import java.util.List;
import org.hibernate.HibernateException;
import org.hibernate.boot.registry.classloading.spi.ClassLoaderService;
import org.hibernate.boot.registry.classloading.spi.ClassLoadingException;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.resource.beans.spi.ManagedBeanRegistry;
import org.jspecify.annotations.Nullable;

/**
 * The listener in the settings: an object, a class or the name of a class. Hibernate makes the object, as it makes converters and
 * entity listeners: by the application's container if it knows one, such as CDI or Spring.
 */
final class ListenerSetting {

    private ListenerSetting() {}

    /** Returns the listeners of a factory: so far this one, if there is one. */
    static CounterListeners listeners(@Nullable Object given, SessionFactoryImplementor factory) {
        CounterListeners listeners = new CounterListeners();
        if (given != null && !given.toString().isBlank()) {
            listeners.add(listener(given, factory));
        }
        return listeners;
    }

    private static CounterListener listener(Object given, SessionFactoryImplementor factory) {
        if (given instanceof CounterListener listener) {
            return listener;
        }
        Class<?> type = given instanceof Class<?> named ? named : find(given, factory);
        if (!CounterListener.class.isAssignableFrom(type)) {
            throw wrong(given, "is no CounterListener", null);
        }
        try {
            return (CounterListener) factory.getServiceRegistry()
                    .requireService(ManagedBeanRegistry.class)
                    .getBean(type)
                    .getBeanInstance();
        } catch (RuntimeException | LinkageError e) {
            throw wrong(given, "cannot be made an object of (%s)".formatted(reason(e)), e);
        }
    }

    private static Class<?> find(Object given, SessionFactoryImplementor factory) {
        try {
            return factory.getServiceRegistry()
                    .requireService(ClassLoaderService.class)
                    .classForName(given.toString().strip());
        } catch (ClassLoadingException | LinkageError e) {
            throw wrong(given, "is no class that can be loaded", e);
        }
    }

    private static Throwable reason(Throwable failure) {
        return failure instanceof HibernateException && failure.getCause() != null ? failure.getCause() : failure;
    }

    private static CounterMappingException wrong(Object given, String problem, @Nullable Throwable cause) {
        CounterMappingException wrong = Settings.wrong(List.of(
                "%s: '%s' %s: name a class that implements CounterListener and has a constructor without parameters, or pass an object"
                        .formatted(
                                Settings.LISTENER,
                                given instanceof Class<?> named ? named.getName() : given,
                                problem)));
        if (cause != null) {
            wrong.initCause(cause);
        }
        return wrong;
    }
}
