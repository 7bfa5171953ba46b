package io.countercache.hibernate.internal.model;

import static java.util.Objects.requireNonNull;

import io.countercache.hibernate.internal.model.CounterDefinition.Counts;
import io.countercache.hibernate.internal.model.CounterPaths.PathStep;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.orm.EntityTables;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.stream.Collectors;
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
    private final CounterPaths paths;
    private final SessionFactoryImplementor factory;

    CounterTables(Iterable<CounterDefinition> definitions, CounterPaths paths, SessionFactoryImplementor factory) {
        this.paths = paths;
        this.factory = factory;
        definitions.forEach(counter ->
                tables.put(counter, EntityTables.tables(Entities.entity(counter.parent(), factory), counter.table())));
    }

    /** The tables that the row of a counter may be in, each with the entity whose rows are in it. */
    public NavigableMap<String, EntityPersister> of(CounterDefinition counter) {
        return requireNonNull(tables.get(counter));
    }

    /** Whether the row of some counter is in another table than the one that the counter is declared for. */
    public boolean areSpread() {
        return tables.entrySet().stream()
                .anyMatch(each ->
                        !each.getValue().keySet().equals(Set.of(each.getKey().table())));
    }

    /** The counters that may be in one of these tables. */
    public Stream<CounterDefinition> countersIn(Set<String> names) {
        return tables.keySet().stream()
                .filter(counter -> names.contains(counter.table())
                        || !Collections.disjoint(names, of(counter).keySet()));
    }

    /** The tables that these counters are declared for. */
    public Set<String> declaredFor(Set<String> names) {
        return countersIn(names).map(CounterDefinition::table).collect(Collectors.toSet());
    }

    /** An entity that has counters in this table. */
    public EntityPersister parentIn(String table) {
        return Entities.entity(
                countersIn(Set.of(table)).findFirst().orElseThrow().parent(), factory);
    }

    /** The entity that has all of these counters in one table: counters of one row may be those of its superclasses, too. */
    public EntityPersister parentIn(String table, Set<CounterDefinition> counters) {
        return counters.stream()
                .map(counter -> requireNonNull(of(counter).get(table)))
                .reduce((one, other) -> other.isTypeOrSuperType(one) ? other : one)
                .orElseThrow();
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
