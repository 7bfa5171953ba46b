package io.countercache.hibernate.internal.declaration;

import static java.util.Objects.requireNonNull;

import io.countercache.CounterCache;
import io.countercache.hibernate.internal.check.AnyDeclaration;
import io.countercache.hibernate.internal.check.ChildRowsCheck;
import io.countercache.hibernate.internal.check.CollectionDeclaration;
import io.countercache.hibernate.internal.check.CounterAttribute;
import io.countercache.hibernate.internal.check.DeclaredPath;
import io.countercache.hibernate.internal.check.SizeDeclaration;
import io.countercache.hibernate.internal.check.SummedAttribute;
import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.CounterDefinition.Counts;
import io.countercache.hibernate.internal.orm.BootModel;
import io.countercache.hibernate.internal.support.Problems;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.hibernate.mapping.Any;
import org.hibernate.mapping.Collection;
import org.hibernate.mapping.ManyToOne;
import org.hibernate.mapping.OneToMany;
import org.hibernate.mapping.PersistentClass;
import org.hibernate.mapping.Property;
import org.hibernate.mapping.ToOne;
import org.hibernate.mapping.Value;
import org.jspecify.annotations.Nullable;

/**
 * Resolves one {@code @CounterCache}: to the counter that it declares, or to the reason why it cannot be counted. All methods
 * that return a text return that reason, or null.
 */
final class AssociationReader {

    private final DeclaredMapping mapping;
    private final FoundCounters found;
    private final Place place;
    private final CounterCache annotation;

    AssociationReader(DeclaredMapping mapping, FoundCounters found, Place place, CounterCache annotation) {
        this.mapping = mapping;
        this.found = found;
        this.place = place;
        this.annotation = annotation;
    }

    void read() {
        report(resolve());
    }

    private void report(@Nullable String problem) {
        if (problem != null) {
            found.problem(place, problem);
        }
    }

    private @Nullable String resolve() {
        if (!annotation.sum().isEmpty() && annotation.value().isEmpty()) {
            return "'sum' needs a 'value', for the default names are those of numbers of rows: name the counter of the total";
        }
        Property property = BootModel.find(place.entity(), place.attribute());
        Value value = property == null ? null : property.getValue();
        if (value == null) {
            return "is not a persistent attribute: put @CounterCache on an association";
        }
        if (value instanceof ManyToOne toOne) {
            return toOne(mapping.metadata().getEntityBinding(toOne.getReferencedEntityName()));
        }
        if (value instanceof Any any) {
            return any(new AnyDeclaration(place.entity(), place.attribute(), any, mapping.metadata()));
        }
        if (value instanceof Collection collection) {
            return collection(collection);
        }
        return value instanceof ToOne
                ? "is the other side of a @OneToOne: put @CounterCache on the side with the column"
                : "is not an association: put @CounterCache on a @ManyToOne or on a collection";
    }

    private @Nullable String toOne(PersistentClass target) {
        DeclaredPath path = path(target, Counts.CHILDREN);
        List<String> names = annotation.value().isEmpty()
                ? path.defaultNames(place.entity(), place.attribute())
                : List.of(annotation.value());
        return children(path, names, place.entity(), place.attribute());
    }

    private @Nullable String any(AnyDeclaration any) {
        String uncountable = any.uncountable(annotation);
        if (uncountable != null) {
            return uncountable;
        }
        List<String> names = annotation.value().isEmpty()
                ? DeclaredPath.namesWithoutCollection(place.entity())
                : List.of(annotation.value());
        for (PersistentClass parent : any.parents(names)) {
            DeclaredPath none = DeclaredPath.follow(parent, "", Counts.CHILDREN, mapping.metadata(), mapping.deletes());
            report(children(none, names, place.entity(), place.attribute())); // each parent may have a problem
        }
        return null;
    }

    private @Nullable String collection(Collection collection) {
        List<String> names = List.of(annotation.value().isEmpty() ? place.attribute() + "Count" : annotation.value());
        CollectionDeclaration rows = CollectionDeclaration.read(
                place.entity(),
                place.attribute(),
                collection,
                mapping.metadata(),
                mapping.deletes(),
                mapping.isChanged());
        if (rows == null) {
            return inverse(collection, names);
        }
        String uncountable = rows.uncountable(annotation);
        return uncountable != null
                ? uncountable
                : declare(path(rows.parent(), rows.counts()), names, rows.owner(), rows.association(), rows.counts());
    }

