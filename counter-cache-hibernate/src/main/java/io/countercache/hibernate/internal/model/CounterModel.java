package io.countercache.hibernate.internal.model;

import io.countercache.hibernate.internal.condition.Condition;
import io.countercache.hibernate.internal.model.CounterDefinition.Counts;
import io.countercache.hibernate.internal.model.CounterPaths.PathStep;
import io.countercache.hibernate.internal.model.FreeCounter.Limits;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.orm.EntityTables;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.metamodel.mapping.PluralAttributeMapping;
import org.hibernate.metamodel.mapping.internal.EntityCollectionPart;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.persister.entity.UnionSubclassEntityPersister;
import org.jspecify.annotations.Nullable;

/** The counters of one session factory, found by child, by parent, and by the tables that a query reads. */
public final class CounterModel {

    private final List<CounterDefinition> definitions;
    private final List<FreeCounter> free;
    private final Map<CounterDefinition, Condition> conditions = new HashMap<>();
    // filled on first use: the runtime mapping does not exist yet when the declarations are read
    private final Map<EntityPersister, WatchedEntity> byChild = new ConcurrentHashMap<>();
    private final Map<EntityPersister, List<KeptCounter>> byParent = new ConcurrentHashMap<>();
    private final Map<EntityPersister, Boolean> hierarchies = new ConcurrentHashMap<>();
    private volatile @Nullable CounterPaths paths;

    /**
     * A counter, seen from a parent: where in the state of the parent its value stands.
     *
     * @param derived what it counts; null for a counter that is changed by hand only
     */
    public record KeptCounter(
            String table,
            int index,
            Class<?> type,
            @Nullable CounterDefinition derived) {

        public ParentRow row(Object id) {
            return new ParentRow(table, id);
        }
    }

    public CounterModel(List<CounterDefinition> definitions, List<FreeCounter> free) {
        this.definitions = List.copyOf(definitions);
        this.free = List.copyOf(free);
    }

    /** Whether nothing is declared. */
    public boolean isEmpty() {
        return definitions.isEmpty() && free.isEmpty();
    }

    public List<CounterDefinition> definitions() {
        return definitions;
    }

    /** What the counters look at of rows of this entity. */
    public WatchedEntity counted(EntityPersister child) {
        WatchedEntity known = byChild.get(child);
        return known != null ? known : byChild.computeIfAbsent(child, this::resolveCounted);
    }

    /**
     * The same for each class of rows that a statement on this entity may change: one for all, or one for each class where
     * they have different counters.
     */
    public List<WatchedEntity> countedClasses(EntityPersister entity) {
        WatchedEntity own = counted(entity);
        List<WatchedEntity> classes = Entities.withSubclasses(entity)
                .map(this::counted)
                .filter(each -> !each.child().isAbstract())
                .toList();
        // a class has the counters of those that it extends
        return classes.stream().allMatch(own::hasAllOf) ? List.of(own) : classes;
    }

    private WatchedEntity resolveCounted(EntityPersister child) {
        WatchedEntity counted = new WatchedEntity(child);
        for (CounterDefinition counter : definitions) {
            if (counter.counts() == Counts.CHILDREN && Entities.isOrExtends(child, counter.child())) {
                counted.countedBy(counter, conditions.get(counter));
            }
            paths(child.getFactory()).steps(counter).stream()
                    .filter(step -> child.isTypeOrSuperType(step.entity()))
                    .forEach(counted::passedBy);
        }
        return counted;
    }

    /** Reads the conditions, which needs all entities to be known; answers with what is wrong. */
    public List<String> readConditions(SessionFactoryImplementor factory, boolean likesUtf16) {
        List<String> problems = new ArrayList<>();
        for (CounterDefinition counter : definitions) {
            if (!counter.where().isEmpty()) {
                try {
                    conditions.put(
                            counter,
                            Condition.read(
                                    counter.where(), Entities.entity(counter.child(), factory), factory, likesUtf16));
                } catch (IllegalArgumentException e) {
                    problems.add("%s.%s: 'where': %s"
                            .formatted(
                                    Entities.entity(counter.child(), factory).getImportedName(),
                                    counter.association(),
                                    e.getMessage()));
                }
            }
        }
        return problems;
    }

