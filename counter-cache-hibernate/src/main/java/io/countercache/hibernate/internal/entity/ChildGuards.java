package io.countercache.hibernate.internal.entity;

import static java.util.Objects.requireNonNull;

import io.countercache.hibernate.internal.condition.Condition;
import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.CounterDefinition.Counts;
import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.model.WatchedAttribute;
import io.countercache.hibernate.internal.orm.BootModel;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.support.Settings.StaleChildren;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.hibernate.boot.Metadata;
import org.hibernate.engine.OptimisticLockStyle;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.mapping.Any;
import org.hibernate.mapping.Collection;
import org.hibernate.mapping.Component;
import org.hibernate.mapping.JoinedSubclass;
import org.hibernate.mapping.ManyToOne;
import org.hibernate.mapping.PersistentClass;
import org.hibernate.mapping.Property;
import org.hibernate.mapping.RootClass;
import org.hibernate.mapping.ToOne;
import org.hibernate.mapping.UnionSubclass;
import org.hibernate.mapping.Value;
import org.hibernate.persister.entity.EntityPersister;

/**
 * What guards each counted child against two transactions that move or delete it at once. A version guards by itself.
 * Without one Hibernate can name the parent in the WHERE of the statement, which costs none and fails where the other
 * transaction was faster. Where it cannot, or is not to, the parent has to be read under a row lock first.
 *
 * @param trust whether nothing guards, because the application says so
 * @param compared root entities of which Hibernate names the parent, because this library has it do so
 * @param readUnderLock root entities whose parents are read under a lock before a move or a delete
 * @param readAtEveryUpdate those of them of which even a change of another attribute writes the association
 */
