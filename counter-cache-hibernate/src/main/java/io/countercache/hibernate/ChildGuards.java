package io.countercache.hibernate;

import io.countercache.CounterDefinition;
import io.countercache.CounterDefinition.Counts;
import io.countercache.hibernate.CounterCacheSettings.StaleChildren;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.hibernate.boot.Metadata;
import org.hibernate.engine.OptimisticLockStyle;
import org.hibernate.mapping.JoinedSubclass;
import org.hibernate.mapping.ManyToOne;
import org.hibernate.mapping.PersistentClass;
import org.hibernate.mapping.Property;
import org.hibernate.mapping.RootClass;
import org.hibernate.mapping.ToOne;
import org.hibernate.mapping.UnionSubclass;

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
record ChildGuards(boolean trust, Set<String> compared, Set<String> readUnderLock, Set<String> readAtEveryUpdate) {

    /**
     * Decides, and has Hibernate guard what it can. To be called before the mapping is built into persisters.
     *
     * @param batched whether the application has asked for JDBC batches. Hibernate sends no statement of an entity that
     *     compares columns in a batch, not even an INSERT: it would lose more by that than by the reads
     */
    static ChildGuards decide(
            List<CounterDefinition> counters, Metadata metadata, StaleChildren setting, boolean batched) {
        ChildGuards guards =
                new ChildGuards(setting == StaleChildren.TRUST, new HashSet<>(), new HashSet<>(), new HashSet<>());
        if (guards.trust()) {
            return guards;
        }
        Map<RootClass, Set<Property>> counted = new HashMap<>();
        for (CounterDefinition counter : counters) {
            if (counter.counts() != Counts.CHILDREN) {
                continue; // rows of a collection are counted by what their statements hit
            }
            PersistentClass child = metadata.getEntityBinding(counter.child());
            counted.computeIfAbsent(child.getRootClass(), any -> new HashSet<>())
                    .add(child.getProperty(counter.association()));
        }
        boolean compare = setting == StaleChildren.CHECK && !batched;
        counted.forEach((child, associations) -> guards.guard(child, associations, compare));
        return guards;
    }

    private void guard(RootClass child, Set<Property> associations, boolean compare) {
        if (isGuarded(child, associations)) {
            return;
        }
        if (compare && canCheck(child, associations)) {
            compared.add(child.getEntityName());
            check(child, associations);
        } else {
            readUnderLock.add(child.getEntityName());
            writeOnlyWhatChanged(child);
        }
    }

    /** By a version, or by the application's own choice to compare columns. */
    private static boolean isGuarded(RootClass child, Set<Property> associations) {
        boolean compares = child.isVersioned() || child.getOptimisticLockStyle().isAllOrDirty();
        return compares
                && associations.stream().allMatch(Property::isOptimisticLocked)
                && !hidesDeletes(child)
                && !hasOwnSql(child);
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
                        .noneMatch(association -> association.getValue() instanceof ManyToOne toOne
                                && toOne.isIgnoreNotFound()) // null in memory is not null in the row
                && associations.stream()
                        .allMatch(
                                association -> association.getValue().getTable().equals(child.getTable()))
                && associations.stream().noneMatch(ChildGuards::mayBeUnloaded);
    }

    /** Hibernate fails to compare what it has not loaded: see {@link CounterModel.CountedAssociation#isUnknown}. */
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
            type.getProperties().forEach(property -> property.setOptimisticLocked(associations.contains(property)));
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
