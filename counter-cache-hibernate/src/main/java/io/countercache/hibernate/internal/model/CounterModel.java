package io.countercache.hibernate.internal.model;

import io.countercache.hibernate.internal.condition.Condition;
import io.countercache.hibernate.internal.condition.ConditionRules;
import io.countercache.hibernate.internal.model.CounterDefinition.Counts;
import io.countercache.hibernate.internal.model.FreeCounter.Limits;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.support.SqlType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.metamodel.mapping.PluralAttributeMapping;
import org.hibernate.metamodel.mapping.internal.EntityCollectionPart;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/** The counters of one session factory, found by their child, by their parent, or by the names that users give. Thread-safe. */
public final class CounterModel {

    private final List<CounterDefinition> definitions;
    private final List<FreeCounter> free;
    private final CounterSlots slots;
    private final SessionFactoryImplementor factory;
    private final MovedByHand movedByHand = new MovedByHand();
    private final Map<CounterDefinition, Condition> conditions = new HashMap<>();
    // filled on first use: the runtime mapping does not exist yet when the declarations are read
    private final Map<EntityPersister, WatchedEntity> byChild = new ConcurrentHashMap<>();
    private final Map<EntityPersister, List<ParentCounter>> byParent = new ConcurrentHashMap<>();
    private final Map<EntityPersister, Boolean> hierarchies = new ConcurrentHashMap<>();
    private volatile @Nullable CounterPaths paths;
    private volatile @Nullable CounterTables tables;

    public CounterModel(
            List<CounterDefinition> definitions, List<FreeCounter> free, SessionFactoryImplementor factory) {
        this.definitions = List.copyOf(definitions);
        this.free = List.copyOf(free);
        this.slots = new CounterSlots(definitions, free);
        this.factory = factory;
    }

    /** Whether no counter is declared. */
    public boolean isEmpty() {
        return definitions.isEmpty() && free.isEmpty();
    }

    public List<CounterDefinition> definitions() {
        return definitions;
    }

    public CounterSlots slots() {
        return slots;
    }

    public MovedByHand movedByHand() {
        return movedByHand;
    }

    public List<FreeCounter> free() {
        return free;
    }

    public EntityPersister parent(CounterDefinition counter) {
        return Entities.entity(counter.parent(), factory);
    }

    public CounterPaths paths() {
        CounterPaths known = paths;
        if (known == null) {
            known = new CounterPaths(definitions, factory);
            paths = known;
        }
        return known;
    }

    public CounterTables tables() {
        CounterTables known = tables;
        if (known == null) {
            known = new CounterTables(definitions, paths(), factory);
            tables = known;
        }
        return known;
    }

    // ---- conditions ----

    /**
     * Reads the conditions, once all entities are known. Returns what is wrong with them.
     *
     * @param rules those of the database
     * @param definedColumns the columns that the application has defined by SQL: {@code table.column} to its type
     */
    public List<String> readConditions(ConditionRules rules, Map<String, SqlType> definedColumns) {
        List<String> problems = new ArrayList<>();
        for (CounterDefinition counter : definitions) {
            if (!counter.where().isEmpty()) {
                EntityPersister child = Entities.entity(counter.child(), factory);
                try {
                    conditions.put(counter, Condition.read(counter.where(), child, factory, rules, definedColumns));
                } catch (RuntimeException e) {
                    problems.add("%s.%s: 'where': %s"
                            .formatted(
                                    Entities.name(child),
                                    counter.association(),
                                    e instanceof IllegalArgumentException
                                            ? e.getMessage()
                                            : "it cannot be read (%s): write it otherwise, and report this"
                                                    .formatted(e)));
                }
            }
        }
        return problems;
    }

    /** The condition under which a child counts; null for always. */
    @Nullable
    public Condition condition(CounterDefinition counter) {
        return conditions.get(counter);
    }

    /** The condition in HQL, for a child with this alias; empty for always. */
    public String where(CounterDefinition counter, String alias) {
        Condition condition = conditions.get(counter);
        return condition == null ? "" : condition.hql(alias);
    }

    // ---- by child ----

    /** An entity as counters watch it. */
    public WatchedEntity watched(EntityPersister child) {
        WatchedEntity known = byChild.get(child);
        return known != null ? known : byChild.computeIfAbsent(child, this::resolveWatched);
    }

    private WatchedEntity resolveWatched(EntityPersister child) {
        WatchedEntity watched = new WatchedEntity(child);
        for (CounterDefinition counter : definitions) {
            if (counter.counts() == Counts.CHILDREN && Entities.isOrExtends(child, counter.child())) {
                watched.countedBy(counter, conditions.get(counter));
            }
            paths().steps(counter).stream()
                    .filter(step -> child.isTypeOrSuperType(step.entity()))
                    .forEach(watched::passedBy);
        }
        return watched;
    }

    /**
     * The classes of rows that a statement on this entity may change: only the entity itself, if its subclasses have no other
     * counters than it has, else each class that may have rows.
     */
    public List<WatchedEntity> watchedClasses(EntityPersister entity) {
        WatchedEntity own = watched(entity);
        List<WatchedEntity> classes = Entities.withSubclasses(entity)
                .map(this::watched)
                .filter(each -> !each.entity().isAbstract())
                .toList();
        return classes.stream().allMatch(own::hasAllOf) ? List.of(own) : classes;
    }

