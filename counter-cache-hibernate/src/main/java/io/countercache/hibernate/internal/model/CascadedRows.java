package io.countercache.hibernate.internal.model;

/**
 * Rows of a collection table that the database deletes along with other rows, by a foreign key with ON DELETE CASCADE. By names
 * only, as {@link OnDelete}.
 *
 * @param collection the role of the collection that writes the rows
 * @param isElement whether they go with the element that they refer to; else with the owner
 */
public record CascadedRows(String collection, boolean isElement) {}
