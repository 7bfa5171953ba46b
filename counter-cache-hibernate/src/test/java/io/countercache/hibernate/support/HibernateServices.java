package io.countercache.hibernate.support;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.ConcurrentHashMap;
import org.hibernate.boot.registry.BootstrapServiceRegistry;
import org.hibernate.boot.registry.BootstrapServiceRegistryBuilder;
import org.hibernate.boot.registry.classloading.internal.ClassLoaderServiceImpl;

/**
 * What a session factory finds on the class path. Hibernate looks through all of it for each factory, which is a third of
 * the time that a factory takes; here that is done once. Each factory has instances of its own all the same.
 */
@SuppressWarnings("serial") // never serialized
public final class HibernateServices extends ClassLoaderServiceImpl {

    private static final Map<Class<?>, List<? extends ServiceLoader.Provider<?>>> FOUND = new ConcurrentHashMap<>();

    private final Map<Class<?>, Collection<?>> services = new ConcurrentHashMap<>();

    private HibernateServices() {}

    public static BootstrapServiceRegistry registry() {
        return new BootstrapServiceRegistryBuilder()
                .applyClassLoaderService(new HibernateServices())
                .build();
    }

    @Override
    @SuppressWarnings("unchecked")
    public <S> Collection<S> loadJavaServices(Class<S> contract) {
        return (Collection<S>) services.computeIfAbsent(contract, any -> instances(contract));
    }

    private static List<?> instances(Class<?> contract) {
        return FOUND.computeIfAbsent(contract, HibernateServices::providers).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
    }

    private static List<? extends ServiceLoader.Provider<?>> providers(Class<?> contract) {
        return ServiceLoader.load(contract).stream().toList();
    }
}
