package io.countercache.hibernate.integration;

import static io.countercache.hibernate.support.SameSource.insert;
import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.Counter;
import io.countercache.CounterCache;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.SnakeCase;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import java.util.Objects;
import org.hibernate.SessionFactory;
import org.hibernate.boot.Metadata;
import org.hibernate.boot.registry.BootstrapServiceRegistryBuilder;
import org.hibernate.boot.spi.BootstrapContext;
import org.hibernate.cfg.Configuration;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.event.spi.EventType;
import org.hibernate.event.spi.PreInsertEvent;
import org.hibernate.integrator.spi.Integrator;
import org.hibernate.service.spi.SessionFactoryServiceRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Counters that have to be valid when their parent is inserted. In place of Bean Validation there is a listener that is
 * registered as that one is: before the library is built, to be called before every INSERT.
 */
class ValidatedParentsTest {

    @Entity(name = "Page")
    static class Page {
        @Id
        @GeneratedValue
        Long id;

        Integer linksCount; // @NotNull @PositiveOrZero

        @Counter
        Integer views; // @NotNull

        boolean isValid() {
            return Objects.requireNonNullElse(linksCount, -1) >= 0 && views != null;
        }
    }

    @Entity(name = "Link")
    static class Link {
        @Id
        @GeneratedValue
        Long id;

        @ManyToOne
        @CounterCache
        Page page;
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Page.class, Link.class);

    private static final class Validation implements Integrator {

        @Override
        public void integrate(Metadata metadata, BootstrapContext context, SessionFactoryImplementor factory) {
            factory.getEventEngine().getListenerRegistry().appendListeners(EventType.PRE_INSERT, Validation::validate);
        }

        @Override
        public void disintegrate(SessionFactoryImplementor factory, SessionFactoryServiceRegistry registry) {}

        private static boolean validate(PreInsertEvent event) {
            if (event.getEntity() instanceof Page page && !page.isValid()) {
                throw new IllegalStateException("not valid");
            }
            return false;
        }
    }

    private SessionFactory validating() {
        var registry = new BootstrapServiceRegistryBuilder()
                .applyIntegrator(new Validation())
                .build();
        Configuration configuration = new Configuration(registry)
                .addAnnotatedClass(Page.class)
                .addAnnotatedClass(Link.class)
                .setPhysicalNamingStrategy(new SnakeCase());
        configuration.getProperties().put("hibernate.connection.datasource", db.connections());
        return configuration.buildSessionFactory();
    }

    @Test
    void aCounterThatIsNullIsZeroBeforeItIsValidated() {
        try (SessionFactory factory = validating()) {
            Page page = new Page();
            page.linksCount = -5;
            factory.inTransaction(session -> {
                session.persist(new Page());
                session.persist(page);
                Link link = new Link();
                link.page = page;
                session.persist(link);
            });
            assertThat(page.linksCount).isEqualTo(1);
        }
        assertThat(db.number("select count(*) from page where links_count = 0 and views = 0"))
                .isEqualTo(1);
        assertThat(db.number("select count(*) from page where links_count = 1 and views = 0"))
                .isEqualTo(1);
    }

    @Test
    @SinceHibernate("7.2")
    void inAStatelessSessionToo() {
        try (SessionFactory factory = validating()) {
            factory.inStatelessTransaction(session -> insert(session, new Page()));
        }
        assertThat(db.number("select count(*) from page where links_count = 0 and views = 0"))
                .isEqualTo(1);
    }
}
