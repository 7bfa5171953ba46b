package io.countercache.hibernate.spring;

import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.PersistenceException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.orm.jpa.AbstractEntityManagerFactoryBean;
import org.springframework.orm.jpa.EntityManagerFactoryInfo;

/**
 * The session factories of an application, by the names of their beans. It hears of each when it is built, whenever that is: it starts
 * none, and keeps nobody waiting for one that is built in the background. Thread-safe.
 */
final class BuiltFactories implements BeanPostProcessor {

    private final Map<String, SessionFactoryImplementor> built = new ConcurrentSkipListMap<>();
    private final List<Hearer> hearers = new CopyOnWriteArrayList<>();
    /** The names of beans that make a factory, which is a bean of the same name. */
    private final Set<String> sources = ConcurrentHashMap.newKeySet();

    /** @param told the factories that it has heard of: one may be a bean under two names, or built while somebody asks for all */
    private record Hearer(BiConsumer<String, SessionFactoryImplementor> work, Set<SessionFactoryImplementor> told) {

        private void hear(String name, SessionFactoryImplementor factory) {
            if (told.add(factory)) {
                work.accept(name, factory);
            }
        }
    }

    /** Does something once with each factory of Hibernate: with those that are built now, and with others when they are. */
    void each(BiConsumer<String, SessionFactoryImplementor> work) {
        Hearer hearer = new Hearer(work, ConcurrentHashMap.newKeySet());
        hearers.add(hearer);
        built.forEach(hearer::hear);
    }

    /** Those that are built now. */
    Map<String, SessionFactoryImplementor> built() {
        return Map.copyOf(built);
    }

    /** All of Hibernate's, which are built now if they are not yet. */
    static Map<String, SessionFactoryImplementor> all(ListableBeanFactory beans) {
        Map<String, SessionFactoryImplementor> all = new TreeMap<>();
        BeanFactoryUtils.beansOfTypeIncludingAncestors(beans, EntityManagerFactory.class)
                .forEach((name, factory) -> {
                    SessionFactoryImplementor hibernate = unwrap(factory);
                    if (hibernate != null && !all.containsValue(hibernate)) {
                        all.put(name, hibernate);
                    }
                });
        return all;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String name) {
        if (bean instanceof AbstractEntityManagerFactoryBean source) {
            sources.add(name);
            AsyncTaskExecutor background = source.getBootstrapExecutor();
            if (background == null) {
                add(name, source);
            } else {
                background.execute(() -> add(name, source)); // behind the task that builds it
            }
        } else if (bean instanceof EntityManagerFactory factory && !sources.contains(name)) {
            add(name, factory);
        }
        return bean;
    }

    private void add(String name, EntityManagerFactoryInfo source) {
        EntityManagerFactory factory;
        try {
            factory = source.getNativeEntityManagerFactory();
        } catch (IllegalStateException | PersistenceException e) {
            return; // it could not be built: whoever uses it is told why
        }
        add(name, factory);
    }

    private void add(String name, EntityManagerFactory factory) {
        SessionFactoryImplementor hibernate = unwrap(factory);
        if (hibernate != null) {
            built.put(name, hibernate);
            hearers.forEach(hearer -> hearer.hear(name, hibernate));
        }
    }

    private static @Nullable SessionFactoryImplementor unwrap(EntityManagerFactory factory) {
        try {
            return factory.unwrap(SessionFactoryImplementor.class);
        } catch (RuntimeException e) {
            return null; // not one of Hibernate's: each says so in its own way
        }
    }
}
