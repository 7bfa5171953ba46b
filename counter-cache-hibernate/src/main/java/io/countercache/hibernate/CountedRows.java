package io.countercache.hibernate;

import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.hibernate.binder.internal.TenantIdBinder;
import org.hibernate.boot.Metadata;
import org.hibernate.mapping.Collection;
import org.hibernate.mapping.Component;
import org.hibernate.mapping.OneToMany;
import org.hibernate.mapping.PersistentClass;
import org.hibernate.mapping.Property;
import org.hibernate.mapping.SimpleValue;
import org.hibernate.mapping.ToOne;
import org.hibernate.mapping.Value;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The rows of a child: whether Hibernate sees all that happens to them, and a recount all of them. */
final class CountedRows {

    private static final Logger LOG = Logger.getLogger(CountedRows.class);

    private CountedRows() {}

    /** Why the rows of a child cannot be counted, or null if they can. */
    static @Nullable String uncountable(
            Metadata metadata, PersistentClass parent, PersistentClass child, String association) {
        if (hasTenants(child) && !hasTenants(parent)) {
            return "%s has a @TenantId and %s has none, and a recount sees the rows of one tenant only: give both a @TenantId"
                    .formatted(child.getJpaEntityName(), parent.getJpaEntityName());
        }
        if (parent.getIdentifierMapper() != null && parent.getIdentifierMapper().equals(parent.getIdentifier())) {
            return "%s is its own identifier, for nothing else has all of its @Id attributes: add an @IdClass"
                    .formatted(parent.getJpaEntityName());
        }
        Stream<String> toOnes = child.getSubclassClosure().stream()
                .flatMap(type -> Stream.concat(
                                type.getPropertyClosure().stream(), Stream.ofNullable(type.getIdentifierProperty()))
                        .map(property -> deletedBy(property, property.getName(), association))
                        .filter(Objects::nonNull)
                        .map(path -> type.getJpaEntityName() + "." + path));
        Stream<String> collections = metadata.getCollectionBindings().stream()
                .filter(collection -> deletes(collection, child, association))
                .map(collection -> collection.getOwner().getJpaEntityName() + "."
                        + collection.getRole().substring(collection.getRole().lastIndexOf('.') + 1));
        return Stream.concat(toOnes, collections)
                .sorted()
                .findFirst()
                .map(
                        "%s has @OnDelete(CASCADE), which deletes rows that Hibernate does not see: use cascade = REMOVE"
                                ::formatted)
                .orElse(null);
    }

    private static boolean hasTenants(PersistentClass entity) {
        return entity.getFilters().stream().anyMatch(filter -> TenantIdBinder.FILTER_NAME.equals(filter.getName()));
    }

    /** The path of a to-one whose target takes the child along when it is deleted; of the counted one the counter goes too. */
    private static @Nullable String deletedBy(Property property, String path, String association) {
        Value value = property.getValue();
        if (value instanceof Component embedded) {
            return embedded.getProperties().stream()
                    .map(part -> deletedBy(part, path + "." + part.getName(), association))
                    .filter(Objects::nonNull)
                    .findFirst()
                    .orElse(null);
        }
        return value instanceof ToOne toOne && !path.equals(association) && isCascade(toOne) ? path : null;
    }

    /** Whether the owner of a collection takes the child along when it is deleted. */
    private static boolean deletes(Collection collection, PersistentClass child, String association) {
        return collection.getElement() instanceof OneToMany elements
                && collection.getKey() instanceof SimpleValue key
                && isCascade(key)
                && !association.equals(collection.getMappedByProperty())
                && (child.getSubclassClosure().contains(elements.getAssociatedClass())
                        || elements.getAssociatedClass().getSubclassClosure().contains(child));
    }

    private static boolean isCascade(SimpleValue foreignKey) {
        String definition = foreignKey.getForeignKeyDefinition();
        return foreignKey.isCascadeDeleteEnabled()
                || (definition != null && definition.toLowerCase(Locale.ROOT).contains("on delete cascade"));
    }

    /** What a restriction hides is there for whoever changes it, but not for a query. */
    static void warnOfHidden(PersistentClass child) {
        if (child.getRootClass().getWhere() != null) {
            LOG.warnf(
                    "%s has a @SQLRestriction: rows that it hides are counted when Hibernate changes them but not by a"
                            + " recount: remove rows through Hibernate, or mark them with @SoftDelete",
                    child.getJpaEntityName());
        }
    }
}
