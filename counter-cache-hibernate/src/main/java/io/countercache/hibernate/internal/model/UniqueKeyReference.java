package io.countercache.hibernate.internal.model;

import org.hibernate.Hibernate;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.metamodel.mapping.ModelPart;
import org.hibernate.metamodel.mapping.internal.ToOneAttributeMapping;
import org.jspecify.annotations.Nullable;

/**
 * A to-one whose foreign key refers to unique columns of its target, and not to the id. Hibernate writes the values that the
 * instance has there, and these may be null: then the row refers to nothing, though the to-one leads to an instance.
 */
record UniqueKeyReference(ToOneAttributeMapping toOne) {

    static @Nullable UniqueKeyReference of(ModelPart part) {
        return part instanceof ToOneAttributeMapping toOne && !toOne.isReferenceToPrimaryKey()
                ? new UniqueKeyReference(toOne)
                : null;
    }

    /** Whether the foreign key to an instance is null, or a part of it. Loads nothing: Hibernate does, before it writes the key. */
    boolean isNull(Object instance, SharedSessionContractImplementor session) {
        if (!Hibernate.isInitialized(instance)) {
            return false;
        }
        boolean[] isNull = {false};
        toOne.decompose(
                instance, 0, isNull, null, (index, found, none, value, column) -> found[0] |= value == null, session);
        return isNull[0];
    }
}
