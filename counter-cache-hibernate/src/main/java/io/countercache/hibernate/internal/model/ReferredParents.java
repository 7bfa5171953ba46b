package io.countercache.hibernate.internal.model;

import io.countercache.hibernate.internal.model.CounterPaths.PathStep;
import io.countercache.hibernate.internal.model.WatchedEntity.CountedBy;
import io.countercache.hibernate.internal.orm.Entities;
import java.util.List;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.metamodel.mapping.ForeignKeyDescriptor;
import org.hibernate.metamodel.mapping.ModelPart;
import org.hibernate.metamodel.mapping.internal.ManyToManyCollectionPart;
import org.hibernate.metamodel.mapping.internal.ToOneAttributeMapping;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/** Says for which counters the database guarantees that the parent is there when a new child counts for it. */
public final class ReferredParents {

    private final CounterModel model;
    private final List<OnDelete> deletes;

    /** @param deletes the foreign keys by which the database deletes rows itself */
    public ReferredParents(CounterModel model, List<OnDelete> deletes) {
        this.model = model;
        this.deletes = List.copyOf(deletes);
    }

    /**
     * Whether a positive delta says that a row refers to the parent by a foreign key. Not for totals, whose delta is positive
     * when a negative child goes; nor where the database may delete the parent along with the child.
     */
    public boolean areGuaranteed(CounterDefinition counter) {
        EntityPersister parent = model.parent(counter);
        SessionFactoryImplementor factory = parent.getFactory();
        if (!counter.sum().isEmpty()
                || model.tables().of(counter).size() > 1
                || deletes.stream()
                        .anyMatch(delete ->
                                delete.cascades() && isRelated(Entities.entity(delete.child(), factory), parent))) {
            return false;
        }
        ForeignKeyDescriptor key = key(counter, factory);
        return key != null && key.hasConstraint();
    }

    private static boolean isRelated(EntityPersister one, EntityPersister other) {
        return one.getRootEntityName().equals(other.getRootEntityName());
    }

    private @Nullable ForeignKeyDescriptor key(CounterDefinition counter, SessionFactoryImplementor factory) {
        List<PathStep> path = model.paths().steps(counter);
        if (!path.isEmpty()) {
            return key(path.get(path.size() - 1).toOne());
        }
        return switch (counter.counts()) {
            case CHILDREN ->
                model.watched(Entities.entity(counter.child(), factory)).counters().stream()
                        .filter(by -> by.counter().equals(counter))
                        .map(CountedBy::association)
                        .findFirst()
                        .map(association -> key(association.part()))
                        .orElse(null);
            case ELEMENTS ->
                CountedCollections.persister(counter, factory)
                        .getAttributeMapping()
                        .getKeyDescriptor();
            case OWNERS ->
                CountedCollections.persister(counter, factory)
                                        .getAttributeMapping()
                                        .getElementDescriptor()
                                instanceof ManyToManyCollectionPart element
                        ? element.getForeignKeyDescriptor()
                        : null;
        };
    }

    private static @Nullable ForeignKeyDescriptor key(ModelPart association) {
        return association instanceof ToOneAttributeMapping toOne && !toOne.hasNotFoundAction()
                ? toOne.getForeignKeyDescriptor()
                : null;
    }
}
