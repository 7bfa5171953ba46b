package io.countercache.hibernate;

import io.countercache.Counter;
import io.countercache.CounterCache;
import io.countercache.CounterDefinition;
import io.countercache.CounterMappingException;
import java.beans.Introspector;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.hibernate.boot.Metadata;
import org.hibernate.boot.model.relational.SqlStringGenerationContext;
import org.hibernate.mapping.Collection;
import org.hibernate.mapping.Column;
import org.hibernate.mapping.Component;
import org.hibernate.mapping.ManyToOne;
import org.hibernate.mapping.OneToMany;
import org.hibernate.mapping.PersistentClass;
import org.hibernate.mapping.Property;
import org.hibernate.mapping.Table;
import org.hibernate.mapping.ToOne;
import org.hibernate.mapping.UnionSubclass;
import org.hibernate.mapping.Value;
import org.hibernate.type.BasicType;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Reads the declarations from the classes that are mapped, and resolves them against Hibernate's boot model: to
 * definitions and frozen attributes, or to one exception that names all that is wrong.
 */
final class DeclarationReader {

    private static final Logger LOG = Logger.getLogger(DeclarationReader.class);

    private static final Set<Class<?>> COUNTER_TYPES = Set.of(
            int.class,
            Integer.class,
            long.class,
            Long.class,
            short.class,
            Short.class,
            BigInteger.class,
            BigDecimal.class);

    private final Metadata metadata;
    private final SqlStringGenerationContext tableNames;
    private final List<String> problems = new ArrayList<>();
    private final Map<Property, Declared> declared = new LinkedHashMap<>();

    /** A counter, and the first place that declared it. */
    private record Declared(CounterDefinition counter, String where) {}

    /** An annotated attribute. */
    private record Place(PersistentClass entity, String attribute) {

        @Override
        public String toString() {
            return entity.getJpaEntityName() + "." + attribute;
        }
    }

    DeclarationReader(Metadata metadata, SqlStringGenerationContext tableNames) {
        this.metadata = metadata;
        this.tableNames = tableNames;
    }

    List<CounterDefinition> read() {
        metadata.getEntityBindings().stream()
                .sorted(Comparator.comparing(PersistentClass::getEntityName))
                .forEach(this::readEntity);
        if (!problems.isEmpty()) {
            throw new CounterMappingException(problems);
        }
        declared.keySet().forEach(DeclarationReader::freeze);
        return declared.values().stream().map(Declared::counter).toList();
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
        for (Property property : entity.getProperties()) {
            if (property.getValue() instanceof Component embedded) {
                refuseEmbedded(new Place(entity, property.getName()), embedded);
            }
        }
    }

    private void readClass(PersistentClass entity, Class<?> type) {
        for (Field field : type.getDeclaredFields()) {
            readAttribute(new Place(entity, field.getName()), field);
        }
        for (Method method : type.getDeclaredMethods()) {
            if (!method.isBridge()) {
                readAttribute(new Place(entity, attributeOf(method)), method);
            }
        }
    }

    private static String attributeOf(Method getter) {
        String name = getter.getName();
        String property = name.startsWith("get") ? name.substring(3) : name.startsWith("is") ? name.substring(2) : "";
        return property.isEmpty() ? name : Introspector.decapitalize(property);
    }

    private void refuseEmbedded(Place place, Component embedded) {
        Class<?> type = embedded.getComponentClass();
        Stream.<AnnotatedElement>concat(Stream.of(type.getDeclaredFields()), Stream.of(type.getDeclaredMethods()))
                .filter(member -> member.isAnnotationPresent(Counter.class)
                        || member.getAnnotationsByType(CounterCache.class).length > 0)
                .forEach(member -> problem(
                        place, "a counter in an embeddable is not supported yet: move the association to the entity"));
    }

    private void readAttribute(Place place, AnnotatedElement member) {
        if (member.isAnnotationPresent(Counter.class)) {
            problem(place, "@Counter is not supported yet: remove it");
        }
        for (CounterCache annotation : member.getAnnotationsByType(CounterCache.class)) {
            if (!refuseUnsupported(place, annotation)) {
                readCounter(place, annotation);
            }
        }
    }

