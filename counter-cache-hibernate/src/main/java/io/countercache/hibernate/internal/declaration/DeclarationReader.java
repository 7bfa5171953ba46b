package io.countercache.hibernate.internal.declaration;

import io.countercache.Counter;
import io.countercache.CounterCache;
import io.countercache.hibernate.internal.check.AuditedCounter;
import io.countercache.hibernate.internal.check.ChildRowsCheck;
import io.countercache.hibernate.internal.check.CounterAttribute;
import io.countercache.hibernate.internal.check.MissingAttribute;
import io.countercache.hibernate.internal.check.SlotTable;
import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.FreeCounter;
import io.countercache.hibernate.internal.model.FreeCounter.Limits;
import io.countercache.hibernate.internal.orm.BootModel;
import io.countercache.hibernate.internal.support.Problems;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.hibernate.boot.Metadata;
import org.hibernate.boot.model.relational.SqlStringGenerationContext;
import org.hibernate.mapping.Collection;
import org.hibernate.mapping.Component;
import org.hibernate.mapping.PersistentClass;
import org.hibernate.mapping.Property;
import org.hibernate.mapping.Value;

/**
 * Walks through all mapped classes, reads their annotations, and resolves these against Hibernate's boot model: to
 * definitions, or to one exception that names everything that is wrong. Changes nothing.
 */
public final class DeclarationReader {

    private final Metadata metadata;
    private final DeclaredMapping mapping;
    private final FoundCounters found = new FoundCounters();

    /**
     * @param isChanged whether the library has changed the mapping of a collection before, for another session factory
     * @param quotesTables whether names of tables have to be quoted, for the database tells small letters from capitals
     */
    public DeclarationReader(
            Metadata metadata,
            SqlStringGenerationContext tableNames,
            Predicate<Collection> isChanged,
            boolean quotesTables) {
        this.metadata = metadata;
        this.mapping = new DeclaredMapping(metadata, tableNames, isChanged, quotesTables);
    }

    public Declarations read() {
        metadata.getEntityBindings().stream()
                .sorted(Comparator.comparing(PersistentClass::getEntityName))
                .forEach(this::readEntity);
        found.requireNoProblems();
        List<CounterDefinition> derived = found.derived();
        derived.stream()
                .map(counter -> metadata.getEntityBinding(counter.child()))
                .distinct()
                .forEach(ChildRowsCheck::warnOfHidden);
        derived.forEach(counter -> warnOfAudit(counter.parent(), counter.counter()));
        List<FreeCounter> free = found.free();
        free.forEach(counter -> warnOfAudit(counter.entity(), counter.counter()));
        return new Declarations(
                derived,
                found.sizes(),
                free,
                derived.isEmpty()
                        ? List.of()
                        : mapping.deletes().named(metadata.getDatabase().getDialect()),
                derived.isEmpty() ? List.of() : mapping.deletes().rows());
    }

    private void warnOfAudit(String entity, String counter) {
        PersistentClass parent = metadata.getEntityBinding(entity);
        Property attribute = BootModel.own(parent, counter);
        if (attribute != null) {
            AuditedCounter.warn(parent, attribute);
        }
    }

    private void readEntity(PersistentClass entity) {
        Class<?> type = entity.getMappedClass();
        if (type == null) {
            return; // a dynamic model has no annotations
        }
        // a superclass that is no entity (a @MappedSuperclass) declares counters for each entity that extends it; one
        // that is
        // an entity declares them once, and is read as that entity
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

    /** An embeddable has no row, so its associations belong to the entity that it is embedded in. */
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
                    .filter(AnnotatedMembers::isCounter)
                    .forEach(
                            member -> found.problem(
                                    place,
                                    "is in an element of a collection, whose rows cannot be followed: make the element an entity"));
        }
    }

    private void readAttribute(Place place, AnnotatedElement member) {
        Counter counter = member.getAnnotation(Counter.class);
        if (counter != null) {
            read(place, () -> readFree(place, counter));
        }
        for (CounterCache annotation : member.getAnnotationsByType(CounterCache.class)) {
            read(place, () -> new AssociationReader(mapping, found, place, annotation).read());
        }
    }

    /** Reads one declaration. Whatever is thrown at an unforeseen mapping becomes a problem of its place. */
    private void read(Place place, Runnable declaration) {
        try {
            declaration.run();
        } catch (RuntimeException e) {
            found.failure(place, e);
        }
    }

    private void readFree(Place place, Counter annotation) {
        PersistentClass entity = place.entity();
        Property property = BootModel.own(entity, place.attribute());
        if (property == null) {
            String elsewhere = MissingAttribute.elsewhere(entity, place.attribute());
            found.problem(place, elsewhere == null ? "is not a persistent attribute: put @Counter on one" : elsewhere);
            return;
        }
        String unfit = Problems.first(
                () -> CounterAttribute.unfit(entity, property),
                () -> DeclaredMapping.unfit(entity),
                () -> CounterAttribute.overwritten(metadata, entity, property),
                () -> mapping.unfitForSlots(annotation.slots(), entity, property, false),
                () -> SlotTable.limited(annotation));
        if (unfit != null) {
            found.problem(place, unfit);
        } else if (annotation.min() > annotation.max()) {
            found.problem(
                    place, "min %d is greater than max %d: swap them".formatted(annotation.min(), annotation.max()));
        } else {
            found.add(
                    property,
                    new FreeCounter(
                            entity.getEntityName(),
                            mapping.tableOf(property),
                            property.getName(),
                            new Limits(annotation.min(), annotation.max()),
                            mapping.slots(property, annotation.slots())));
        }
    }
}
