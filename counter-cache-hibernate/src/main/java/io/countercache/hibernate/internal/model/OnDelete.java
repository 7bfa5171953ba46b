package io.countercache.hibernate.internal.model;

import java.util.Set;

/**
 * What the database does to rows of one entity when a row of another is deleted, by a foreign key between them. Only names, so
 * that nothing of the boot model is kept.
 *
 * @param child the entity that has the foreign key
 * @param association its to-one that writes the columns; empty if only a collection does
 * @param collection the role of the collection that the foreign key is declared on; empty if it is declared on the to-one
 * @param target the entity whose rows it refers to
 * @param columns those of the foreign key
 */
public record OnDelete(
        String child, String association, String collection, String target, Set<String> columns, Action action) {

    /** What happens to a row when the row is deleted that it refers to. */
    public enum Action {
        CASCADE,
        SET_NULL,
        SET_DEFAULT
    }

    public boolean cascades() {
        return action == Action.CASCADE;
    }

    /** The name of the collection in its owner. */
    public String attribute() {
        return collection.substring(target.length() + 1);
    }
}
