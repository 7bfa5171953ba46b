package io.countercache.hibernate.internal.declaration;

import io.countercache.Counter;
import io.countercache.CounterCache;
import io.countercache.CounterMappingException;
import io.countercache.hibernate.internal.check.AnyDeclaration;
import io.countercache.hibernate.internal.check.ChildRowsCheck;
import io.countercache.hibernate.internal.check.CollectionDeclaration;
import io.countercache.hibernate.internal.check.CounterAttribute;
import io.countercache.hibernate.internal.check.OnDeleteRules;
import io.countercache.hibernate.internal.check.SummedAttribute;
import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.CounterDefinition.Counts;
import io.countercache.hibernate.internal.model.FreeCounter;
import io.countercache.hibernate.internal.model.FreeCounter.Limits;
import io.countercache.hibernate.internal.orm.BootModel;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.hibernate.boot.Metadata;
import org.hibernate.boot.model.relational.SqlStringGenerationContext;
import org.hibernate.mapping.Any;
import org.hibernate.mapping.Collection;
import org.hibernate.mapping.Component;
import org.hibernate.mapping.ManyToOne;
import org.hibernate.mapping.OneToMany;
import org.hibernate.mapping.PersistentClass;
import org.hibernate.mapping.Property;
import org.hibernate.mapping.ToOne;
import org.hibernate.mapping.Value;
import org.jspecify.annotations.Nullable;

/**
 * Reads the declarations from the classes that are mapped, and resolves them against Hibernate's boot model: to
 * definitions, or to one exception that names all that is wrong.
 */
public final class DeclarationReader {

    private final Metadata metadata;
    private final SqlStringGenerationContext tableNames;
    private final Predicate<Collection> isChanged;
    private final List<String> problems = new ArrayList<>();
    private final Map<Property, Declared> declared = new LinkedHashMap<>();
    private final Set<Property> inactive = new HashSet<>();
    private final Map<Property, FreeCounter> free = new LinkedHashMap<>();
    private @Nullable OnDeleteRules deletes;

    /** A counter, and the first place that declared it. */
    private record Declared(CounterDefinition counter, String where) {}

    /** An annotated attribute. */
    private record Place(PersistentClass entity, String attribute) {

        @Override
        public String toString() {
            return entity.getJpaEntityName() + "." + attribute;
        }
    }

    /** @param isChanged whether the library has changed the mapping of a collection before, for another session factory */
    public DeclarationReader(
            Metadata metadata, SqlStringGenerationContext tableNames, Predicate<Collection> isChanged) {
        this.metadata = metadata;
        this.tableNames = tableNames;
        this.isChanged = isChanged;
    }

    public Declarations read() {
        metadata.getEntityBindings().stream()
                .sorted(Comparator.comparing(PersistentClass::getEntityName))
                .forEach(this::readEntity);
        declared.forEach((counter, derived) -> {
            if (free.containsKey(counter)) {
                problems.add(
                        "%s: the counter that it counts in, '%s', is a @Counter, which is changed by hand only: remove one"
                                .formatted(derived.where(), counter.getName()));
            }
        });
        if (!problems.isEmpty()) {
            throw new CounterMappingException(problems);
        }
        declared.values().stream()
                .map(each -> metadata.getEntityBinding(each.counter().child()))
                .distinct()
                .forEach(ChildRowsCheck::warnOfHidden);
        return new Declarations(
                declared.values().stream().map(Declared::counter).toList(),
                declared.entrySet().stream()
                        .filter(each -> !inactive.contains(each.getKey()))
                        .map(each -> each.getValue().counter())
                        .toList(),
                List.copyOf(free.values()),
                declared.isEmpty()
                        ? List.of()
                        : deletes().named(metadata.getDatabase().getDialect()));
    }

    /** Read when the first counter is found that they could matter to. */
    private OnDeleteRules deletes() {
        deletes = deletes == null ? OnDeleteRules.read(metadata) : deletes;
        return deletes;
    }

    private void readEntity(PersistentClass entity) {
        Class<?> type = entity.getMappedClass();
        if (type == null) {
            return; // a dynamic model has no annotations
        }
        while (type != null && (type == entity.getMappedClass() || metadata.getEntityBinding(type.getName()) == null)) {
            readClass(entity, type);
            type = type.getSuperclass();
        }
        Stream.concat(entity.getProperties().stream(), Stream.ofNullable(entity.getIdentifierProperty()))
                .filter(property -> !property.isSynthetic())
                .forEach(property -> readEmbedded(new Place(entity, property.getName()), property.getValue()));
    }

    private void readClass(PersistentClass entity, Class<?> type) {
        for (Field field : type.getDeclaredFields()) {
            readAttribute(new Place(entity, field.getName()), field);
        }
        for (Method method : type.getDeclaredMethods()) {
            if (!method.isBridge()) {
                readAttribute(new Place(entity, AnnotatedMembers.attributeOf(method)), method);
            }
        }
    }

