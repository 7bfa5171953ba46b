package io.countercache.hibernate.spring;

import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.spring.BackgroundRun.Operation;
import io.countercache.hibernate.spring.BackgroundRun.Run;
import io.countercache.hibernate.spring.DeclaredCounters.OfEntity;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;

/** Shows the counters of an application, and verifies or repairs them. Its JSON does not depend on how the application writes its own. */
@Endpoint(id = "countercaches")
final class CounterCachesEndpoint implements AutoCloseable {

    private final ListableBeanFactory beans;
    private final BackgroundRun runs = new BackgroundRun();

    CounterCachesEndpoint(ListableBeanFactory beans) {
        this.beans = beans;
    }

    /**
     * All counters.
     *
     * @param factories the entities that have counters, by their names, for each factory, by the name of its bean
     * @param run the run that is under way, or the last one
     */
    record All(
            Map<String, Map<String, OfEntity>> factories,
            @Nullable Run run) implements OperationResponseBody {}

    /**
     * The counters of an entity.
     *
     * @param factories its counters for each factory that has the entity
     */
    record One(Map<String, OfEntity> factories, @Nullable Run run) implements OperationResponseBody {}

    /**
     * What was asked for has begun, or not because of another run.
     *
     * @param run the run that is under way
     */
    record Begun(boolean begun, @Nullable Run run) implements OperationResponseBody {}

    @ReadOperation
    All counterCaches() {
        return new All(declared(), runs.last());
    }

    @ReadOperation
    @Nullable
    One counterCachesOf(@Selector String entity) {
        Map<String, OfEntity> found = new TreeMap<>();
        declared().forEach((factory, entities) -> {
            if (entities.containsKey(entity)) {
                found.put(factory, entities.get(entity));
            }
        });
        return found.isEmpty() ? null : new One(found, runs.last());
    }

    @WriteOperation
    Begun begin(@Selector Operation operation) {
        return begin(operation, null, BuiltFactories.all(beans));
    }

    @WriteOperation
    Begun beginOf(@Selector Operation operation, @Selector String entity) {
        Map<String, SessionFactoryImplementor> factories = BuiltFactories.all(beans);
        TreeSet<String> known = new TreeSet<>();
        factories
                .values()
                .forEach(factory ->
                        BackgroundRun.entities(factory, null).forEach(each -> known.add(Entities.name(each))));
        if (!known.contains(entity)) {
            String reason =
                    "%s has no counters of children: name one of %s".formatted(entity, String.join(", ", known));
            throw new InvalidEndpointRequestException(reason, reason); // the second is what the client and the log get
        }
        return begin(operation, entity, factories);
    }

    private Begun begin(
            Operation operation, @Nullable String entity, Map<String, SessionFactoryImplementor> factories) {
        boolean begun = runs.begin(operation, entity, factories);
        return new Begun(begun, runs.last());
    }

    private Map<String, Map<String, OfEntity>> declared() {
        Map<String, Map<String, OfEntity>> declared = new TreeMap<>();
        BuiltFactories.all(beans).forEach((name, factory) -> declared.put(name, DeclaredCounters.of(factory)));
        return declared;
    }

    /** Called by Spring when the application ends. */
    @Override
    public void close() {
        runs.close();
    }
}
