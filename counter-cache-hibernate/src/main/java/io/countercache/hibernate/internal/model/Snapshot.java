package io.countercache.hibernate.internal.model;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The values of the watched attributes of a row at one moment; of a to-one, the id of the row that it leads to. */
public final class Snapshot {

    /** In the order of {@link WatchedEntity#attributes()}. An array, because there are several for each event of a child. */
    private final @Nullable Object[] values;

    Snapshot(@Nullable Object[] values) {
        this.values = values;
    }

    @Nullable
    public Object get(WatchedAttribute attribute) {
        return values[attribute.position()];
    }

    /** The same row with null in these attributes. */
    public Snapshot without(Set<WatchedAttribute> attributes) {
        @Nullable Object[] rest = values.clone();
        attributes.forEach(attribute -> rest[attribute.position()] = null);
        return new Snapshot(rest);
    }
}
