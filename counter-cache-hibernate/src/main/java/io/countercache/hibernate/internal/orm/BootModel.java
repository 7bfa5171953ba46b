package io.countercache.hibernate.internal.orm;

import io.countercache.hibernate.internal.support.SqlType;
import jakarta.persistence.Id;
import jakarta.persistence.MapsId;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.hibernate.boot.Metadata;
import org.hibernate.boot.model.relational.SqlStringGenerationContext;
import org.hibernate.mapping.Collection;
import org.hibernate.mapping.Column;
import org.hibernate.mapping.Component;
import org.hibernate.mapping.OneToMany;
import org.hibernate.mapping.OneToOne;
import org.hibernate.mapping.PersistentClass;
import org.hibernate.mapping.Property;
import org.hibernate.mapping.RootClass;
import org.hibernate.mapping.Table;
import org.hibernate.mapping.ToOne;
import org.hibernate.mapping.UnionSubclass;
import org.hibernate.mapping.Value;
import org.jspecify.annotations.Nullable;

/** Finds attributes and entities in Hibernate's boot model, which exists before the session factory. */
public final class BootModel {

    private BootModel() {}

    /**
     * An attribute of the entity itself, neither in an embeddable nor a part of a composite id: only such one can be a counter.
     */
    public static @Nullable Property own(PersistentClass entity, String name) {
        return named(
                name,
                Stream.concat(entity.getPropertyClosure().stream(), Stream.ofNullable(entity.getIdentifierProperty())));
    }

    /** Any attribute of an entity, also an inherited one, its identifier or its version; dots lead into embeddables. */
    public static @Nullable Property find(PersistentClass entity, String path) {
        String[] names = path.split("\\.", -1);
        Property found = named(names[0], properties(entity));
        for (int i = 1; i < names.length && found != null; i++) {
            found = found.getValue() instanceof Component embedded
                    ? named(names[i], embedded.getProperties().stream())
                    : null;
        }
        return found;
    }

    private static @Nullable Property named(String name, Stream<Property> properties) {
        return properties
                .filter(property -> property.getName().equals(name))
                .findFirst()
                .orElse(null);
    }

    private static Stream<Property> properties(PersistentClass entity) {
        Stream<Property> own =
                Stream.concat(entity.getPropertyClosure().stream(), Stream.ofNullable(entity.getIdentifierProperty()));
        return Stream.concat(own, partsOfIdentifier(entity));
    }

    /** The attributes of the entity that are parts of its identifier; in an {@code @IdClass} they may have other types. */
    private static Stream<Property> partsOfIdentifier(PersistentClass entity) {
        if (entity.getIdentifierProperty() != null || !(entity.getIdentifier() instanceof Component id)) {
            return Stream.of();
        }
        Component parts = entity.getIdentifierMapper() == null ? id : entity.getIdentifierMapper();
        return parts.getProperties().stream();
    }

    /** The entity that a to-one or the elements of a collection refer to; null if they do not refer to entities. */
    public static @Nullable PersistentClass target(Value association, Metadata metadata) {
        String entity = association instanceof OneToMany elements
                ? elements.getReferencedEntityName()
                : association instanceof ToOne toOne ? toOne.getReferencedEntityName() : null;
        return entity == null ? null : metadata.getEntityBinding(entity);
    }

    /** The side of the association that writes the rows of a collection; null if a to-one does. */
    public static @Nullable Collection owning(Collection collection, Metadata metadata) {
        String mappedBy = collection.getMappedByProperty();
        if (mappedBy == null) {
            return collection.isInverse() ? null : collection;
        }
        PersistentClass element = target(collection.getElement(), metadata);
        Property writing = element == null ? null : find(element, mappedBy);
        return writing != null && writing.getValue() instanceof Collection owning ? owning : null;
    }

    /** A collection as the user has written it, for messages: the entity and its attribute. */
    public static String name(Collection collection) {
        return collection.getOwner().getJpaEntityName() + "." + attribute(collection);
    }

    /** The attribute of its owner that a collection is; dots lead into embeddables. */
    public static String attribute(Collection collection) {
        return collection.getRole().substring(collection.getOwnerEntityName().length() + 1);
    }

    /** The columns that the application has defined by SQL: {@code table.column}, as SQL names them, to its type. */
    public static Map<String, SqlType> columnDefinitions(Metadata metadata, SqlStringGenerationContext tableNames) {
        Map<String, SqlType> definitions = new HashMap<>();
        for (Table table : metadata.collectTableMappings()) {
            for (Column column : table.getColumns()) {
                if (column.getSqlType() != null && !table.isSubselect()) {
                    definitions.put(
                            tableNames.format(table.getQualifiedTableName()) + "."
                                    + column.getQuotedName(tableNames.getDialect()),
                            SqlType.parse(column.getSqlType()));
                }
            }
        }
        return definitions;
    }