    /** The paths to counters further up. */
    public CounterPaths paths(SessionFactoryImplementor factory) {
        CounterPaths known = paths;
        if (known == null) {
            known = new CounterPaths(definitions, factory);
            paths = known;
        }
        return known;
    }

    /** The condition under which a child counts; null for always. */
    @Nullable
    public Condition condition(CounterDefinition counter) {
        return conditions.get(counter);
    }

    /** The HQL condition under which a child with this alias counts; empty for always. */
    public String where(CounterDefinition counter, String alias) {
        Condition condition = conditions.get(counter);
        return condition == null ? "" : condition.hql(alias);
    }

    /** Between what a counter stays; of one that is not declared, anything. */
    public Limits limits(EntityPersister entity, String counter) {
        return free.stream()
                .filter(each -> each.counter().equals(counter) && Entities.isOrExtends(entity, each.entity()))
                .findFirst()
                .map(FreeCounter::limits)
                .orElse(Limits.NONE);
    }

    /** Whether a counter of this entity is kept equal to its count. */
    public boolean isDerived(EntityPersister entity, String counter) {
        return definitionsOf(entity).stream()
                .anyMatch(definition -> definition.counter().equals(counter));
    }

    /** The counters that instances of this entity carry. */
    public List<KeptCounter> keptBy(EntityPersister parent) {
        List<KeptCounter> known = byParent.get(parent);
        return known != null ? known : byParent.computeIfAbsent(parent, this::resolveKeptBy);
    }

    /** Whether an instance of this hierarchy of entities may carry counters. */
    public boolean keepsAny(EntityPersister parent) {
        Boolean known = hierarchies.get(parent);
        return known != null ? known : hierarchies.computeIfAbsent(parent, this::resolveKeepsAny);
    }

    /**
     * All tables that have to be flushed before these can be read: what is counted on them, themselves included.
     *
     * @param causes the entities by whose rows the database changes those of another one
     */
    public Set<String> readTogether(
            Set<String> tables,
            Function<EntityPersister, Set<EntityPersister>> causes,
            SharedSessionContractImplementor session) {
        Set<String> together = new HashSet<>(tables);
        for (CounterDefinition counter : definitions) {
            if (isKeptIn(tables, counter, session)) {
                countedOn(counter, session.getFactory())
                        .flatMap(entity -> Stream.concat(Stream.of(entity), causes.apply(entity).stream()))
                        .forEach(entity -> addTables(entity, together));
                together.addAll(collectionTables(counter, session.getFactory()));
            }
        }
        return together;
    }

    /** The entities whose rows a counter depends on. */
    private Stream<EntityPersister> countedOn(CounterDefinition counter, SessionFactoryImplementor factory) {
        return Stream.concat(
                Stream.of(Entities.entity(counter.child(), factory)),
                paths(factory).steps(counter).stream().map(PathStep::entity));
    }

    private static List<String> collectionTables(CounterDefinition counter, SessionFactoryImplementor factory) {
        return counter.counts() == Counts.CHILDREN
                ? List.of()
                : List.of(CountedCollections.persister(counter, factory).getCollectionSpaces());
    }

    /** The tables whose rows a counter counts, or leads through. */
    public Set<String> countedTables(CounterDefinition counter, SessionFactoryImplementor factory) {
        Set<String> tables = new HashSet<>(collectionTables(counter, factory));
        countedOn(counter, factory)
                .skip(counter.counts() == Counts.CHILDREN ? 0 : 1) // of a collection its own rows count
                .forEach(entity -> addTables(entity, tables));
        return tables;
    }

    private static void addTables(EntityPersister entity, Set<String> tables) {
        for (Object space : entity.getQuerySpaces()) {
            tables.add((String) space);
        }
    }

    /** The tables that counters are declared for of which some may be kept in these. */
    public Set<String> declaredFor(Set<String> tables, SharedSessionContractImplementor session) {
        return definitions.stream()
                .filter(counter -> isKeptIn(tables, counter, session))
                .map(CounterDefinition::table)
                .collect(Collectors.toSet());
    }

    private boolean isKeptIn(Set<String> tables, CounterDefinition counter, SharedSessionContractImplementor session) {
        return tables.contains(counter.table())
                || (parent(counter, session) instanceof UnionSubclassEntityPersister
                        && EntityTables.tables(parent(counter, session), counter.table()).keySet().stream()
                                .anyMatch(tables::contains));
    }