    /** An embeddable has no rows of its own: what it is embedded in is counted. */
    private void readEmbedded(Place place, Value value) {
        if (value instanceof Component embedded) {
            AnnotatedMembers.of(embedded)
                    .forEach(member -> readAttribute(
                            new Place(place.entity(), place.attribute() + "." + AnnotatedMembers.attributeOf(member)),
                            member));
            embedded.getProperties()
                    .forEach(part -> readEmbedded(
                            new Place(place.entity(), place.attribute() + "." + part.getName()), part.getValue()));
        } else if (value instanceof Collection collection && collection.getElement() instanceof Component embedded) {
            AnnotatedMembers.of(embedded)
                    .filter(member -> member.isAnnotationPresent(Counter.class)
                            || member.getAnnotationsByType(CounterCache.class).length > 0)
                    .forEach(
                            member -> problem(
                                    place,
                                    "a counter in an element of a collection, which has no row that could be followed: make it an entity"));
        }
    }

    private void readAttribute(Place place, AnnotatedElement member) {
        Counter counter = member.getAnnotation(Counter.class);
        if (counter != null) {
            readFree(place, counter);
        }
        for (CounterCache annotation : member.getAnnotationsByType(CounterCache.class)) {
            if (annotation.slots() == 0) {
                readCounter(place, annotation);
            } else {
                problem(place, "'slots' of @CounterCache is not supported yet: remove it");
            }
        }
    }

    private void readFree(Place place, Counter annotation) {
        Property property = BootModel.own(place.entity(), place.attribute());
        String problem = property == null
                ? "is not a persistent attribute of the entity itself: put @Counter on one"
                : CounterAttribute.unfit(place.entity(), property);
        problem = problem == null ? withPast(place.entity()) : problem;
        if (property == null || problem != null) {
            problem(place, problem);
        } else if (annotation.slots() != 0) {
            problem(place, "'slots' of @Counter is not supported yet: remove it");
        } else if (annotation.min() > annotation.max()) {
            problem(place, "min %d is greater than max %d: swap them".formatted(annotation.min(), annotation.max()));
        } else {
            free.put(
                    property,
                    new FreeCounter(
                            place.entity().getEntityName(),
                            tableOf(property),
                            property.getName(),
                            new Limits(annotation.min(), annotation.max())));
        }
    }

    private static @Nullable String withPast(PersistentClass entity) {
        return ChildRowsCheck.withPast(entity.getRootClass(), entity.getJpaEntityName());
    }

    private String tableOf(Property property) {
        return tableNames.format(property.getValue().getTable().getQualifiedTableName());
    }

    private void readCounter(Place place, CounterCache annotation) {
        Property property = BootModel.find(place.entity(), place.attribute());
        Value value = property == null ? null : property.getValue();
        if (value == null) {
            problem(place, "is not a persistent attribute: put @CounterCache on an association");
        } else if (value instanceof ManyToOne toOne) {
            PersistentClass target = metadata.getEntityBinding(toOne.getReferencedEntityName());
            DeclaredPath path = path(place, annotation, target, Counts.CHILDREN);
            if (path != null) {
                List<String> names = annotation.value().isEmpty()
                        ? path.defaultNames(place.entity(), place.attribute())
                        : List.of(annotation.value());
                declareChildren(place, annotation, path, names, place.entity(), place.attribute());
            }
        } else if (value instanceof Any any) {
            readAny(place, annotation, new AnyDeclaration(place.entity(), place.attribute(), any, metadata));
        } else if (value instanceof Collection collection) {
            readCollection(place, annotation, collection);
        } else if (value instanceof ToOne) {
            problem(place, "is the other side of a @OneToOne: put @CounterCache on the side with the column");
        } else {
            problem(place, "is not an association: put @CounterCache on a @ManyToOne or on a collection");
        }
    }

    private void readAny(Place place, CounterCache annotation, AnyDeclaration any) {
        String uncountable = any.uncountable(annotation);
        if (uncountable != null) {
            problem(place, uncountable);
            return;
        }
        List<String> names = annotation.value().isEmpty()
                ? DeclaredPath.namesWithoutCollection(place.entity())
                : List.of(annotation.value());
        for (PersistentClass parent : any.parents(names)) {
            DeclaredPath none = DeclaredPath.follow(parent, "", Counts.CHILDREN, metadata, deletes());
            declareChildren(place, annotation, none, names, place.entity(), place.attribute());
        }
    }