    /** The columns of an attribute or a key. Unlike Hibernate's own method, it also answers where there are formulas as well. */
    public static Set<Column> columns(Value value) {
        return value.getSelectables().stream()
                .filter(Column.class::isInstance)
                .map(Column.class::cast)
                .collect(Collectors.toSet());
    }

    /** The attributes of an entity, not those that it inherits, by their names: those of its identifier and of embeddables one by one. */
    public static Map<String, Property> attributes(PersistentClass entity) {
        return leaves(Stream.concat(declared(entity), identifier(entity)));
    }

    /** Those of the attributes that write their columns. */
    public static Map<String, Property> writing(PersistentClass entity) {
        Map<String, Property> writing = leaves(declared(entity));
        writing.values().removeIf(property -> !property.isInsertable() && !BootDifferences.isUpdatable(property));
        writing.putAll(leaves(identifier(entity))); // whatever they say of themselves, the INSERT writes the identifier
        return writing;
    }

    private static Stream<Property> declared(PersistentClass entity) {
        return entity.getProperties().stream().filter(property -> !property.isSynthetic());
    }

    private static Stream<Property> identifier(PersistentClass entity) {
        return entity.getSuperclass() != null
                ? Stream.of()
                : entity.getIdentifierProperty() == null
                        ? partsOfIdentifier(entity)
                        : Stream.of(entity.getIdentifierProperty());
    }

    private static Map<String, Property> leaves(Stream<Property> properties) {
        Map<String, Property> leaves = new LinkedHashMap<>();
        properties.forEach(property -> addLeaves(property, property.getName(), leaves));
        return leaves;
    }

    private static void addLeaves(Property property, String path, Map<String, Property> leaves) {
        if (property.getValue() instanceof Component embedded) {
            embedded.getProperties().forEach(part -> addLeaves(part, path + "." + part.getName(), leaves));
        } else if (!(property.getValue() instanceof OneToOne) && !(property.getValue() instanceof Collection)) {
            leaves.put(path, property);
        }
    }

    /** Whether each class of the hierarchy of an entity has its own table. */
    public static boolean isInUnion(PersistentClass entity) {
        return entity.getRootClass().getSubclassClosure().stream().anyMatch(UnionSubclass.class::isInstance);
    }

    /** Whether each row of an entity belongs to a tenant. */
    public static boolean hasTenants(PersistentClass entity) {
        return BootDifferences.filters(entity).anyMatch(BootDifferences::isTenantFilter);
    }

    /**
     * Whether an association writes its column, itself or, if it is a part of the identifier, through the identifier.
     *
     * @param path its name; dots lead into embeddables
     */
    public static boolean isWritten(PersistentClass entity, String path) {
        Property association = find(entity, path);
        if (association == null || association.isInsertable()) {
            return association != null;
        }
        Property embedding = path.contains(".") ? find(entity, path.substring(0, path.lastIndexOf('.'))) : null;
        Class<?> declaring = embedding != null && embedding.getValue() instanceof Component embedded
                ? embedded.getComponentClass()
                : entity.getMappedClass();
        return isPartOfId(association.getGetter(declaring).getMember());
    }

    /** Whether an association has a table of its own that the entity does not write with it: before Hibernate 7.1 there may be one. */
    public static boolean isLeftOut(PersistentClass entity, String path) {
        Property association = find(entity, path);
        Property attribute = find(entity, path.split("\\.", -1)[0]);
        return association != null
                && attribute != null
                && entity.getJoinClosure().stream()
                        .anyMatch(join ->
                                join.getTable().equals(association.getValue().getTable())
                                        && !join.containsProperty(attribute));
    }

    /**
     * The subclass in the hierarchy of an entity that has a field of its own for the identifier, and so hides the one that the
     * others read; null if there is none.
     */
    public static @Nullable PersistentClass hidingIdentifier(PersistentClass entity) {
        RootClass root = entity.getRootClass();
        return root.getSubclassClosure().stream()
                .filter(type -> type.getMappedClass() != null && root.getMappedClass() != null)
                .filter(type -> identifier(root)
                        .anyMatch(
                                part -> member(part, type) instanceof Field field && !field.equals(member(part, root))))
                .findFirst()
                .orElse(null);
    }

    private static @Nullable Member member(Property attribute, PersistentClass entity) {
        return attribute.getGetter(entity.getMappedClass()).getMember();
    }

    private static boolean isPartOfId(@Nullable Member association) {
        return association instanceof AnnotatedElement member
                && (member.isAnnotationPresent(MapsId.class) || member.isAnnotationPresent(Id.class));
    }
}