    /** A collection that is mapped by a to-one of its elements: this to-one is counted. */
    private @Nullable String inverse(Collection collection, List<String> names) {
        String mappedBy = collection.getMappedByProperty();
        if (!(collection.getElement() instanceof OneToMany elements)) {
            return mappedBy == null
                    ? "does not write its rows: put @CounterCache on the collection that does"
                    : "is not an association: put @CounterCache on a @ManyToOne or on a collection";
        }
        PersistentClass child = mapping.metadata().getEntityBinding(elements.getReferencedEntityName());
        String association = mappedBy == null ? ofKey(collection, child) : mappedBy;
        if (association == null) {
            return "does not write its rows, and %s has no to-one with its column: map one, and put @CounterCache on it"
                    .formatted(child.getJpaEntityName());
        }
        Property property = BootModel.find(child, association);
        if (property == null
                || !(property.getValue() instanceof ManyToOne toOne)
                || !toOne.getReferencedEntityName().equals(place.entity().getEntityName())) {
            return "is mapped by %s.%s, which does not lead to %s: put @CounterCache on that association"
                    .formatted(
                            child.getJpaEntityName(),
                            association,
                            place.entity().getJpaEntityName());
        }
        if (collection.getWhere() != null) {
            return "has a @SQLRestriction, but rows that it hides would be counted: put @CounterCache with a 'where' on the association";
        }
        return children(path(place.entity(), Counts.CHILDREN), names, child, association);
    }

    /** The to-one that writes the key of an inverse collection which does not name it, as in an hbm.xml file; null if none does. */
    private static @Nullable String ofKey(Collection collection, PersistentClass child) {
        return BootModel.writing(child).entrySet().stream()
                .filter(each -> each.getValue().getValue() instanceof ManyToOne toOne
                        && BootModel.columns(toOne).equals(BootModel.columns(collection.getKey())))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(null);
    }

    private DeclaredPath path(PersistentClass start, Counts counts) {
        return DeclaredPath.follow(start, annotation.path(), counts, mapping.metadata(), mapping.deletes());
    }

    /** Declares a counter of children that refer to their parent by a to-one. */
    private @Nullable String children(
            DeclaredPath path, List<String> names, PersistentClass child, String association) {
        if (path.problem() != null) {
            return path.problem();
        }
        Property reference = BootModel.find(child, association);
        if (reference != null && reference.getValue().hasFormula()) {
            return ChildRowsCheck.computed(child.getJpaEntityName() + "." + association);
        }
        if (!BootModel.isWritten(child, association)) {
            return "%s.%s does not write its column: count the association that does"
                    .formatted(child.getJpaEntityName(), association);
        }
        if (BootModel.isLeftOut(child, association)) {
            return "%s.%s is in a @JoinTable without a name, whose rows this version of Hibernate does not write: give it a name"
                    .formatted(child.getJpaEntityName(), association);
        }
        String uncountable = ChildRowsCheck.uncountable(
                mapping.metadata(), mapping.deletes(), path.end(), child, association, annotation);
        return uncountable != null ? uncountable : declare(path, names, child, association, Counts.CHILDREN);
    }

    /** @param names of the counter: the first that exists is taken */
    private @Nullable String declare(
            DeclaredPath path, List<String> names, PersistentClass child, String association, Counts counts) {
        PersistentClass parent = path.end();
        String uncountable =
                Problems.first(path::problem, () -> DeclaredMapping.unfit(child), () -> DeclaredMapping.unfit(parent));
        if (uncountable != null) {
            return uncountable;
        }
        Property counter = names.stream()
                .map(name -> BootModel.own(parent, name))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
        if (counter == null) {
            return CounterAttribute.missing(parent, names);
        }
        String unfit = Problems.first(
                () -> unfit(child, parent, counter),
                () -> untouchable(parent, counter),
                () -> mapping.unfitForSlots(annotation.slots(), parent, counter, annotation.touch().length > 0),
                () -> CounterAttribute.overwritten(mapping.metadata(), parent, counter));
        if (unfit != null) {
            return unfit;
        }
        CounterDefinition definition = new CounterDefinition(
                parent.getEntityName(),
                mapping.tableOf(counter),
                counter.getName(),
                child.getEntityName(),
                association,
                counts,
                path.names(),
                annotation.where(),
                annotation.sum(),
                Stream.of(annotation.touch()).distinct().sorted().toList(),
                mapping.slots(counter, annotation.slots()));
        found.add(place, parent, counter, definition, annotation.size());
        return annotation.size() ? sizes(parent, counter, definition) : null;
    }

    private @Nullable String sizes(PersistentClass parent, Property counter, CounterDefinition definition) {
        Property declared = requireNonNull(BootModel.find(place.entity(), place.attribute()));
        SizeDeclaration size = new SizeDeclaration(parent, definition, declared.getValue(), mapping.metadata());
        String problem = size.problem();
        if (problem == null) {
            size.told().forEach(collection -> found.add(place, collection, counter));
        }
        return problem;
    }

    private @Nullable String unfit(PersistentClass child, PersistentClass parent, Property counter) {
        return annotation.sum().isEmpty()
                ? CounterAttribute.unfit(parent, counter)
                : Problems.first(
                        () -> CounterAttribute.unfitForSums(parent, counter),
                        () -> SummedAttribute.unfit(child, annotation.sum(), parent, counter));
    }

    private @Nullable String untouchable(PersistentClass parent, Property counter) {
        return Stream.of(annotation.touch())
                .map(touched -> CounterAttribute.untouchable(parent, touched, counter))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }
}
