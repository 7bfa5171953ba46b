package io.countercache;

import java.util.List;

/**
 * One counter, resolved from its declarations: where it is kept, and what it counts.
 *
 * @param parent the name of the entity that has the counter
 * @param table the table of the column that keeps the counter
 * @param counter the attribute of the parent that keeps it
 * @param child the name of the entity whose rows are counted
 * @param association the to-one attribute of the child that leads to the parent
 * @param touch the date/time attributes of the parent that are set to now whenever the counter moves
 */
public record CounterDefinition(
        String parent, String table, String counter, String child, String association, List<String> touch) {}
