package io.countercache.hibernate.internal.check;

import io.countercache.hibernate.internal.model.CounterDefinition.Counts;
import io.countercache.hibernate.internal.orm.BootModel;
import io.countercache.hibernate.internal.orm.Past;
import io.countercache.hibernate.internal.support.Problems;
import java.beans.Introspector;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.hibernate.boot.Metadata;
import org.hibernate.mapping.Any;
import org.hibernate.mapping.Collection;
import org.hibernate.mapping.Component;
import org.hibernate.mapping.ManyToOne;
import org.hibernate.mapping.OneToMany;
import org.hibernate.mapping.PersistentClass;
import org.hibernate.mapping.Property;
import org.jspecify.annotations.Nullable;

/**
 * The path of a counter in the mapping: the entity at its end, or the reason why it cannot be followed.
 *
 * @param names the to-ones on the path; dots lead into embeddables
 * @param end the entity at the end of the path
 * @param problem what is wrong with the path, or null
 */
public record DeclaredPath(
        List<String> names, PersistentClass end, @Nullable String problem) {

    /**
     * Follows a path.
     *
     * @param start the entity that the path begins at
     * @param counts what is counted: on a path, rows of a collection are not followed like children
     */
    public static DeclaredPath follow(
            PersistentClass start, String path, Counts counts, Metadata metadata, OnDeleteRules rules) {
        List<String> names = new ArrayList<>();
        List<PersistentClass> entities = new ArrayList<>();
        PersistentClass entity = start;
        String name = "";
        for (String part : path.isEmpty() ? new String[0] : path.split("\\.", -1)) {
            name = name.isEmpty() ? part : name + "." + part;
            Property step = BootModel.find(entity, name);
            if (step != null && step.getValue() instanceof Component) {
                continue;
            }
            String problem = unfit(entity, name, step);
            if (problem != null || step == null) {
                return new DeclaredPath(names, entity, problem);
            }
            ManyToOne toOne = (ManyToOne) step.getValue();
            PersistentClass target = metadata.getEntityBinding(toOne.getReferencedEntityName());
            if (refersToSuperclass(toOne, target)) {
                String joined =
                        "'path': %s.%s refers to a column in the table of a superclass of %s, by which Hibernate cannot"
                                + " join: refer to its id";
                return new DeclaredPath(
                        names, entity, joined.formatted(entity.getJpaEntityName(), name, target.getJpaEntityName()));
            }
            names.add(name);
            entities.add(entity);
            entity = target;
            name = "";
        }
        return new DeclaredPath(
                names,
                entity,
                name.isEmpty() ? unseen(entities, names, counts, metadata, rules) : unfit(entity, name, null));
    }

    private static boolean refersToSuperclass(ManyToOne toOne, PersistentClass target) {
        String key = toOne.isReferenceToPrimaryKey() ? null : toOne.getReferencedPropertyName();
        return key != null
                && !target.getReferencedProperty(key).getValue().getTable().equals(target.getTable());
    }

    /** Why changes of rows on the path may be missed, or null. */
    private static @Nullable String unseen(
            List<PersistentClass> entities, List<String> names, Counts counts, Metadata metadata, OnDeleteRules rules) {
        for (int i = 0; i < names.size(); i++) {
            PersistentClass entity = entities.get(i);
            String name = names.get(i);
            boolean isLast = i == names.size() - 1;
            String problem = Problems.first(
                    // rows of a collection are not counted when their owner is deleted along with another row
                    () -> counts == Counts.CHILDREN
                            ? null
                            : rules.unseen(
                                    entity, rule -> isLast && rule.association().equals(name)),
                    () -> rules.uncountable(entity, name, isLast),
                    () -> ChildRowsCheck.shared(metadata, entity, name, Stream.of()));
            if (problem != null) {
                return "'path': " + problem;
            }
        }
        return null;
    }

    /** The names of the counter of a to-one that names none: the first that exists is taken. */
    public List<String> defaultNames(PersistentClass child, String association) {
        List<String> collections = end.getPropertyClosure().stream()
                .filter(property -> names.isEmpty()
                        && property.getValue() instanceof Collection collection
                        && association.equals(collection.getMappedByProperty())
                        && collection.getElement() instanceof OneToMany elements
                        && elements.getReferencedEntityName().equals(child.getEntityName()))
                .map(property -> property.getName() + "Count")
                .toList();
        return collections.size() == 1 ? collections : namesWithoutCollection(child);
    }

    /** The names of the counter of a to-one without an inverse collection. */
    public static List<String> namesWithoutCollection(PersistentClass child) {
        String entity = child.getJpaEntityName();
        // a nested class without a name of its own is called Outer$Nested
        String name = Introspector.decapitalize(entity.substring(entity.lastIndexOf('$') + 1));
        return List.of(name + "sCount", name + "Count");
    }

    /** Why a step of the path cannot be followed, or null. */
    private static @Nullable String unfit(PersistentClass entity, String attribute, @Nullable Property step) {
        String where = "'path': " + entity.getJpaEntityName();
        if (step != null && step.getValue() instanceof Any) {
            return "%s.%s is an @Any, which leads to rows of several entities: end the path before it"
                    .formatted(where, attribute);
        }
        if (step == null || !(step.getValue() instanceof ManyToOne toOne)) {
            List<String> toOnes = entity.getPropertyClosure().stream()
                    .filter(property -> property.getValue() instanceof ManyToOne)
                    .map(Property::getName)
                    .sorted()
                    .toList();
            return "%s has no to-one '%s': %s"
                    .formatted(
                            where,
                            attribute,
                            toOnes.isEmpty() ? "end the path before" : "name one of " + String.join(", ", toOnes));
        }
        if (step.getValue().hasFormula()) {
            return ChildRowsCheck.computed(where + "." + attribute);
        }
        if (!BootModel.isWritten(entity, attribute)) {
            return "%s.%s does not write its column: name the association that does".formatted(where, attribute);
        }
        // before Hibernate 7.1, a to-one in a table without a name is not a property of the join
        if (entity.getJoinClosure().stream().anyMatch(join -> join.getTable().equals(toOne.getTable()))) {
            return "%s.%s is in a separate table, where there may be no row to lock: map it by a column"
                    .formatted(where, attribute);
        }
        if (toOne.isIgnoreNotFound()) {
            return "%s.%s may refer to missing rows: remove @NotFound, and add a foreign key"
                    .formatted(where, attribute);
        }
        if (entity.getRootClass().getWhere() != null) {
            return "%s has a @SQLRestriction, which hides rows of the path: remove it".formatted(where);
        }
        if (BootModel.isInUnion(entity)) {
            return "%s is in a hierarchy with a table per class, which no path can lead through: map it with one table or joined ones"
                    .formatted(where);
        }
        return Problems.first(
                () -> ChildRowsCheck.readOnly(entity.getTable(), where),
                () -> ChildRowsCheck.withPast(Past.isKept(entity.getRootClass()), where),
                () -> ChildRowsCheck.hiddenIdentifier(entity));
    }
}