    private boolean refuseUnsupported(Place place, CounterCache annotation) {
        int before = problems.size();
        refuse(place, "path", !annotation.path().isEmpty());
        refuse(place, "where", !annotation.where().isEmpty());
        refuse(place, "sum", !annotation.sum().isEmpty());
        refuse(place, "touch", annotation.touch().length > 0);
        refuse(place, "active", !annotation.active());
        refuse(place, "slots", annotation.slots() != 0);
        return problems.size() > before;
    }

    private void refuse(Place place, String element, boolean used) {
        if (used) {
            problem(place, "'%s' of @CounterCache is not supported yet: remove it".formatted(element));
        }
    }

    private void readCounter(Place place, CounterCache annotation) {
        Property property = find(place.entity(), place.attribute());
        Value value = property == null ? null : property.getValue();
        if (value == null) {
            problem(place, "is not a persistent attribute: put @CounterCache on an association");
        } else if (value instanceof ManyToOne toOne) {
            PersistentClass parent = metadata.getEntityBinding(toOne.getReferencedEntityName());
            List<String> names = annotation.value().isEmpty()
                    ? defaultNames(place.entity(), place.attribute(), parent)
                    : List.of(annotation.value());
            declare(place, parent, names, place.entity(), place.attribute());
        } else if (value instanceof Collection collection) {
            readCollection(place, annotation, collection);
        } else if (value instanceof ToOne) {
            problem(
                    place,
                    "the other side of a @OneToOne is not supported yet: put @CounterCache on the side with the column");
        } else {
            problem(place, "is not an association: put @CounterCache on a @ManyToOne or a @OneToMany(mappedBy)");
        }
    }

    private void readCollection(Place place, CounterCache annotation, Collection collection) {
        if (!(collection.getElement() instanceof OneToMany elements) || collection.getMappedByProperty() == null) {
            problem(
                    place,
                    "a collection that is not mapped by a @ManyToOne is not supported yet: put @CounterCache on a"
                            + " @ManyToOne or a @OneToMany(mappedBy)");
            return;
        }
        PersistentClass child = metadata.getEntityBinding(elements.getReferencedEntityName());
        Property association = find(child, collection.getMappedByProperty());
        if (association == null
                || !(association.getValue() instanceof ManyToOne toOne)
                || !toOne.getReferencedEntityName().equals(place.entity().getEntityName())) {
            problem(
                    place,
                    "is mapped by %s.%s, which leads elsewhere than to %s; that is not supported yet: remove it"
                            .formatted(
                                    child.getJpaEntityName(),
                                    collection.getMappedByProperty(),
                                    place.entity().getJpaEntityName()));
            return;
        }
        String name = annotation.value().isEmpty() ? place.attribute() + "Count" : annotation.value();
        declare(place, place.entity(), List.of(name), child, collection.getMappedByProperty());
    }

    private static List<String> defaultNames(PersistentClass child, String association, PersistentClass parent) {
        List<String> collections = parent.getPropertyClosure().stream()
                .filter(property -> property.getValue() instanceof Collection collection
                        && association.equals(collection.getMappedByProperty())
                        && collection.getElement() instanceof OneToMany elements
                        && elements.getReferencedEntityName().equals(child.getEntityName()))
                .map(property -> property.getName() + "Count")
                .toList();
        if (collections.size() == 1) {
            return collections;
        }
        String name = Introspector.decapitalize(child.getJpaEntityName());
        return List.of(name + "sCount", name + "Count");
    }

    private void declare(
            Place place, PersistentClass parent, List<String> names, PersistentClass child, String association) {
        Property counter = names.stream()
                .map(name -> find(parent, name))
                .filter(found -> found != null)
                .findFirst()
                .orElse(null);
        String problem = counter == null ? missing(parent, names) : unfit(parent, counter);
        if (counter == null || problem != null) {
            problem(place, problem);
            return;
        }
        CounterDefinition definition = new CounterDefinition(
                parent.getEntityName(),
                tableNames.format(counter.getValue().getTable().getQualifiedTableName()),
                counter.getName(),
                child.getEntityName(),
                association);
        Declared other = declared.putIfAbsent(counter, new Declared(definition, place.toString()));
        if (other != null && !other.counter().equals(definition)) {
            problem(
                    place,
                    "%s.%s is counted by %s already: give each a counter of its own"
                            .formatted(parent.getJpaEntityName(), counter.getName(), other.where()));
        }
    }

