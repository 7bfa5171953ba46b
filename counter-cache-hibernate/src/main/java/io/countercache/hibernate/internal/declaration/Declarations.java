package io.countercache.hibernate.internal.declaration;

import io.countercache.hibernate.internal.model.CascadedRows;
import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.FreeCounter;
import io.countercache.hibernate.internal.model.OnDelete;
import java.util.List;
import java.util.Map;
import org.hibernate.mapping.Collection;
import org.hibernate.mapping.Property;

/**
 * All declared counters, and the foreign keys by which the database itself changes rows when others are deleted.
 *
 * @param derived the counters of {@code @CounterCache}
 * @param sizes the collections whose size is told by a counter, each with the attribute that is the counter
 * @param free the counters of {@code @Counter}
 * @param deletes the {@code ON DELETE} actions of the mapping; empty if there are no derived counters
 * @param rows the rows of collection tables that such actions delete; empty likewise
 */
public record Declarations(
        List<CounterDefinition> derived,
        Map<Collection, Property> sizes,
        List<FreeCounter> free,
        List<OnDelete> deletes,
        List<CascadedRows> rows) {}
