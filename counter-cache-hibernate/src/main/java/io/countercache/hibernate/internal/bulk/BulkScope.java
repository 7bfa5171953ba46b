package io.countercache.hibernate.internal.bulk;

import io.countercache.UncountableStatementException;
import io.countercache.hibernate.internal.model.CountedCollections;
import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.model.WatchedEntity;
import io.countercache.hibernate.internal.ondelete.OnDeleteGraph;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.orm.EntityTables;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.query.sqm.mutation.internal.cte.CteMutationStrategy;
import org.jspecify.annotations.Nullable;

/** Which bulk DELETEs and UPDATEs move counters, and which of them cannot be counted. */
final class BulkScope {

    private final CounterModel model;
    private final OnDeleteGraph edges;
    private final CountedCollections collections;

    BulkScope(CounterModel model, OnDeleteGraph edges, CountedCollections collections) {
        this.edges = edges;
        this.model = model;
        this.collections = collections;
    }

    /**
     * Whether a bulk statement on this entity may have to do with counters. Not if it only has some: Hibernate groups by all columns
     * of an entity that has a strategy for such statements.
     */
    boolean concerns(EntityPersister entity) {
        return Entities.withSubclasses(entity)
                        .anyMatch(each -> !model.counted(each).isEmpty() || isInCollection(each))
                || takesAlong(entity);
    }

    private boolean isInCollection(EntityPersister entity) {
        return collectionsOf(entity).findAny().isPresent();
    }

    /** The collections of which a DELETE of rows of this entity takes rows along. */
    private Stream<CountedCollections.CountedCollection> collectionsOf(EntityPersister entity) {
        return collections
                .all(entity.getFactory())
                .filter(collection -> isRelated(collection.owner(), entity)
                        || (collection.persister().getElementType().isEntityType()
                                && isRelated(collection.element(), entity)));
    }

    private static boolean isRelated(EntityPersister one, EntityPersister other) {
        return one.isTypeOrSuperType(other) || other.isTypeOrSuperType(one);
    }

    /** Whether a statement moves counters by the rows of its entity. */
    boolean isCounted(BulkMutation mutation) {
        return Entities.withSubclasses(mutation.entity()).anyMatch(entity -> changes(mutation, entity))
                || written(mutation).isPresent()
                || (mutation.isDelete() && (isInCollection(mutation.entity()) || takesAlong(mutation.entity())));
    }

    /** Whether the database deletes or cuts off counted rows along with rows of this entity. */
    boolean takesAlong(EntityPersister entity) {
        return Entities.withSubclasses(entity).anyMatch(each -> !edges.of(each).isEmpty());
    }

    /** The collection whose column an UPDATE writes, which is in the rows of its elements. */
    private Optional<CountedCollections.CountedCollection> written(BulkMutation mutation) {
        Set<String> assigned = new HashSet<>();
        mutation.assigned()
                .forEach(path ->
                        assigned.addAll(Entities.columns(mutation.entity().findByPath(path))));
        return assigned.isEmpty()
                ? Optional.empty()
                : collectionsOf(mutation.entity())
                        .filter(collection -> collection.isForeignKey()
                                && isRelated(collection.element(), mutation.entity())
                                && Arrays.stream(collection.persister().getKeyColumnNames())
                                        .anyMatch(column -> assigned.contains(
                                                collection.persister().getTableName() + "." + column)))
                        .findFirst();
    }

    private boolean changes(BulkMutation mutation, EntityPersister entity) {
        WatchedEntity counted = model.counted(entity);
        return mutation.isDelete()
                ? !counted.isEmpty()
                : mutation.assigned().stream().anyMatch(path -> counted.looksAt(path, entity));
    }

    /**
     * Refuses what cannot be counted.
     *
     * @throws UncountableStatementException before anything is changed
     */
    void check(BulkMutation mutation) {
        String reason = uncountable(mutation);
        if (reason != null) {
            throw new UncountableStatementException(mutation.text(), reason, BulkPolicy.WAYS_OUT);
        }
    }

    private @Nullable String uncountable(BulkMutation mutation) {
        EntityPersister entity = mutation.entity();
        String name = entity.getImportedName();
        if (EntityTables.tables(entity, "").size() > 1) {
            return "%s has its rows in several tables, one for each class, which no database locks together"
                    .formatted(name);
        }
        return mutation.isDelete()
                ? undeletable(mutation)
                : written(mutation)
                        .map(collection -> "it writes the column of %s, whose rows are counted: change that collection"
                                .formatted(collection.persister().getRole()))
                        .orElse(null);
    }

    private @Nullable String undeletable(BulkMutation mutation) {
        EntityPersister entity = mutation.entity();
        if (Entities.withSubclasses(entity)
                .anyMatch(each -> edges.of(each).size() != edges.of(entity).size())) {
            return "the database takes rows along with some subclasses of %s only, so it has to be sent for each of them"
                    .formatted(entity.getImportedName());
        }
        boolean isInOneStatement = mutation.hibernates() instanceof CteMutationStrategy;
        return collectionsOf(entity)
                .filter(collection ->
                        collection.isForeignKey() ? isRelated(collection.element(), entity) : isInOneStatement)
                .findFirst()
                .map(collection -> "it takes rows of %s along, which are counted"
                        .formatted(collection.persister().getRole()))
                .orElse(null);
    }
}
