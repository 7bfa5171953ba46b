package io.countercache.hibernate.internal.model;

/**
 * A row that has counters.
 *
 * @param table the table that its counters are declared for
 * @param id the identifier of the parent
 */
public record ParentRow(String table, Object id) {}