    private static String missing(PersistentClass parent, List<String> names) {
        List<String> numeric = parent.getPropertyClosure().stream()
                .filter(property -> unfit(parent, property) == null)
                .map(Property::getName)
                .toList();
        return "%s has no attribute '%s': add it%s"
                .formatted(
                        parent.getJpaEntityName(),
                        String.join("' or '", names),
                        numeric.isEmpty()
                                ? ""
                                : ", or name one of its numeric attributes: " + String.join(", ", numeric));
    }

    /** Why an attribute cannot be a counter, or null if it can. */
    private static @Nullable String unfit(PersistentClass parent, Property counter) {
        String name = parent.getJpaEntityName() + "." + counter.getName();
        if (counter.equals(parent.getIdentifierProperty())) {
            return name + " is the identifier: name another attribute";
        }
        if (counter.equals(parent.getVersion())) {
            return name + " is the version: name another attribute";
        }
        if (counter.isNaturalIdentifier()) {
            return name + " is a natural id: name another attribute";
        }
        if (counter.getValue().hasFormula()) {
            return name + " is a formula: name an attribute with a column";
        }
        if (!COUNTER_TYPES.contains(counter.getType().getReturnedClass())) {
            return "%s is of type %s: a counter is an int, long, short, BigInteger or BigDecimal"
                    .formatted(name, counter.getType().getReturnedClass().getSimpleName());
        }
        if (counter.getType() instanceof BasicType<?> basic && basic.getValueConverter() != null) {
            return name + " has a converter: name an attribute without one";
        }
        if ("read-only".equals(parent.getRootClass().getCacheConcurrencyStrategy())) {
            return "%s is cached as READ_ONLY, but its counter changes: cache it as READ_WRITE or NONSTRICT_READ_WRITE"
                    .formatted(parent.getJpaEntityName());
        }
        if (parent.getRootClass().getSubclassClosure().stream().anyMatch(UnionSubclass.class::isInstance)) {
            return name + " is in a hierarchy with a table per class, which is not supported yet: remove the counter";
        }
        return null;
    }

    /** An attribute of an entity, inherited ones, its identifier and its version among them. */
    private static @Nullable Property find(PersistentClass entity, String attribute) {
        Property id = entity.getIdentifierProperty();
        return Stream.concat(entity.getPropertyClosure().stream(), Stream.ofNullable(id))
                .filter(property -> property.getName().equals(attribute))
                .findFirst()
                .orElse(null);
    }

    private void problem(Place place, @Nullable String problem) {
        problems.add(place + ": " + problem);
    }

    /** From here on only the library changes the counter: an entity UPDATE neither writes it nor comes about by it. */
    private static void freeze(Property counter) {
        counter.setUpdatable(false);
        counter.setOptimisticLocked(false);
        counter.setLazy(false); // what is loaded later than its parent could not be told what is pending
        counter.setOptional(true); // null is 0, and becomes it before the INSERT; the column may still be NOT NULL
        Table table = counter.getValue().getTable();
        for (Column column : counter.getColumns()) {
            if (column.getDefaultValue() == null) {
                column.setDefaultValue("0");
            }
            if (isUnique(column, table)) {
                LOG.warnf(
                        "%s.%s is part of a unique constraint or index: while a transaction moves this counter, no"
                                + " other can insert a child of the row; take it out of the index",
                        table.getName(), column.getName());
            }
        }
    }

    private static boolean isUnique(Column column, Table table) {
        return column.isUnique()
                || table.getUniqueKeys().values().stream().anyMatch(key -> key.containsColumn(column))
                || table.getIndexes().values().stream()
                        .anyMatch(index ->
                                index.isUnique() && index.getSelectables().contains(column));
    }
}
