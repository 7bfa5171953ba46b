package io.countercache.hibernate.support;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.CounterMappingException;
import java.util.List;
import org.hibernate.cfg.Configuration;

/** Builds session factories that are not used. Sends no SQL. */
public final class Boot {

    private Boot() {}

    public static void build(Class<?>... entities) {
        Configuration configuration = new Configuration(HibernateServices.registry())
                .setProperty("hibernate.connection.url", "jdbc:h2:mem:none")
                .setProperty("hibernate.flush.queue.type", "legacy"); // what Hibernate 8 needs for some collections
        List.of(entities).forEach(configuration::addAnnotatedClass);
        configuration.buildSessionFactory().close();
    }

    /** Verifies that this is what is wrong with these entities, and nothing else. */
    public static void refused(String problem, Class<?>... entities) {
        refused(List.of(entities), problem);
    }

    /** The same for several problems, in this order. */
    public static void refused(List<Class<?>> entities, String... problems) {
        assertThatThrownBy(() -> build(entities.toArray(Class<?>[]::new)))
                .isInstanceOf(CounterMappingException.class)
                .hasMessage("Cannot start: %d wrong counter declaration%s\n  - %s"
                        .formatted(problems.length, problems.length == 1 ? "" : "s", String.join("\n  - ", problems)));
    }
}
