package io.countercache.hibernate.internal.check;

import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.CounterDefinition.Counts;
import io.countercache.hibernate.internal.orm.BootDifferences;
import io.countercache.hibernate.internal.orm.BootModel;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.hibernate.boot.Metadata;
import org.hibernate.mapping.Array;
import org.hibernate.mapping.Collection;
import org.hibernate.mapping.ManyToOne;
import org.hibernate.mapping.OneToMany;
import org.hibernate.mapping.PersistentClass;
import org.hibernate.mapping.Value;
import org.hibernate.type.CustomCollectionType;
import org.jspecify.annotations.Nullable;

/**
 * A counter that is to tell the size of collections: of the one that it is declared on, or, declared on a to-one, of all that are
 * mapped by it. It can tell the size of those that have exactly the elements that it counts.
 *
 * @param parent the entity that has the counter
 * @param declared the association that it is declared on
 */
public record SizeDeclaration(PersistentClass parent, CounterDefinition counter, Value declared, Metadata metadata) {

    /** The collections whose size it tells. */
    public List<Collection> told() {
        return meant().filter(collection -> untold(collection) == null).toList();
    }

    /** Why it tells the size of none, or null if there is one. */
    @Nullable
    public String problem() {
        String reason = reason();
        return reason == null ? null : reason + ": remove 'size = true'";
    }

    private @Nullable String reason() {
        String option = Stream.of(
                        Map.entry("where", counter.where()),
                        Map.entry("sum", counter.sum()),
                        Map.entry("path", String.join(".", counter.path())))
                .filter(each -> !each.getValue().isEmpty())
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(null);
        if (option != null) {
            return "a counter with '%s' tells the size of no collection".formatted(option);
        }
        if (meant().findAny().isEmpty()) {
            return "%s has no collection that is mapped by it, whose size could be told"
                    .formatted(parent.getJpaEntityName());
        }
        return told().isEmpty()
                ? meant().map(this::untold).filter(Objects::nonNull).findFirst().orElse(null)
                : null;
    }

    private Stream<Collection> meant() {
        return declared instanceof Collection collection
                ? Stream.of(collection)
                : metadata.getCollectionBindings().stream().filter(this::isOtherSide);
    }

    private boolean isOtherSide(Collection collection) {
        PersistentClass element = BootModel.target(collection.getElement(), metadata);
        return counter.association().equals(collection.getMappedByProperty())
                && parent.getSubclassClosure().contains(collection.getOwner())
                && element != null
                && element.getRootClass() == child().getRootClass();
    }

    private PersistentClass child() {
        return metadata.getEntityBinding(counter.child());
    }

    /** Why the size of a collection cannot be told, or null if it can. */
    private @Nullable String untold(Collection collection) {
        String subject = collection == declared ? "" : BootModel.name(collection) + " ";
        PersistentClass element = BootModel.target(collection.getElement(), metadata);
        if (!parent.getSubclassClosure().contains(collection.getOwner())) {
            return subject + "is not a collection of " + parent.getJpaEntityName();
        }
        if (counter.counts() != Counts.ELEMENTS && element != null && element != child()) {
            return "%shas only each %s, and each %s is counted"
                    .formatted(subject, element.getJpaEntityName(), child().getJpaEntityName());
        }
        if (collection instanceof Array) {
            return subject + "is an array, which is always loaded";
        }
        if (collection.getTypeName() != null || collection.getCollectionType() instanceof CustomCollectionType) {
            return subject + "has a @CollectionType of its own";
        }
        String hiding = hiding(collection);
        if (hiding != null) {
            return "%shas %s, so it may not have all elements that are counted".formatted(subject, hiding);
        }
        String hidden = element == null ? null : hiding(element);
        return hidden == null
                ? null
                : "%shas elements with %s, so it may not have all that are counted".formatted(subject, hidden);
    }

    /** What keeps rows of a collection out of it when it is loaded; null for nothing. */
    private static @Nullable String hiding(Collection collection) {
        if (collection.getWhere() != null || collection.getManyToManyWhere() != null) {
            return "a @SQLRestriction";
        }
        if (!collection.getFilters().isEmpty()
                || !collection.getManyToManyFilters().isEmpty()) {
            return "a @Filter";
        }
        if (collection.getLoaderName() != null) {
            return "SQL of its own";
        }
        return (collection.getElement() instanceof ManyToOne toOne && toOne.isIgnoreNotFound())
                        || (collection.getElement() instanceof OneToMany elements && elements.isIgnoreNotFound())
                ? "@NotFound(IGNORE)"
                : null;
    }

    private static @Nullable String hiding(PersistentClass element) {
        if (element.getRootClass().getWhere() != null) {
            return "a @SQLRestriction";
        }
        return Stream.concat(Stream.of(element.getRootClass()), element.getRootClass().getSubclassClosure().stream())
                        .flatMap(each -> BootDifferences.filters(each))
                        .allMatch(BootDifferences::isTenantFilter)
                ? null
                : "a @Filter";
    }
}
