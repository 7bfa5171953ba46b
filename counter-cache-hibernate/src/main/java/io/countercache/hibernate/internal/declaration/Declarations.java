package io.countercache.hibernate.internal.declaration;

import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.FreeCounter;
import io.countercache.hibernate.internal.model.OnDelete;
import java.util.List;

/**
 * All counters, and what the database does by itself when rows are deleted.
 *
 * @param derived those that are kept equal to their count
 * @param read the active ones among these
 * @param free those that are changed by hand
 */
public record Declarations(
        List<CounterDefinition> derived,
        List<CounterDefinition> read,
        List<FreeCounter> free,
        List<OnDelete> deletes) {}
