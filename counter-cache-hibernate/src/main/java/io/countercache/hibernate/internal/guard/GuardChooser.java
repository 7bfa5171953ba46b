package io.countercache.hibernate.internal.guard;

import static java.util.Objects.requireNonNull;

import io.countercache.hibernate.internal.condition.Condition;
import io.countercache.hibernate.internal.entity.ChildGuards;
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
 * Decides how each counted child is protected when two transactions move or delete it at the same time. Each of them would take it from
 * the parent that it has loaded, and only one of them can be right.
 *
 * <p>A {@code @Version} is protection enough. Without one, Hibernate can compare the parent in the WHERE of the statement, which
 * costs no additional statement, and fails if the other transaction was faster. Where that is impossible or not wanted, the
 * parent is read under a row lock before the statement.
 */
public final class GuardChooser {

    /** The decision. Its sets grow until the session factory is built. */
    private final ChildGuards guards;

    private GuardChooser(boolean trust) {
        this.guards = new ChildGuards(trust, new HashSet<>(), new HashSet<>(), new HashSet<>());
    }

    /**
     * Decides, and changes the mapping so that Hibernate compares the parent where it can. To be called before Hibernate builds
     * persisters from the mapping.
     *
     * @param batched whether the application has asked for JDBC batches. Hibernate batches no UPDATE of an entity whose columns
     *     it compares, whatever the UPDATE changes, and that would cost such an application more than reading the parents
     */
    public static GuardChooser decide(
            List<CounterDefinition> counters, Metadata metadata, StaleChildren setting, boolean batched) {
        GuardChooser chooser = new GuardChooser(setting == StaleChildren.TRUST);
        if (chooser.guards.trust()) {
            return chooser;
        }
        Map<RootClass, Watched> watched = new HashMap<>();
        for (CounterDefinition counter : counters) {
            watch(counter, metadata, watched);
        }
        boolean compare = setting == StaleChildren.CHECK && !batched;
        watched.forEach((child, attributes) -> chooser.guard(child, attributes, compare));
        return chooser;
    }

    public ChildGuards guards() {
        return guards;
    }

    /** Has Hibernate batch INSERTs of entities whose columns it compares, as it did before this class changed their mapping. */
    public void batchInserts(SessionFactoryImplementor factory) {
        factory.getMappingMetamodel().forEachEntityDescriptor(entity -> {
            if (guards.compared().contains(entity.getRootEntityName())) {
                BatchedInserts.install(entity);
            }
        });
    }

    /**
     * What counters look at of an entity.
     *
     * @param associations to-ones, or the embeddables that contain them
     * @param together whether what an UPDATE of one attribute moves depends on another one, which another transaction may
     *     have changed meanwhile
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
        // attributes of the identifier are not among these, but they never change
        Set<Property> associations = entity.getPropertyClosure().stream()
                .filter(property -> property.getName().equals(attribute))
                .collect(Collectors.toSet());
        watched.merge(entity.getRootClass(), new Watched(associations, together), Watched::and);
    }

    /**
     * Protects children whose counters look at an attribute that the version does not cover. To be called once the conditions of
     * the counters are read, which name these attributes.
     */
    public void guardConditions(CounterModel model, SessionFactoryImplementor factory) {
        for (CounterDefinition counter : model.definitions()) {
            EntityPersister child = Entities.entity(counter.child(), factory);
            Condition condition = model.condition(counter);
            if (guards.trust() || condition == null || guards.readUnderLock().contains(child.getRootEntityName())) {
                continue;
            }
            if (Stream.concat(condition.attributes().stream(), Stream.of(counter.sum()))
                    .filter(attribute -> !attribute.isEmpty())
                    .map(attribute -> WatchedAttribute.of(child, attribute).property())
                    .anyMatch(property -> property >= 0 && !child.getPropertyVersionability()[property])) {
                guards.readUnderLock().add(child.getRootEntityName());
                guards.readAtEveryUpdate().add(child.getRootEntityName()); // an UPDATE may write all columns
            }
        }
    }

    /**
     * Protects children of which the database sets an attribute of a condition to null by itself. That increases no version, so
     * even within one transaction the session does not know about it.
     */
    public void guardSetToNull(
            CounterModel model, BiPredicate<EntityPersister, String> isSetToNull, SessionFactoryImplementor factory) {
        for (CounterDefinition counter : model.definitions()) {
            EntityPersister child = Entities.entity(counter.child(), factory);
            Condition condition = model.condition(counter);
            if (condition != null
                    && condition.attributes().stream().anyMatch(attribute -> isSetToNull.test(child, attribute))) {
                guards.readUnderLock().add(child.getRootEntityName());
            }
        }
    }

