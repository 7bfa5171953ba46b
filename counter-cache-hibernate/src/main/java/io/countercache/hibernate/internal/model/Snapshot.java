package io.countercache.hibernate.internal.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The values of the watched attributes of a row at one moment; of a to-one, the id of the row that it leads to.
 *
 * @param values in the order of {@link WatchedEntity#attributes()}
 */
public record Snapshot(List<@Nullable Object> values) {

    @Nullable
    public Object get(WatchedAttribute attribute) {
        return values.get(attribute.position());
    }

    /** The same row with null in these attributes. */
    public Snapshot without(Set<WatchedAttribute> attributes) {
        List<@Nullable Object> rest = new ArrayList<>(values);
        attributes.forEach(attribute -> rest.set(attribute.position(), null));
        return new Snapshot(rest);
    }
}