    // ---- by parent ----

    /** The counters that instances of this entity have. */
    public List<ParentCounter> countersOf(EntityPersister parent) {
        List<ParentCounter> known = byParent.get(parent);
        return known != null ? known : byParent.computeIfAbsent(parent, this::resolveCountersOf);
    }

    private List<ParentCounter> resolveCountersOf(EntityPersister parent) {
        Stream<ParentCounter> derived = definitions.stream()
                .filter(counter -> Entities.isOrExtends(parent, counter.parent()))
                .map(counter -> inState(parent, counter.table(), counter.counter(), counter));
        Stream<ParentCounter> byHand = free.stream()
                .filter(counter -> Entities.isOrExtends(parent, counter.entity()))
                .map(counter -> inState(parent, counter.table(), counter.counter(), null));
        return Stream.concat(derived, byHand).toList();
    }

    private static ParentCounter inState(
            EntityPersister parent, String table, String counter, @Nullable CounterDefinition derived) {
        int index = parent.getPropertyIndex(counter);
        return new ParentCounter(table, index, parent.getPropertyTypes()[index].getReturnedClass(), derived);
    }

    /** Whether any class in the hierarchy of an entity has counters. */
    public boolean mayHaveCounters(EntityPersister entity) {
        Boolean known = hierarchies.get(entity);
        return known != null ? known : hierarchies.computeIfAbsent(entity, this::resolveMayHaveCounters);
    }

    private boolean resolveMayHaveCounters(EntityPersister entity) {
        return Stream.concat(
                        definitions.stream().map(CounterDefinition::parent),
                        free.stream().map(FreeCounter::entity))
                .map(parent -> Entities.entity(parent, factory).getRootEntityName())
                .anyMatch(entity.getRootEntityName()::equals);
    }

    /** The entities that have derived counters, in the order of their names. */
    public List<EntityPersister> parents() {
        return definitions.stream()
                .map(CounterDefinition::parent)
                .distinct()
                .sorted()
                .map(name -> Entities.entity(name, factory))
                .toList();
    }

    /** The derived counters of one of these, without those that a superclass has. */
    public List<CounterDefinition> countersIn(EntityPersister parent) {
        return definitions.stream()
                .filter(counter -> counter.parent().equals(parent.getEntityName()))
                .toList();
    }

    // ---- by name ----

    /** The bounds of a counter; none if it is not declared as a counter. */
    public Limits limits(EntityPersister entity, String counter) {
        return free.stream()
                .filter(each -> each.counter().equals(counter) && Entities.isOrExtends(entity, each.entity()))
                .findFirst()
                .map(FreeCounter::limits)
                .orElse(Limits.NONE);
    }

    /** Whether an attribute of this entity is a counter of children, and not one that is only changed by hand. */
    public boolean isDerived(EntityPersister entity, String counter) {
        return derived(entity).stream()
                .anyMatch(definition -> definition.counter().equals(counter));
    }

    /** Whether none of the counters of an entity counts children. */
    public boolean hasNoDerived(EntityPersister entity) {
        return derived(entity).isEmpty();
    }

    /** In the order of their names. */
    private List<CounterDefinition> derived(EntityPersister parent) {
        return countersOf(parent).stream()
                .map(ParentCounter::derived)
                .filter(Objects::nonNull)
                .sorted(Comparator.comparing(CounterDefinition::counter))
                .toList();
    }

    /** The counters of a parent that a user names by their attributes, or by the collections that they count; else all. */
    public List<CounterDefinition> named(EntityPersister parent, String... names) {
        if (names == null) {
            throw new IllegalArgumentException(
                    "null names no counters of %s: name some, or nothing for all".formatted(Entities.name(parent)));
        }
        List<CounterDefinition> all = derived(parent);
        if (all.isEmpty()) {
            throw new IllegalArgumentException(
                    "%s has no counters: put @CounterCache on an association that leads to it"
                            .formatted(Entities.name(parent)));
        }
        Set<CounterDefinition> named = new LinkedHashSet<>();
        for (String name : names) {
            List<CounterDefinition> matching = all.stream()
                    .filter(counter -> counter.counter().equals(name) || counts(counter, parent, name))
                    .toList();
            if (matching.isEmpty()) {
                String known = all.stream().map(CounterDefinition::counter).collect(Collectors.joining(", "));
                throw new IllegalArgumentException(
                        "%s has no counter '%s': name one of its counters, or a collection that is counted: %s"
                                .formatted(Entities.name(parent), name, known));
            }
            named.addAll(matching);
        }
        return names.length == 0 ? all : List.copyOf(named);
    }

    /** Whether this attribute of a parent is the collection that a counter counts. */
    private static boolean counts(CounterDefinition counter, EntityPersister parent, @Nullable String attribute) {
        if (attribute == null
                || !counter.path().isEmpty()
                || !(parent.findAttributeMapping(attribute) instanceof PluralAttributeMapping collection)) {
            return false;
        }
        if (counter.counts() == Counts.ELEMENTS) {
            return counter.association().equals(attribute);
        }
        return counter.association().equals(collection.getCollectionDescriptor().getMappedByProperty())
                && collection.getElementDescriptor() instanceof EntityCollectionPart children
                && children.getAssociatedEntityMappingType().getEntityName().equals(counter.child());
    }
}
