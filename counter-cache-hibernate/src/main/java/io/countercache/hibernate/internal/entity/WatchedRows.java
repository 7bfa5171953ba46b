package io.countercache.hibernate.internal.entity;

import io.countercache.hibernate.internal.model.WatchedAttribute;
import io.countercache.hibernate.internal.model.WatchedEntity;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.orm.EntityTables;
import io.countercache.hibernate.internal.orm.Upserts;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.sql.model.TableMapping;

/**
 * What does not change about the rows of an entity.
 *
 * @param query how they are read
 * @param isGuarded whether no other transaction can have changed what the session has loaded, if a statement finds the row
 * @param isFrozen whether no UPDATE changes a watched attribute, or brings a row back
 * @param isBroughtBack whether any UPDATE brings back a row that was only marked as deleted: it writes the mark again as it was
 *     loaded
 * @param hasOwnInsert whether the application's own SQL inserts rows: only the database knows what that does
 * @param hasOwnUpdate the same of updating them
 * @param hasOwnDelete the same of deleting them
 * @param areUpsertedWhole whether an upsert that inserts a row writes all that is watched
 * @param areWrittenWhole whether an UPDATE writes every column of a table, and not only those that have changed
 */
record WatchedRows(
        ImageQuery query,
        boolean isGuarded,
        boolean isFrozen,
        boolean isBroughtBack,
        boolean hasOwnInsert,
        boolean hasOwnUpdate,
        boolean hasOwnDelete,
        boolean areUpsertedWhole,
        boolean areWrittenWhole) {

    /** @param trust whether the application has said that no two transactions change one child at the same time */
    static WatchedRows of(WatchedEntity watched, OnDeleteRules onDelete, boolean trust) {
        EntityPersister entity = watched.entity();
        boolean isNulledByDatabase = watched.counters().stream()
                .flatMap(by -> by.conditionAttributes().stream())
                .anyMatch(attribute -> onDelete.isNulled().test(entity, attribute));
        boolean hasOwnUpdate = EntityTables.hasOwnSql(entity, TableMapping::getUpdateDetails);
        boolean hasOwnDelete = EntityTables.hasOwnSql(entity, TableMapping::getDeleteDetails);
        boolean areWrittenWhole = hasOwnUpdate || !Entities.isDynamicUpdate(entity);
        boolean isBroughtBack = !trust && hasOwnDelete && areWrittenWhole && EntityTables.hasRestriction(entity);
        boolean isProtected = trust || (!hasOwnDelete && new RowGuard(watched).protectsRows());
        return new WatchedRows(
                ImageQuery.of(watched),
                !isNulledByDatabase && !hasOwnUpdate && isProtected,
                !hasOwnUpdate && !isBroughtBack && watched.isFrozen(),
                isBroughtBack,
                EntityTables.hasOwnSql(entity, TableMapping::getInsertDetails),
                hasOwnUpdate,
                hasOwnDelete,
                Upserts.insertAll() || watched.attributes().stream().allMatch(WatchedAttribute::isUpdatable),
                areWrittenWhole);
    }
}
