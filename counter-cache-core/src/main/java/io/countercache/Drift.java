package io.countercache;

/**
 * A counter whose stored value is not the actual one.
 *
 * @param entity the name of the parent entity
 * @param id the identifier of the parent
 * @param counter the attribute that keeps the counter
 * @param stored the value in the database, null as 0
 * @param actual the value computed from the children
 */
public record Drift(String entity, Object id, String counter, Number stored, Number actual) {}