    /** Whether rows of some parent are in more than one table, because each of its classes has one of its own. */
    public boolean isSpread(SharedSessionContractImplementor session) {
        return definitions.stream()
                .anyMatch(counter -> parent(counter, session) instanceof UnionSubclassEntityPersister);
    }

    /** The counters of a parent entity, in the order of their names. */
    List<CounterDefinition> definitionsOf(EntityPersister parent) {
        return keptBy(parent).stream()
                .map(KeptCounter::derived)
                .filter(Objects::nonNull)
                .sorted(Comparator.comparing(CounterDefinition::counter))
                .toList();
    }

    /** An entity that has counters in this table. */
    public EntityPersister parentIn(String table, SharedSessionContractImplementor session) {
        return definitions.stream()
                .filter(counter -> isKeptIn(Set.of(table), counter, session))
                .findFirst()
                .map(counter -> parent(counter, session))
                .orElseThrow();
    }

    /** The counters of a parent that a user names, by themselves or by the collections that they count. */
    public List<CounterDefinition> named(EntityPersister parent, String... names) {
        List<CounterDefinition> all = definitionsOf(parent);
        if (all.isEmpty()) {
            throw noCounters(parent);
        }
        Set<CounterDefinition> named = new LinkedHashSet<>();
        for (String name : names) {
            List<CounterDefinition> matching = all.stream()
                    .filter(counter -> counter.counter().equals(name) || counts(counter, parent, name))
                    .toList();
            if (matching.isEmpty()) {
                throw new IllegalArgumentException(
                        "%s has no counter '%s': name one of its counters, or a collection that is counted: %s"
                                .formatted(
                                        parent.getImportedName(),
                                        name,
                                        all.stream()
                                                .map(CounterDefinition::counter)
                                                .collect(Collectors.joining(", "))));
            }
            named.addAll(matching);
        }
        return names.length == 0 ? all : List.copyOf(named);
    }

    static IllegalArgumentException noCounters(EntityPersister parent) {
        return new IllegalArgumentException("%s has no counters: put @CounterCache on an association that leads to it"
                .formatted(parent.getImportedName()));
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

    /** The entity that has all of these counters of one row, its own and those of its superclasses. */
    public EntityPersister parent(Set<CounterDefinition> counters, SharedSessionContractImplementor session) {
        return counters.stream()
                .map(counter -> parent(counter, session))
                .reduce((one, other) -> other.isTypeOrSuperType(one) ? other : one)
                .orElseThrow();
    }

    public EntityPersister parent(CounterDefinition counter, SharedSessionContractImplementor session) {
        return Entities.entity(counter.parent(), session.getFactory());
    }

    private List<KeptCounter> resolveKeptBy(EntityPersister parent) {
        Stream<KeptCounter> derived = definitions.stream()
                .filter(counter -> Entities.isOrExtends(parent, counter.parent()))
                .map(counter -> kept(parent, counter.table(), counter.counter(), counter));
        Stream<KeptCounter> byHand = free.stream()
                .filter(counter -> Entities.isOrExtends(parent, counter.entity()))
                .map(counter -> kept(parent, counter.table(), counter.counter(), null));
        return Stream.concat(derived, byHand).toList();
    }

    /** The type of the attribute that keeps a counter. */
    public static Class<?> type(CounterDefinition counter, EntityPersister parent) {
        int index = parent.getPropertyIndex(counter.counter());
        return parent.getPropertyTypes()[index].getReturnedClass();
    }

    private static KeptCounter kept(
            EntityPersister parent, String table, String counter, @Nullable CounterDefinition derived) {
        int index = parent.getPropertyIndex(counter);
        return new KeptCounter(table, index, parent.getPropertyTypes()[index].getReturnedClass(), derived);
    }

    private boolean resolveKeepsAny(EntityPersister parent) {
        var metamodel = parent.getFactory().getMappingMetamodel();
        return Stream.concat(
                        definitions.stream().map(CounterDefinition::parent),
                        free.stream().map(FreeCounter::entity))
                .map(entity -> metamodel.getEntityDescriptor(entity).getRootEntityName())
                .anyMatch(parent.getRootEntityName()::equals);
    }
}
