package io.countercache.hibernate;

import io.countercache.CounterCache;
import java.util.Collections;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.hibernate.annotations.OnDeleteAction;
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
            Metadata metadata,
            PersistentClass parent,
            PersistentClass child,
            String association,
            CounterCache annotation) {
        if (hasTenants(child) && !hasTenants(parent)) {
            return "%s has a @TenantId and %s has none, and a recount sees the rows of one tenant only: give both a @TenantId"
                    .formatted(child.getJpaEntityName(), parent.getJpaEntityName());
        }
        if (parent.getIdentifierMapper() != null && parent.getIdentifierMapper().equals(parent.getIdentifier())) {
            return "%s is its own identifier, for nothing else has all of its @Id attributes: add an @IdClass"
                    .formatted(parent.getJpaEntityName());
        }
        String unseen = unseen(metadata, child, annotation.path().isEmpty() ? association : "");
        if (unseen == null) {
            unseen = shared(metadata, child, association);
        }
        if (unseen == null && !annotation.path().isEmpty()) {
            unseen = severed(child, association);
        }
        return unseen == null ? severedIn(annotation.where(), child) : unseen;
    }

    /** What deletes rows of an entity without Hibernate's doing, or null; not by the association that is harmless. */
    static @Nullable String unseen(Metadata metadata, PersistentClass entity, String harmless) {
        return unseen(metadata, entity, harmless, null);
    }

    /** The same, if it is a collection that is harmless. */
    static @Nullable String unseen(Metadata metadata, PersistentClass entity, Collection harmless) {
        return unseen(metadata, entity, "", harmless);
    }

    private static @Nullable String unseen(
            Metadata metadata, PersistentClass entity, String harmless, @Nullable Collection harmlessToo) {
        Stream<String> toOnes = entity.getSubclassClosure().stream()
                .flatMap(type -> Stream.concat(
                                type.getPropertyClosure().stream(), Stream.ofNullable(type.getIdentifierProperty()))
                        .map(property -> deletedBy(property, property.getName(), harmless))
                        .filter(Objects::nonNull)
                        .map(path -> type.getJpaEntityName() + "." + path));
        Stream<String> collections = metadata.getCollectionBindings().stream()
                .filter(collection -> collection != harmlessToo && deletes(collection, entity, harmless))
                .map(CountedRows::name);
        return Stream.concat(toOnes, collections)
                .sorted()
                .findFirst()
                .map(
                        "%s has @OnDelete(CASCADE), which deletes rows that Hibernate does not see: use cascade = REMOVE"
                                ::formatted)
                .orElse(null);
    }

    private static String name(Collection collection) {
        return collection.getOwner().getJpaEntityName() + "."
                + collection.getRole().substring(collection.getRole().lastIndexOf('.') + 1);
    }

    /** Says if the database sets a to-one to null when the row goes that it leads to. */
    static @Nullable String severed(PersistentClass entity, String association) {
        Property property = CounterAttribute.find(entity, association);
        return property != null && property.getValue() instanceof ToOne toOne && isSevered(toOne)
                ? "%s.%s has @OnDelete(SET_NULL), which changes rows that Hibernate does not see: remove it"
                        .formatted(entity.getJpaEntityName(), association)
                : null;
    }

    /** The same of any to-one that a condition names. */
    private static @Nullable String severedIn(String where, PersistentClass child) {
        return Stream.of(where.split("\\s*[^\\w.]+\\s*", -1))
                .flatMap(name -> Stream.of(name, name.contains(".") ? name.substring(0, name.lastIndexOf('.')) : name))
                .map(name -> severed(child, name))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    /** Which collection writes the column of an association, and says so to nobody; null for none. */
    static @Nullable String shared(Metadata metadata, PersistentClass entity, String association) {
        Property property = CounterAttribute.find(entity, association);
        if (property == null) {
            return null;
        }
        return metadata.getCollectionBindings().stream()
                .filter(collection -> collection.getElement() instanceof OneToMany
                        && !collection.isInverse()
                        && collection.getKey().isUpdateable()
                        && collection
                                .getCollectionTable()
                                .equals(property.getValue().getTable())
                        && !Collections.disjoint(collection.getKey().getColumns(), property.getColumns()))
                .map(CountedRows::name)
                .sorted()
                .findFirst()
                .map(name -> "%s writes the column of %s.%s, and what it writes is not counted: declare mappedBy on it"
                        .formatted(name, entity.getJpaEntityName(), association))
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

    private static boolean isSevered(ToOne toOne) {
        String definition = toOne.getForeignKeyDefinition();
        return toOne.getOnDeleteAction() == OnDeleteAction.SET_NULL
                || toOne.getOnDeleteAction() == OnDeleteAction.SET_DEFAULT
                || (definition != null && definition.toLowerCase(Locale.ROOT).contains("on delete set"));
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
