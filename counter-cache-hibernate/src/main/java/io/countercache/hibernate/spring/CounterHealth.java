package io.countercache.hibernate.spring;

import io.countercache.hibernate.internal.boot.Installation;
import io.countercache.hibernate.internal.observe.Verified;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.hibernate.engine.spi.SessionFactoryImplementor;

/** What the health of an application says of its counters, without a query: what was found when they were looked at last. */
final class CounterHealth {

    private final BuiltFactories factories;
    private final String driftStatus;

    CounterHealth(BuiltFactories factories, CounterCacheProperties properties) {
        this.factories = factories;
        this.driftStatus = properties.getHealth().getDriftStatus();
    }

    /**
     * What was found in an entity.
     *
     * @param drifted how many rows are wrong now, as far as is known
     */
    record Found(Instant at, long drifted, int failures) {

        private static Found of(Verified verified) {
            return new Found(verified.at(), verified.repaired() ? 0 : verified.drifted(), verified.failures());
        }
    }

    /** By the name of the factory's bean and that of the entity; only what was looked at. */
    Map<String, Map<String, Found>> found() {
        Map<String, Map<String, Found>> found = new TreeMap<>();
        factories.built().forEach((name, factory) -> {
            Map<String, Found> entities = new TreeMap<>();
            for (Verified each : lastVerified(factory)) {
                entities.put(each.entity(), Found.of(each));
            }
            found.put(name, entities);
        });
        return found;
    }

    String status(Map<String, Map<String, Found>> found) {
        boolean isWrong = found.values().stream()
                .flatMap(entities -> entities.values().stream())
                .anyMatch(each -> each.drifted() > 0);
        return isWrong ? driftStatus : "UP";
    }

    private static Collection<Verified> lastVerified(SessionFactoryImplementor factory) {
        Installation installed = Installation.in(factory);
        return installed == null
                ? List.of()
                : installed.activity().lastVerified().values();
    }
}