public record ChildGuards(
        boolean trust, Set<String> compared, Set<String> readUnderLock, Set<String> readAtEveryUpdate) {

    /**
     * Decides, and has Hibernate guard what it can. To be called before the mapping is built into persisters.
     *
     * @param batched whether the application has asked for JDBC batches. Hibernate sends no UPDATE of an entity that
     *     compares columns in a batch, whatever it changes: it would lose more by that than by the reads
     */
    public static ChildGuards decide(
            List<CounterDefinition> counters, Metadata metadata, StaleChildren setting, boolean batched) {
        ChildGuards guards =
                new ChildGuards(setting == StaleChildren.TRUST, new HashSet<>(), new HashSet<>(), new HashSet<>());
        if (guards.trust()) {
            return guards;
        }
        Map<RootClass, Watched> watched = new HashMap<>();
        for (CounterDefinition counter : counters) {
            watch(counter, metadata, watched);
        }
        boolean compare = setting == StaleChildren.CHECK && !batched;
        watched.forEach((child, attributes) -> guards.guard(child, attributes, compare));
        return guards;
    }

    /** Has what is only inserted be batched as before, though its columns are compared. */
    public void batchInserts(SessionFactoryImplementor factory) {
        factory.getMappingMetamodel().forEachEntityDescriptor(entity -> {
            if (compared.contains(entity.getRootEntityName())) {
                BatchedInserts.install(entity);
            }
        });
    }

    /**
     * What counters look at of an entity.
     *
     * @param associations to-ones, or the embeddables that they are in
     * @param together whether an UPDATE of one attribute counts by the value of another, which may have changed meanwhile
     */
    private record Watched(Set<Property> associations, boolean together) {

        Watched and(Watched other) {
            Set<Property> both = new HashSet<>(associations);
            both.addAll(other.associations);
            return new Watched(both, together || other.together);
        }
    }

    private static void watch(CounterDefinition counter, Metadata metadata, Map<RootClass, Watched> watched) {
        PersistentClass child = metadata.getEntityBinding(counter.child());
        if (counter.counts() == Counts.CHILDREN) {
            boolean together = !counter.where().isEmpty() || !counter.sum().isEmpty();
            watch(child, counter.association(), together, watched);
        }
        if (counter.path().isEmpty()) {
            return;
        }
        Value association =
                requireNonNull(BootModel.find(child, counter.association())).getValue();
        PersistentClass start = switch (counter.counts()) {
            case CHILDREN -> target(association, metadata);
            case ELEMENTS -> child;
            case OWNERS -> target(((Collection) association).getElement(), metadata);
        };
        for (String attribute : counter.path()) {
            watch(start, attribute, false, watched);
            Property step = requireNonNull(BootModel.find(start, attribute));
            start = target(step.getValue(), metadata);
        }
    }

    private static PersistentClass target(Value association, Metadata metadata) {
        return requireNonNull(BootModel.target(association, metadata));
    }

    private static void watch(PersistentClass entity, String path, boolean together, Map<RootClass, Watched> watched) {
        String attribute = path.contains(".") ? path.substring(0, path.indexOf('.')) : path;
        // a part of the identifier is none of these, and never changes
        Set<Property> associations = entity.getPropertyClosure().stream()
                .filter(property -> property.getName().equals(attribute))
                .collect(Collectors.toSet());
        watched.merge(entity.getRootClass(), new Watched(associations, together), Watched::and);
    }

    /**
     * Guards what only the conditions tell, once they are read: an attribute that neither the version nor a comparison
     * covers.
     */
    public void guardConditions(
            List<CounterDefinition> counters, CounterModel model, SessionFactoryImplementor factory) {
        for (CounterDefinition counter : counters) {
            EntityPersister child = Entities.entity(counter.child(), factory);
            Condition condition = model.condition(counter);
            if (trust || condition == null || readUnderLock.contains(child.getRootEntityName())) {
                continue;
            }
            if (Stream.concat(condition.attributes().stream(), Stream.of(counter.sum()))
                    .filter(attribute -> !attribute.isEmpty())
                    .map(attribute -> WatchedAttribute.of(child, attribute).property())
                    .anyMatch(property -> property >= 0 && !child.getPropertyVersionability()[property])) {
                readUnderLock.add(child.getRootEntityName());
                readAtEveryUpdate.add(child.getRootEntityName()); // whether it writes all columns is not known
            }
        }
    }

    /** Guards what the database sets to null by itself, which moves no version: of one transaction alone, too. */
    public void guardLost(
            List<CounterDefinition> counters,
            CounterModel model,
            BiPredicate<EntityPersister, String> isLost,
            SessionFactoryImplementor factory) {
        for (CounterDefinition counter : counters) {
            EntityPersister child = Entities.entity(counter.child(), factory);
            Condition condition = model.condition(counter);
            if (condition != null
                    && condition.attributes().stream().anyMatch(attribute -> isLost.test(child, attribute))) {
                readUnderLock.add(child.getRootEntityName());
            }
        }
    }

    private void guard(RootClass child, Watched watched, boolean compare) {
        Set<Property> associations = watched.associations();
        if (isGuarded(child, watched)) {
            return;
        }
        if (compare && !watched.together() && canCheck(child, associations)) {
            compared.add(child.getEntityName());
            check(child, associations);
        } else {
            readUnderLock.add(child.getEntityName());
            writeOnlyWhatChanged(child);
        }
    }

    /** By a version, or by the application's own choice to compare columns. */
    private static boolean isGuarded(RootClass child, Watched watched) {
        boolean comparesWhatChanges =
                child.getOptimisticLockStyle() == OptimisticLockStyle.DIRTY && !watched.together();
        boolean compares = (child.getOptimisticLockStyle() == OptimisticLockStyle.ALL || comparesWhatChanges)
                && watched.associations().stream().noneMatch(association -> hasAny(association.getValue()));
        boolean versioned = child.isVersioned() && child.getOptimisticLockStyle() == OptimisticLockStyle.VERSION;
        return (versioned || compares)
                && watched.associations().stream().allMatch(Property::isOptimisticLocked)
                && !hidesDeletes(child)
                && !hasOwnSql(child);
    }

    /** Which is two columns, and of these Hibernate need not compare both. */
    private static boolean hasAny(Value value) {
        return value instanceof Any
                || (value instanceof Component embedded
                        && embedded.getProperties().stream().anyMatch(part -> hasAny(part.getValue())));
    }

    /** A row that is only marked as deleted can still be moved: neither its version nor its parent has changed. */
    private static boolean hidesDeletes(RootClass child) {
        return child.getSoftDeleteColumn() != null;
    }

    /** What the application's own SQL compares, marks or checks is not known. */
    private static boolean hasOwnSql(RootClass child) {
        return withSubclasses(child).anyMatch(type -> type.getCustomSQLDelete() != null) || hasOwnUpdate(child);
    }

    private static boolean hasOwnUpdate(RootClass child) {
        return withSubclasses(child).anyMatch(type -> type.getCustomSQLUpdate() != null);
    }

    private static Stream<PersistentClass> withSubclasses(RootClass child) {
        return Stream.concat(Stream.of(child), child.getSubclasses().stream());
    }

    /** Hibernate compares columns of entities in one table; that of another table it would not see. */
    private static boolean canCheck(RootClass child, Set<Property> associations) {
        return !child.isVersioned()
                && child.getOptimisticLockStyle() == OptimisticLockStyle.VERSION
                && !hidesDeletes(child)
                && !hasOwnSql(child)
                && child.getSubclasses().stream()
                        .noneMatch(subclass -> subclass instanceof JoinedSubclass || subclass instanceof UnionSubclass)
                && associations.stream()
                        .allMatch(association -> association.getValue() instanceof ManyToOne toOne
                                && !mayBeHidden(toOne)) // null in memory is not null in the row
                && associations.stream()
                        .allMatch(
                                association -> association.getValue().getTable().equals(child.getTable()))
                && associations.stream().noneMatch(ChildGuards::mayBeUnloaded);
    }

    private static boolean mayBeHidden(ManyToOne toOne) {
        PersistentClass target = toOne.getMetadata().getEntityBinding(toOne.getReferencedEntityName());
        return toOne.isIgnoreNotFound() || target.getRootClass().getSoftDeleteColumn() != null;
    }

    /** Hibernate fails to compare what it has not loaded: see {@link WatchedAttribute#UNKNOWN}. */
    private static boolean mayBeUnloaded(Property association) {
        return association.getValue() instanceof ToOne toOne && toOne.isLazy() && !toOne.isReferenceToPrimaryKey();
    }

    /**
     * An UPDATE compares the columns that it changes, a DELETE all, where a column is one of those to compare: so only a
     * move and a delete compare anything, and all other changes go on as before.
     */
    private static void check(RootClass child, Set<Property> associations) {
        child.setOptimisticLockStyle(OptimisticLockStyle.DIRTY);
        withSubclasses(child).forEach(type -> {
            type.setDynamicUpdate(true);
            type.getProperties().stream()
                    .filter(property -> !(property.getValue() instanceof Collection)) // which is no column of the row
                    .forEach(property -> property.setOptimisticLocked(associations.contains(property)));
        });
    }

    /**
     * Hibernate's UPDATE of one attribute writes all others as they were loaded, the parent among them: a child that
     * another transaction has moved meanwhile would go back, and nobody would have counted that.
     */
    private void writeOnlyWhatChanged(RootClass child) {
        if (hasOwnUpdate(child)) {
            readAtEveryUpdate.add(child.getEntityName()); // it has all columns, and so a parameter for each
        } else {
            withSubclasses(child).forEach(type -> type.setDynamicUpdate(true));
        }
    }
}
