package io.countercache.samples.benchmark;

import java.util.UUID;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.AvailableSettings;
import org.hibernate.cfg.Configuration;

/** A session factory whose database is in memory, where what the JVM does is measured. */
final class InMemory {

    private InMemory() {}

    static SessionFactory factory(Class<?>... entities) {
        return new Configuration()
                .addAnnotatedClasses(entities)
                .setProperty(AvailableSettings.JAKARTA_JDBC_URL, "jdbc:h2:mem:" + UUID.randomUUID())
                .setProperty(AvailableSettings.HBM2DDL_AUTO, "create")
                .buildSessionFactory();
    }
}
