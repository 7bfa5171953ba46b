package io.countercache.samples.benchmark;

import io.countercache.hibernate.CounterCacheSettings;
import java.util.UUID;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.AvailableSettings;
import org.hibernate.cfg.Configuration;

/** A session factory whose database is in memory, where what the JVM does is measured. */
final class InMemory {

    /** More than a benchmark has threads. */
    private static final int CONNECTIONS = 40;

    private InMemory() {}

    static SessionFactory factory(Class<?>... entities) {
        return factory(true, entities);
    }

    /** @param counts whether the library is enabled */
    static SessionFactory factory(boolean counts, Class<?>... entities) {
        return new Configuration()
                .setProperty(CounterCacheSettings.ENABLED, counts)
                .addAnnotatedClasses(entities)
                .setProperty(AvailableSettings.JAKARTA_JDBC_URL, "jdbc:h2:mem:" + UUID.randomUUID())
                .setProperty(AvailableSettings.HBM2DDL_AUTO, "create")
                .setProperty(AvailableSettings.POOL_SIZE, CONNECTIONS)
                .buildSessionFactory();
    }
}
