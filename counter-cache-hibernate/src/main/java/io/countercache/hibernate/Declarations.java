package io.countercache.hibernate;

import io.countercache.CounterDefinition;
import java.util.List;

/**
 * All counters, and what the database does by itself when rows are deleted.
 *
 * @param derived those that are kept equal to their count
 * @param read the active ones among these
 * @param free those that are changed by hand
 */
record Declarations(
        List<CounterDefinition> derived,
        List<CounterDefinition> read,
        List<FreeCounter> free,
        List<OnDelete> deletes) {}
