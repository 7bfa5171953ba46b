package io.countercache.hibernate.internal.bulk;

import io.countercache.UncountableStatementException;
import io.countercache.hibernate.internal.model.CountedCollections;
import io.countercache.hibernate.internal.model.CountedCollections.CountedCollection;
import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.model.WatchedEntity;
import io.countercache.hibernate.internal.ondelete.OnDeleteGraph;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.orm.EntityTables;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.query.sqm.mutation.internal.cte.CteMutationStrategy;
import org.jspecify.annotations.Nullable;

/** Decides which bulk DELETEs and UPDATEs move counters, and which of them cannot be counted. */
final class BulkScope {

    private final CounterModel model;
    private final OnDeleteGraph onDelete;
    private final CountedCollections collections;
    private final BulkPolicy policy;

    BulkScope(CounterModel model, OnDeleteGraph onDelete, CountedCollections collections, BulkPolicy policy) {
        this.model = model;
        this.onDelete = onDelete;
        this.collections = collections;
        this.policy = policy;
    }

    /**
     * Whether a bulk statement on this entity may move counters. Not if the entity only has counters: Hibernate groups queries
     * by all columns of an entity that has a hook, so no other gets one.
     */
    boolean concerns(EntityPersister entity) {
        return Entities.withSubclasses(entity)
                        .anyMatch(each -> !model.watched(each).isEmpty() || isInCollection(each))
                || deletesOthers(entity);
    }

    private boolean isInCollection(EntityPersister entity) {
        return collectionsOf(entity).findAny().isPresent();
    }

    /** The counted collections whose rows are deleted along with rows of this entity: of their owners or elements. */
    private Stream<CountedCollection> collectionsOf(EntityPersister entity) {
        return collections
                .all(entity.getFactory())
                .filter(collection -> Entities.areRelated(collection.owner(), entity)
                        || (collection.persister().getElementType().isEntityType()
                                && Entities.areRelated(collection.element(), entity)));
    }

    /** Whether a statement moves counters. */
    boolean isCounted(BulkMutation mutation) {
        return Entities.withSubclasses(mutation.entity()).anyMatch(entity -> changes(mutation, entity))
                || !elementsOf(mutation).isEmpty()
                || (mutation.isDelete() && (isInCollection(mutation.entity()) || deletesOthers(mutation.entity())));
    }

    /**
     * Whether the database deletes other counted rows, or sets their associations to null, when rows of this entity are
     * deleted.
     */
    boolean deletesOthers(EntityPersister entity) {
        return Entities.withSubclasses(entity).anyMatch(onDelete::takesAlong);
    }

    /**
     * The counted {@code @OneToMany @JoinColumn} collections whose elements a statement deletes, or whose column, in the rows of
     * these, it writes.
     */
    List<CountedCollection> elementsOf(BulkMutation mutation) {
        Set<String> assigned = new HashSet<>();
        mutation.assigned()
                .forEach(path ->
                        assigned.addAll(Entities.columns(mutation.entity().findByPath(path))));
        return collectionsOf(mutation.entity())
                .filter(collection -> collection.isForeignKey()
                        && Entities.areRelated(collection.element(), mutation.entity())
                        && (mutation.isDelete() || isWritten(collection, assigned)))
                .toList();
    }

    private static boolean isWritten(CountedCollection collection, Set<String> assigned) {
        return Arrays.stream(collection.persister().getKeyColumnNames())
                .anyMatch(column -> assigned.contains(collection.persister().getTableName() + "." + column));
    }

    private boolean changes(BulkMutation mutation, EntityPersister entity) {
        WatchedEntity counted = model.watched(entity);
        return mutation.isDelete()
                ? !counted.isEmpty()
                : mutation.assigned().stream().anyMatch(path -> counted.isChangedBy(path, entity));
    }

    /**
     * Refuses a statement that cannot be counted.
     *
     * @throws UncountableStatementException before anything is changed
     */
    void check(BulkMutation mutation) {
        String reason = uncountable(mutation);
        if (reason != null) {
            throw policy.refused(mutation.text(), reason);
        }
    }

    private @Nullable String uncountable(BulkMutation mutation) {
        EntityPersister entity = mutation.entity();
        String name = Entities.name(entity);
        if (EntityTables.isInSeveralTables(entity)) {
            return "%s has its rows in several tables, one for each class, which no database locks together"
                    .formatted(name);
        }
        return mutation.isDelete() ? undeletable(mutation) : unchangeable(mutation);
    }

    /** Sessions do not read again what the mapping says is never updated: they would count what they have loaded. */
    private @Nullable String unchangeable(BulkMutation mutation) {
        return Entities.withSubclasses(mutation.entity())
                .filter(entity ->
                        !entity.isVersioned() && model.watched(entity).isFrozen() && changes(mutation, entity))
                .findFirst()
                .map(entity ->
                        "it changes what %s has as 'updatable = false', and what sessions therefore take for what they have loaded: remove 'updatable = false', or add a @Version"
                                .formatted(Entities.name(entity)))
                .orElse(null);
    }

    private @Nullable String undeletable(BulkMutation mutation) {
        EntityPersister entity = mutation.entity();
        if (Entities.withSubclasses(entity)
                .anyMatch(
                        each -> onDelete.of(each).size() != onDelete.of(entity).size()
                                || onDelete.rowsOf(each).size()
                                        != onDelete.rowsOf(entity).size())) {
            return "the database takes rows along with some subclasses of %s only, so it has to be sent for each of them"
                    .formatted(Entities.name(entity));
        }
        return mutation.hibernates() instanceof CteMutationStrategy
                ? collectionsOf(entity)
                        .filter(collection -> !collection.isForeignKey())
                        .findFirst()
                        .map(collection ->
                                "it takes rows of %s along, which are counted: map these rows as an entity and count its @ManyToOne"
                                        .formatted(collection.persister().getRole()))
                        .orElse(null)
                : null;
    }
}