    private void guard(RootClass child, Watched watched, boolean compare) {
        Set<Property> associations = watched.associations();
        if (isGuarded(child, watched)) {
            return;
        }
        if (compare && !watched.together() && canCompare(child, associations)) {
            guards.compared().add(child.getEntityName());
            compare(child, associations);
        } else {
            guards.readUnderLock().add(child.getEntityName());
            writeOnlyWhatChanged(child);
        }
    }

    /** Whether the mapping protects a child already: by a version, or because the application has Hibernate compare columns. */
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

    /** Whether an association is an @Any, which has two columns: Hibernate may compare only one of them. */
    private static boolean hasAny(Value value) {
        return value instanceof Any
                || (value instanceof Component embedded
                        && embedded.getProperties().stream().anyMatch(part -> hasAny(part.getValue())));
    }

    /** Whether rows are only marked as deleted. That changes neither the version nor the parent, so such a row can still be moved. */
    private static boolean hidesDeletes(RootClass child) {
        return child.getSoftDeleteColumn() != null;
    }

    /** Whether the application's own SQL updates or deletes rows: nobody knows what that compares, or whether it deletes. */
    private static boolean hasOwnSql(RootClass child) {
        return withSubclasses(child).anyMatch(type -> type.getCustomSQLDelete() != null) || hasOwnUpdate(child);
    }

    private static boolean hasOwnUpdate(RootClass child) {
        return withSubclasses(child).anyMatch(type -> type.getCustomSQLUpdate() != null);
    }

    private static Stream<PersistentClass> withSubclasses(RootClass child) {
        return Stream.concat(Stream.of(child), child.getSubclasses().stream());
    }

    /** Whether Hibernate can compare the parent: only in the table of the entity, and only what it has loaded. */
    private static boolean canCompare(RootClass child, Set<Property> associations) {
        return !child.isVersioned()
                && child.getOptimisticLockStyle() == OptimisticLockStyle.VERSION
                && !hidesDeletes(child)
                && !hasOwnSql(child)
                && child.getSubclasses().stream()
                        .noneMatch(subclass -> subclass instanceof JoinedSubclass || subclass instanceof UnionSubclass)
                && associations.stream()
                        .allMatch(association -> association.getValue() instanceof ManyToOne toOne
                                && !mayBeHidden(toOne)) // null in memory need not be null in the row
                && associations.stream()
                        .allMatch(
                                association -> association.getValue().getTable().equals(child.getTable()))
                && associations.stream().noneMatch(GuardChooser::mayBeUnloaded);
    }

    private static boolean mayBeHidden(ManyToOne toOne) {
        PersistentClass target = toOne.getMetadata().getEntityBinding(toOne.getReferencedEntityName());
        return toOne.isIgnoreNotFound() || target.getRootClass().getSoftDeleteColumn() != null;
    }

    /** Whether the parent may not be loaded, so that Hibernate could not compare it: see {@link WatchedAttribute#UNKNOWN}. */
    private static boolean mayBeUnloaded(Property association) {
        return association.getValue() instanceof ToOne toOne && toOne.isLazy() && !toOne.isReferenceToPrimaryKey();
    }

    /**
     * Has Hibernate compare the parent, and nothing else. With this style an UPDATE compares those columns that it changes, and a
     * DELETE compares all, but each only columns of attributes that take part in optimistic locking. These are only the
     * associations, so that a move and a delete compare the parent, and every other change stays as it was.
     */
    private static void compare(RootClass child, Set<Property> associations) {
        child.setOptimisticLockStyle(OptimisticLockStyle.DIRTY);
        withSubclasses(child).forEach(type -> {
            type.setDynamicUpdate(true);
            type.getProperties().stream()
                    .filter(property ->
                            !(property.getValue() instanceof Collection)) // a collection has no column in the row
                    .forEach(property -> property.setOptimisticLocked(associations.contains(property)));
        });
    }

    /**
     * By default Hibernate's UPDATE of one attribute also writes all others as they were loaded, the parent among them: it would
     * move a child back that another transaction has moved meanwhile, and nobody would count that.
     */
    private void writeOnlyWhatChanged(RootClass child) {
        if (hasOwnUpdate(child)) {
            guards.readAtEveryUpdate().add(child.getEntityName()); // that SQL has a parameter for every column
        } else {
            withSubclasses(child).forEach(type -> type.setDynamicUpdate(true));
        }
    }
}
