package io.countercache.hibernate.internal.model;

/**
 * A row that carries counters.
 *
 * @param table the table of the row
 * @param id the identifier of the parent entity
 */
public record ParentRow(String table, Object id) {}
