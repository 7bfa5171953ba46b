package io.countercache.hibernate.internal.declaration;

import org.hibernate.mapping.PersistentClass;

/** An annotated attribute; messages name it as the user has written it. */
record Place(PersistentClass entity, String attribute) {

    @Override
    public String toString() {
        return entity.getJpaEntityName() + "." + attribute;
    }
}
