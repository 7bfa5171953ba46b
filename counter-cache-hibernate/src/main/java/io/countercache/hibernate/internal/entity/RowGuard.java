package io.countercache.hibernate.internal.entity;

import io.countercache.hibernate.internal.model.WatchedAttribute;
import io.countercache.hibernate.internal.model.WatchedEntity;
import java.util.Arrays;
import java.util.List;
import org.hibernate.engine.OptimisticLockStyle;
import org.hibernate.engine.spi.EntityEntry;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.type.ComponentType;
import org.hibernate.type.Type;
import org.jspecify.annotations.Nullable;

/**
 * Whether the mapping of an entity makes sure that a statement finds its row as the session has loaded it, as far as counters
 * look at the row. A {@code @Version} does so, and so do other columns that the application has Hibernate compare.
 */
final class RowGuard {

    private final WatchedEntity watched;
    private final EntityPersister entity;
    private final List<WatchedAttribute> attributes;

    RowGuard(WatchedEntity watched) {
        this.watched = watched;
        this.entity = watched.entity();
        this.attributes = watched.attributes().stream()
                .filter(attribute -> attribute.property() >= 0) // an identifier never changes
                .toList();
    }

    /** Whether what the session has loaded is right if a statement finds the row. */
    boolean protectsRows() {
        return (watched.isFrozen() || isVersioned() || isCompared()) && !hidesDeletes();
    }

    /** The version that the statement will look for; null if it will look for none. */
    static @Nullable Object version(@Nullable EntityEntry entry, EntityPersister entity) {
        return entry == null || entity.optimisticLockStyle() != OptimisticLockStyle.VERSION ? null : entry.getVersion();
    }

    private boolean isVersioned() {
        return entity.isVersioned()
                && entity.optimisticLockStyle() == OptimisticLockStyle.VERSION
                && areOptimisticallyLocked();
    }

    private boolean areOptimisticallyLocked() {
        return attributes.stream().allMatch(attribute -> entity.getPropertyVersionability()[attribute.property()]);
    }

    /** Whether statements compare all that matters. With style DIRTY, an UPDATE compares only the columns that it changes. */
    private boolean isCompared() {
        OptimisticLockStyle style = entity.optimisticLockStyle();
        return (style == OptimisticLockStyle.ALL || (style == OptimisticLockStyle.DIRTY && !doMovesDependOnOthers()))
                && areOptimisticallyLocked()
                && attributes.stream().noneMatch(attribute -> hasAny(entity.getPropertyTypes()[attribute.property()]));
    }

    /** Whether what an UPDATE of one attribute moves depends on another, which another transaction may have changed. */
    private boolean doMovesDependOnOthers() {
        return watched.counters().stream().anyMatch(WatchedEntity.CountedBy::isWeighed);
    }

    /** Whether a value has an @Any, which has two columns: Hibernate may compare only one of them. */
    private static boolean hasAny(Type type) {
        return type.isAnyType()
                || (type instanceof ComponentType embedded
                        && Arrays.stream(embedded.getSubtypes()).anyMatch(RowGuard::hasAny));
    }

    /** Whether rows are only marked as deleted. That changes neither the version nor the parent, so such a row can still be moved. */
    private boolean hidesDeletes() {
        return entity.getSoftDeleteMapping() != null;
    }
}
