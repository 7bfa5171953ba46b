package io.countercache.hibernate.internal.model;

import java.util.Set;

/**
 * A foreign key with {@code @OnDelete}: what the database does to rows of one entity when it deletes a row of another one.
 * It has names only, so that it does not keep Hibernate's boot model in memory.
 *
 * @param child the entity that has the foreign key
 * @param association the to-one of the child that writes the columns; empty if only a collection writes them
 * @param collection the role of the collection that declares the foreign key; empty if the to-one declares it
 * @param target the entity whose rows it refers to
 * @param columns the columns of the foreign key
 */
public record OnDelete(
        String child, String association, String collection, String target, Set<String> columns, Action action) {

    /** What happens to a row when the row that it refers to is deleted. */
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