    private void readCollection(Place place, CounterCache annotation, Collection collection) {
        CollectionDeclaration rows = CollectionDeclaration.read(
                place.entity(), place.attribute(), collection, metadata, deletes(), isChanged);
        String name = annotation.value().isEmpty() ? place.attribute() + "Count" : annotation.value();
        if (rows != null) {
            String uncountable = rows.uncountable(annotation);
            if (uncountable != null) {
                problem(place, uncountable);
            } else {
                DeclaredPath path = path(place, annotation, rows.parent(), rows.counts());
                if (path != null) {
                    declare(place, annotation, path, List.of(name), rows.owner(), rows.association(), rows.counts());
                }
            }
            return;
        }
        if (!(collection.getElement() instanceof OneToMany elements)) {
            problem(place, "is not an association: put @CounterCache on a @ManyToOne or on a collection");
            return;
        }
        PersistentClass child = metadata.getEntityBinding(elements.getReferencedEntityName());
        Property association = BootModel.find(child, collection.getMappedByProperty());
        if (association == null
                || !(association.getValue() instanceof ManyToOne toOne)
                || !toOne.getReferencedEntityName().equals(place.entity().getEntityName())) {
            problem(
                    place,
                    "is mapped by %s.%s, which leads elsewhere than to %s: put @CounterCache on that association"
                            .formatted(
                                    child.getJpaEntityName(),
                                    collection.getMappedByProperty(),
                                    place.entity().getJpaEntityName()));
            return;
        }
        if (collection.getWhere() != null) {
            problem(
                    place,
                    "has a @SQLRestriction, but what it hides would count: put @CounterCache with a 'where' on the association");
            return;
        }
        DeclaredPath path = path(place, annotation, place.entity(), Counts.CHILDREN);
        if (path != null) {
            declareChildren(place, annotation, path, List.of(name), child, collection.getMappedByProperty());
        }
    }

    private @Nullable DeclaredPath path(Place place, CounterCache annotation, PersistentClass start, Counts counts) {
        DeclaredPath path = DeclaredPath.follow(start, annotation.path(), counts, metadata, deletes());
        if (path.problem() != null) {
            problem(place, path.problem());
            return null;
        }
        return path;
    }

    private void declareChildren(
            Place place,
            CounterCache annotation,
            DeclaredPath path,
            List<String> names,
            PersistentClass child,
            String association) {
        PersistentClass parent = path.end();
        Property reference = BootModel.find(child, association);
        if (reference == null || !BootModel.isWritten(child, reference)) {
            problem(
                    place,
                    "%s.%s does not write its column: count the association that does"
                            .formatted(child.getJpaEntityName(), association));
            return;
        }
        String uncountable = ChildRowsCheck.uncountable(metadata, deletes(), parent, child, association, annotation);
        if (uncountable != null) {
            problem(place, uncountable);
            return;
        }
        declare(place, annotation, path, names, child, association, Counts.CHILDREN);
    }

    private void declare(
            Place place,
            CounterCache annotation,
            DeclaredPath path,
            List<String> names,
            PersistentClass child,
            String association,
            Counts counts) {
        PersistentClass parent = path.end();
        String withPast = Stream.of(child, parent)
                .map(DeclarationReader::withPast)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
        if (withPast != null) {
            problem(place, withPast);
            return;
        }
        Property counter = names.stream()
                .map(name -> BootModel.own(parent, name))
                .filter(found -> found != null)
                .findFirst()
                .orElse(null);
        String problem =
                counter == null ? CounterAttribute.missing(parent, names) : unfit(annotation, child, parent, counter);
        if (counter == null || problem != null) {
            problem(place, problem);
            return;
        }
        for (String touched : annotation.touch()) {
            String untouchable = CounterAttribute.untouchable(parent, touched, counter);
            if (untouchable != null) {
                problem(place, untouchable);
                return;
            }
        }
        if (!annotation.active()) {
            inactive.add(counter);
        }
        CounterDefinition definition = new CounterDefinition(
                parent.getEntityName(),
                tableOf(counter),
                counter.getName(),
                child.getEntityName(),
                association,
                counts,
                path.names(),
                annotation.where(),
                annotation.sum(),
                Stream.of(annotation.touch()).distinct().sorted().toList());
        Declared other = declared.putIfAbsent(counter, new Declared(definition, place.toString()));
        if (other != null && !other.counter().equals(definition)) {
            problem(
                    place,
                    "%s.%s is counted by %s already: give each a counter of its own"
                            .formatted(parent.getJpaEntityName(), counter.getName(), other.where()));
        }
    }

    private static @Nullable String unfit(
            CounterCache annotation, PersistentClass child, PersistentClass parent, Property counter) {
        if (annotation.sum().isEmpty()) {
            return CounterAttribute.unfit(parent, counter);
        }
        String problem = CounterAttribute.unfitForSums(parent, counter);
        return problem == null ? SummedAttribute.unfit(child, annotation.sum(), parent, counter) : problem;
    }

    private void problem(Place place, @Nullable String problem) {
        problems.add(place + ": " + problem);
    }
}
