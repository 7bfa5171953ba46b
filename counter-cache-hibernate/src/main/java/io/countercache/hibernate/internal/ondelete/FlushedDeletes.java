package io.countercache.hibernate.internal.ondelete;

import java.util.HashSet;
import java.util.Set;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/**
 * The rows that the current flush of a session deletes, as far as other rows are deleted or changed along with them, or they along
 * with others. If none of these DELETEs can change what follows from another one, one search is made for all of them. Not
 * thread-safe.
 */
final class FlushedDeletes {

    private final Set<Object> ids = new HashSet<>();
    private @Nullable EntityPersister entity;
    private boolean areIndependent = true;
    private boolean isSearched;

    /** @param isChanged whether the row may be deleted or changed along with others */
    void add(EntityPersister deleted, Object id, boolean isChanged) {
        areIndependent &= !isChanged && (entity == null || entity.equals(deleted));
        entity = deleted;
        ids.add(id);
    }

    /** The rows to search for along with the DELETE of a row; none if they were found along with an earlier DELETE. */
    Set<Object> nextSearch(EntityPersister deleted, Object id) {
        if (!areIndependent || !deleted.equals(entity) || !ids.contains(id)) {
            return Set.of(id);
        }
        Set<Object> all = isSearched ? Set.of() : Set.copyOf(ids);
        isSearched = true;
        return all;
    }
}
