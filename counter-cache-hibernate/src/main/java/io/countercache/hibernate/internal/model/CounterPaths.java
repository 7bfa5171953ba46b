package io.countercache.hibernate.internal.model;

import static java.util.Objects.requireNonNull;

import io.countercache.hibernate.internal.orm.Entities;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.metamodel.mapping.internal.ToOneAttributeMapping;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/** The paths to counters further up: their steps, and the order of the tables that they lead through. Immutable. */
public final class CounterPaths {

    private final Map<CounterDefinition, List<PathStep>> steps = new HashMap<>();
    private final TableOrder order;

    /**
     * One step of the path of a counter, from an entity that it has led to on to the next. Steps are the same if they are
     * those of the same counter.
     *
     * @param index which one of the path
     */
    public record PathStep(
            CounterDefinition counter,
            int index,
            EntityPersister entity,
            ToOneAttributeMapping toOne,
            EntityPersister target) {

        /** The to-one attribute that leads on. */
        public String attribute() {
            return counter.path().get(index);
        }

        /** The table that has the columns of this attribute. */
        public String table() {
            return toOne.getForeignKeyDescriptor().getKeyTable();
        }

        /** The columns of this attribute. */
        public List<String> columns() {
            List<String> columns = new ArrayList<>();
            toOne.getForeignKeyDescriptor()
                    .getKeyPart()
                    .forEachSelectable((index, column) -> columns.add(column.getSelectionExpression()));
            return columns;
        }

        /** Whether the column has the id of the row that is next; one that is only marked as deleted leads nowhere. */
        public boolean hasId() {
            return toOne.isReferenceToPrimaryKey() && columns().size() == 1 && entity.getSoftDeleteMapping() == null;
        }

        public boolean comesAfter(PathStep other) {
            return index > other.index && counter.equals(other.counter);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof PathStep step && index == step.index && counter.equals(step.counter);
        }

        @Override
        public int hashCode() {
            return 31 * counter.counter().hashCode() + index;
        }
    }

    CounterPaths(List<CounterDefinition> definitions, SessionFactoryImplementor factory) {
        Map<String, Set<String>> leads = new HashMap<>();
        for (CounterDefinition counter : definitions) {
            if (!counter.path().isEmpty()) {
                List<PathStep> path = resolve(counter, factory);
                steps.put(counter, path);
                for (int i = 0; i < path.size(); i++) {
                    leads.computeIfAbsent(path.get(i).table(), any -> new HashSet<>())
                            .add(i + 1 < path.size() ? path.get(i + 1).table() : counter.table());
                }
            }
        }
        order = new TableOrder(leads);
    }

    private static List<PathStep> resolve(CounterDefinition counter, SessionFactoryImplementor factory) {
        List<PathStep> path = new ArrayList<>();
        EntityPersister entity = first(counter, factory);
        for (String attribute : counter.path()) {
            WatchedAttribute tracked = WatchedAttribute.of(entity, attribute);
            EntityPersister target = requireNonNull(tracked.target());
            path.add(new PathStep(counter, path.size(), entity, (ToOneAttributeMapping) tracked.part(), target));
            entity = target;
        }
        return List.copyOf(path);
    }

    /** The entity of the row that a child is counted by, where the path begins. */
    private static EntityPersister first(CounterDefinition counter, SessionFactoryImplementor factory) {
        EntityPersister child = Entities.entity(counter.child(), factory);
        return switch (counter.counts()) {
            case CHILDREN ->
                requireNonNull(WatchedAttribute.of(child, counter.association()).target());
            case ELEMENTS -> child;
            case OWNERS -> requireNonNull(CountedCollections.element(counter, factory));
        };
    }

    /** The steps that lead from the row that a counter counts by to the row that has it. */
    public List<PathStep> steps(CounterDefinition counter) {
        return steps.getOrDefault(counter, List.of());
    }

    /** The step that follows; null after the last, which leads to the row that has the counter. */
    @Nullable
    public PathStep after(PathStep step) {
        List<PathStep> path = steps(step.counter());
        return step.index() + 1 < path.size() ? path.get(step.index() + 1) : null;
    }

    /** An entity that some path leads through in this table; null if none does. */
    @Nullable
    public EntityPersister entityIn(String table) {
        return steps.values().stream()
                .flatMap(List::stream)
                .filter(step -> step.table().equals(table))
                .findFirst()
                .map(PathStep::entity)
                .orElse(null);
    }

    public TableOrder order() {
        return order;
    }
}
