package io.countercache.hibernate.internal.entity;

import io.countercache.hibernate.internal.model.WatchedEntity;
import io.countercache.hibernate.internal.orm.EntityTables;
import org.hibernate.persister.entity.mutation.EntityTableMapping;

/**
 * What does not change about the rows of an entity.
 *
 * @param query how they are read
 * @param isGuarded whether no other transaction can have changed what the session has loaded, if a statement finds the row
 * @param isFrozen whether no UPDATE changes a watched attribute
 * @param hasOwnUpdate whether the application's own SQL updates rows: only the database knows what that does
 * @param hasOwnDelete the same of deleting them
 */
record WatchedRows(ImageQuery query, boolean isGuarded, boolean isFrozen, boolean hasOwnUpdate, boolean hasOwnDelete) {

    /** @param trust whether the application has said that no two transactions change one child at the same time */
    static WatchedRows of(WatchedEntity watched, OnDeleteRules onDelete, boolean trust) {
        boolean isNulledByDatabase = watched.counters().stream()
                .flatMap(by -> by.conditionAttributes().stream())
                .anyMatch(attribute -> onDelete.isNulled().test(watched.entity(), attribute));
        RowGuard guard = new RowGuard(watched);
        boolean hasOwnUpdate = EntityTables.hasOwnSql(watched.entity(), EntityTableMapping::getUpdateDetails);
        boolean hasOwnDelete = EntityTables.hasOwnSql(watched.entity(), EntityTableMapping::getDeleteDetails);
        return new WatchedRows(
                ImageQuery.of(watched),
                !isNulledByDatabase && !hasOwnUpdate && (trust || (!hasOwnDelete && guard.protectsRows())),
                !hasOwnUpdate && watched.isFrozen(),
                hasOwnUpdate,
                hasOwnDelete);
    }
}
