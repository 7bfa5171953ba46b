package io.countercache.hibernate.internal.ondelete;

import io.countercache.hibernate.internal.model.CountedCollections.CountedCollection;
import io.countercache.hibernate.internal.model.CounterDefinition;
import java.util.List;
import org.hibernate.collection.spi.PersistentCollection;
import org.hibernate.metamodel.mapping.EntityMappingType;
import org.hibernate.metamodel.mapping.ModelPart;
import org.hibernate.metamodel.mapping.PluralAttributeMapping;
import org.hibernate.metamodel.mapping.internal.ManyToManyCollectionPart;
import org.hibernate.persister.entity.EntityPersister;

/**
 * One of the two ends of the rows in the table of a counted collection: its owner, or its elements.
 *
 * @param isElement whether it is the end of the elements
 */
public record CollectionEnd(CountedCollection collection, boolean isElement) {

    /** The entity at this end. */
    EntityPersister entity() {
        return isElement ? collection.element() : collection.owner();
    }

    /** The counters that move when rows go along with the entity at this end: those of the other end. */
    List<CounterDefinition> counters() {
        return isElement ? collection.ofOwner() : collection.ofElement();
    }

    /** Whether a bulk DELETE of the entity deletes the rows by a statement of its own. */
    public boolean isDeletedByStatement() {
        boolean[] found = {false};
        entity().visitSubTypeAttributeMappings(attribute -> {
            if (attribute instanceof PluralAttributeMapping plural
                    && collection.persister().getTableName().equals(plural.getSeparateCollectionTable())
                    && plural.getCollectionDescriptor().isInverse() == isElement) {
                found[0] |= !plural.getCollectionDescriptor().isCascadeDeleteEnabled();
            }
        });
        return found[0];
    }

    /** Whether a stateless session that deletes an entity deletes these rows itself: not those of a collection that is not loaded. */
    boolean isDeletedWith(Object entity) {
        PluralAttributeMapping attribute = collection.persister().getAttributeMapping();
        if (isElement || !(attribute.getDeclaringType() instanceof EntityMappingType)) {
            return false;
        }
        Object elements = attribute.getPropertyAccess().getGetter().get(entity);
        return !(elements instanceof PersistentCollection<?> persistent) || persistent.wasInitialized();
    }

    /** The columns of the rows that refer to the entity. */
    ModelPart key() {
        PluralAttributeMapping attribute = collection.persister().getAttributeMapping();
        return isElement
                ? ((ManyToManyCollectionPart) attribute.getElementDescriptor())
                        .getForeignKeyDescriptor()
                        .getKeyPart()
                : attribute.getKeyDescriptor().getKeyPart();
    }
}
