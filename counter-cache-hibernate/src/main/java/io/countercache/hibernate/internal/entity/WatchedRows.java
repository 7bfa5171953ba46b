package io.countercache.hibernate.internal.entity;

import io.countercache.hibernate.internal.model.WatchedEntity;

/**
 * What does not change about the rows of an entity.
 *
 * @param query how they are read
 * @param isGuarded whether no other transaction can have changed what the session has loaded, if a statement finds the row
 * @param isFrozen whether no UPDATE changes a watched attribute
 * @param hasOwnSql whether the application's own SQL updates or deletes rows: only the database knows what that does
 */
record WatchedRows(ImageQuery query, boolean isGuarded, boolean isFrozen, boolean hasOwnSql) {

    /** @param trust whether the application has said that no two transactions change one child at the same time */
    static WatchedRows of(WatchedEntity watched, OnDeleteRules onDelete, boolean trust) {
        boolean isNulledByDatabase = watched.counters().stream()
                .flatMap(by -> by.conditionAttributes().stream())
                .anyMatch(attribute -> onDelete.isNulled().test(watched.entity(), attribute));
        RowGuard guard = new RowGuard(watched);
        boolean hasOwnSql = guard.hasOwnSql();
        return new WatchedRows(
                ImageQuery.of(watched),
                !isNulledByDatabase && !hasOwnSql && (trust || guard.protectsRows()),
                !hasOwnSql && watched.isFrozen(),
                hasOwnSql);
    }
}
