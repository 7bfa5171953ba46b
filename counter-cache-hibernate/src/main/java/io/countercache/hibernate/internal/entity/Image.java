package io.countercache.hibernate.internal.entity;

import io.countercache.hibernate.internal.entity.ImageReader.Row;
import io.countercache.hibernate.internal.model.Snapshot;
import org.hibernate.engine.spi.EntityKey;
import org.jspecify.annotations.Nullable;

/** A before image that is read from the database. Not thread-safe. */
final class Image {

    final EntityKey key;
    final ImageQuery query;
    /** The version that the statement will look for; null if it looks for none. */
    private final @Nullable Object version;

    private boolean isRead;
    private @Nullable Snapshot before;

    Image(EntityKey key, ImageQuery query, @Nullable Object version) {
        this.key = key;
        this.query = query;
        this.version = version;
    }

    /** Sets what the database holds; null if there is no such row. */
    void read(@Nullable Row row) {
        before = row == null || isOtherVersion(row) ? null : row.snapshot();
        isRead = true;
    }

    private boolean isOtherVersion(Row row) {
        return version != null
                && row.version() != null
                && !query.rows().getVersionType().isEqual(version, row.version());
    }

    boolean isRead() {
        return isRead;
    }

    /** The row before the statement; null if there is none, or if the statement is not going to find it. */
    @Nullable
    Snapshot before() {
        return before;
    }
}
