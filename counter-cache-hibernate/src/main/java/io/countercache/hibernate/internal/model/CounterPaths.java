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

/** The paths of the counters that have one: their steps, and the order of the tables that they lead through. Immutable. */
public final class CounterPaths {

    private final Map<CounterDefinition, List<PathStep>> steps = new HashMap<>();
    private final TableOrder order;

    /**
     * One step of the path of a counter: a to-one that leads from a row on the path to the next row. Two steps are equal if
     * they are the same step of the same counter.
     *
     * @param index the number of the step in its path, from 0
     * @param target the entity of the next row
     */
    public record PathStep(
            CounterDefinition counter,
            int index,
            EntityPersister entity,
            ToOneAttributeMapping toOne,
            EntityPersister target) {

        /** The name of the to-one. */
        public String attribute() {
            return counter.path().get(index);
        }

        /** The table that has the columns of the to-one. */
        public String table() {
            return toOne.getForeignKeyDescriptor().getKeyTable();
        }

        /** The columns of the to-one. */
        public List<String> columns() {
            List<String> columns = new ArrayList<>();
            toOne.getForeignKeyDescriptor()
                    .getKeyPart()
                    .forEachSelectable((index, column) -> columns.add(column.getSelectionExpression()));
            return columns;
        }

        /** Whether the id of the next row can be read from the column; no step leads from a row that is marked as deleted. */
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
            WatchedAttribute toOne = WatchedAttribute.of(entity, attribute);
            EntityPersister target = requireNonNull(toOne.target());
            path.add(new PathStep(counter, path.size(), entity, (ToOneAttributeMapping) toOne.part(), target));
            entity = target;
        }
        return List.copyOf(path);
    }

    /** The entity of the row where the path begins: the one that the association of a child leads to. */
    private static EntityPersister first(CounterDefinition counter, SessionFactoryImplementor factory) {
        EntityPersister child = Entities.entity(counter.child(), factory);
        return switch (counter.counts()) {
            case CHILDREN ->
                requireNonNull(WatchedAttribute.of(child, counter.association()).target());
            case ELEMENTS -> child;
            case OWNERS -> requireNonNull(CountedCollections.element(counter, factory));
        };
    }

    /** The steps from the row that the association leads to, to the parent; none if that row is the parent. */
    public List<PathStep> steps(CounterDefinition counter) {
        return steps.getOrDefault(counter, List.of());
    }

    /** The next step; null after the last one, which leads to the parent. */
    @Nullable
    public PathStep after(PathStep step) {
        List<PathStep> path = steps(step.counter());
        return step.index() + 1 < path.size() ? path.get(step.index() + 1) : null;
    }

    /** An entity with rows in this table that a path leads through; null if there is none. */
    @Nullable
    public EntityPersister entityIn(String table) {
        return steps.values().stream()
                .flatMap(List::stream)
                .filter(step -> step.table().equals(table))
                .findFirst()
                .map(PathStep::entity)
                .orElse(null);
    }

    /** The order in which rows of different tables are locked. */
    public TableOrder order() {
        return order;
    }
}
