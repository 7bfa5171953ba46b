package io.countercache.hibernate.internal.orm;

import org.hibernate.collection.spi.AbstractPersistentCollection;
import org.hibernate.collection.spi.PersistentCollection;
import org.hibernate.engine.spi.CollectionEntry;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.event.spi.AbstractCollectionEvent;
import org.hibernate.event.spi.PreCollectionRecreateEvent;
import org.hibernate.persister.collection.CollectionPersister;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.type.CollectionType;
import org.hibernate.type.ComponentType;
import org.hibernate.type.Type;
import org.jspecify.annotations.Nullable;

/** The collection of an event. Before Hibernate 7.3 the event does not tell which attribute it is. */
public final class EventCollection {

    private static final OptionalMethod PERSISTER =
            OptionalMethod.of(AbstractCollectionEvent.class, 0, "getCollectionPersister");

    private EventCollection() {}

    /**
     * The persister of a collection that is about to be written; null if it is not known.
     *
     * @param session the session that writes it
     */
    public static @Nullable CollectionPersister persister(
            AbstractCollectionEvent event, @Nullable SharedSessionContractImplementor session) {
        if (PERSISTER.exists()) {
            return (CollectionPersister) PERSISTER.call(event);
        }
        if (session == null) {
            return null;
        }
        CollectionEntry entry = session.isEventSource()
                ? session.getPersistenceContextInternal().getCollectionEntry(event.getCollection())
                : null;
        if (entry != null) {
            return event instanceof PreCollectionRecreateEvent
                    ? entry.getCurrentPersister()
                    : entry.getLoadedPersister();
        }
        Object owner = event.getAffectedOwnerOrNull();
        return owner == null
                ? null
                : find(
                        event.getCollection(),
                        owner,
                        session.getEntityPersister(event.getAffectedOwnerEntityName(), owner));
    }

    /** The collection of an owner in a stateless session, which has no entries. */
    private static @Nullable CollectionPersister find(
            PersistentCollection<?> collection, Object owner, EntityPersister entity) {
        String[] names = entity.getPropertyNames();
        Type[] types = entity.getPropertyTypes();
        for (int i = 0; i < types.length; i++) {
            String role = role(collection, types[i], owner, names[i], entity);
            if (role != null) {
                return entity.getFactory().getMappingMetamodel().getCollectionDescriptor(role);
            }
        }
        return null;
    }

    private static @Nullable String role(
            PersistentCollection<?> collection, Type type, Object owner, String path, EntityPersister entity) {
        if (type instanceof CollectionType attribute) {
            Object value = entity.getPropertyValue(owner, path);
            return value == collection || (value != null && collection.isWrapper(value)) ? attribute.getRole() : null;
        }
        if (type instanceof ComponentType embedded) {
            for (int i = 0; i < embedded.getSubtypes().length; i++) {
                String role = role(
                        collection,
                        embedded.getSubtypes()[i],
                        owner,
                        path + "." + embedded.getPropertyNames()[i],
                        entity);
                if (role != null) {
                    return role;
                }
            }
        }
        return null;
    }

    /** The session that a collection belongs to; null if that has been closed. */
    public static @Nullable SharedSessionContractImplementor session(PersistentCollection<?> collection) {
        return ((AbstractPersistentCollection<?>) collection).getSession();
    }
}
