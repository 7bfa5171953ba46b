package io.countercache.hibernate.internal.model;

import static java.util.Objects.requireNonNull;

import io.countercache.hibernate.internal.model.CounterDefinition.Counts;
import io.countercache.hibernate.internal.model.CounterPaths.PathStep;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.orm.EntityTables;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.stream.Stream;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.persister.entity.EntityPersister;

/**
 * The tables of each counter: those that have the counter, and those whose rows it counts. Immutable.
 *
 * <p>A counter is declared for one table, the one that its {@link ParentRow}s name. Where each class of a hierarchy has a
 * table of its own (TABLE_PER_CLASS), the row is in one of several tables instead.
 */
public final class CounterTables {

    private final Map<CounterDefinition, NavigableMap<String, EntityPersister>> tables = new LinkedHashMap<>();
    /** For each table that has counters, those that may be in it. Looked up by every query. */
    private final Map<String, Set<CounterDefinition>> counters = new HashMap<>();
    /** For each table that has counters, the tables that these are declared for. */
    private final Map<String, Set<String>> declared = new HashMap<>();

    private final boolean areSpread;
    private final CounterPaths paths;
    private final SessionFactoryImplementor factory;

    CounterTables(Iterable<CounterDefinition> definitions, CounterPaths paths, SessionFactoryImplementor factory) {
        this.paths = paths;
        this.factory = factory;
        boolean spread = false;
        for (CounterDefinition counter : definitions) {
            var rows = EntityTables.tables(Entities.entity(counter.parent(), factory), counter.table());
            tables.put(counter, rows);
            spread |= !rows.keySet().equals(Set.of(counter.table()));
            Set<String> all = new HashSet<>(rows.keySet());
            all.add(counter.table());
            for (String table : all) {
                counters.computeIfAbsent(table, any -> new LinkedHashSet<>()).add(counter);
                declared.computeIfAbsent(table, any -> new HashSet<>()).add(counter.table());
            }
        }
        areSpread = spread;
    }

    /** The tables that the row of a counter may be in, each with the entity whose rows are in it. */
    public NavigableMap<String, EntityPersister> of(CounterDefinition counter) {
        return requireNonNull(tables.get(counter));
    }

    /** Whether the row of some counter is in another table than the one that the counter is declared for. */
    public boolean areSpread() {
        return areSpread;
    }

    /** The tables that have counters. */
    public Set<String> names() {
        return counters.keySet();
    }

    /** The counters that may be in a table; empty for most tables. */
    public Set<CounterDefinition> countersIn(String table) {
        return counters.getOrDefault(table, Set.of());
    }

    /** The tables that the counters in a table are declared for; empty for most tables. */
    public Set<String> declaredFor(String table) {
        return declared.getOrDefault(table, Set.of());
    }

    /** An entity that has counters in this table. */
    public EntityPersister parentIn(String table) {
        return Entities.entity(countersIn(table).iterator().next().parent(), factory);
    }

    /** The entity that has all of these counters in one table: counters of one row may be those of its superclasses, too. */
    public EntityPersister parentIn(String table, Set<CounterDefinition> counters) {
        return counters.stream()
                .map(counter -> requireNonNull(of(counter).get(table)))
                .reduce((one, other) -> other.isTypeOrSuperType(one) ? other : one)
                .orElseThrow();
    }

    /** Whether one entity has all of these counters, and not one some of them and another subclass in the same table the others. */
    public boolean haveOneParent(String table, Set<CounterDefinition> counters) {
        EntityPersister parent = parentIn(table, counters);
        return counters.stream()
                .allMatch(counter ->
                        parent.isTypeOrSuperType(requireNonNull(of(counter).get(table))));
    }

    /** The entities whose rows a counter depends on: those with the association, and those that its path leads through. */
    public Stream<EntityPersister> countedEntities(CounterDefinition counter) {
        return Stream.concat(
                Stream.of(Entities.entity(counter.child(), factory)),
                paths.steps(counter).stream().map(PathStep::entity));
    }

    /** The tables whose rows a counter counts, or that its path leads through. */
    public Set<String> countedTables(CounterDefinition counter) {
        boolean isCollection = counter.counts() != Counts.CHILDREN;
        Set<String> counted = new HashSet<>();
        if (isCollection) {
            counted.addAll(
                    Arrays.asList(CountedCollections.persister(counter, factory).getCollectionSpaces()));
        }
        countedEntities(counter)
                .skip(isCollection ? 1 : 0) // the rows of a collection count, not those of its owner
                .forEach(entity -> counted.addAll(EntityTables.querySpaces(entity)));
        return counted;
    }
}
