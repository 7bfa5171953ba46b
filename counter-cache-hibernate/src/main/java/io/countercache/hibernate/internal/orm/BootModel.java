package io.countercache.hibernate.internal.orm;

import jakarta.persistence.Id;
import jakarta.persistence.MapsId;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Member;
import java.util.stream.Stream;
import org.hibernate.binder.internal.TenantIdBinder;
import org.hibernate.boot.Metadata;
import org.hibernate.mapping.Collection;
import org.hibernate.mapping.Component;
import org.hibernate.mapping.OneToMany;
import org.hibernate.mapping.PersistentClass;
import org.hibernate.mapping.Property;
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
        if (entity.getIdentifierProperty() != null || !(entity.getIdentifier() instanceof Component id)) {
            return own;
        }
        // the parts of the id as attributes of the entity: in the @IdClass they may have other types
        Component parts = entity.getIdentifierMapper() == null ? id : entity.getIdentifierMapper();
        return Stream.concat(own, parts.getProperties().stream());
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

    /** Whether each class of the hierarchy of an entity has its own table. */
    public static boolean isInUnion(PersistentClass entity) {
        return entity.getRootClass().getSubclassClosure().stream().anyMatch(UnionSubclass.class::isInstance);
    }

    /** Whether each row of an entity belongs to a tenant. */
    public static boolean hasTenants(PersistentClass entity) {
        return entity.getFilters().stream().anyMatch(filter -> TenantIdBinder.FILTER_NAME.equals(filter.getName()));
    }

    /** Whether an association writes its column, itself or, if it is a part of the identifier, through the identifier. */
    public static boolean isWritten(PersistentClass entity, Property association) {
        return association.isInsertable()
                || isPartOfId(association.getGetter(entity.getMappedClass()).getMember());
    }

    private static boolean isPartOfId(@Nullable Member association) {
        return association instanceof AnnotatedElement member
                && (member.isAnnotationPresent(MapsId.class) || member.isAnnotationPresent(Id.class));
    }
}
