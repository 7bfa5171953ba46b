package io.countercache.hibernate.internal.check;

import io.countercache.hibernate.internal.orm.BootModel;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.hibernate.boot.Metadata;
import org.hibernate.mapping.Collection;
import org.hibernate.mapping.Column;
import org.hibernate.mapping.Join;
import org.hibernate.mapping.PersistentClass;
import org.hibernate.mapping.Property;
import org.hibernate.mapping.Table;
import org.jspecify.annotations.Nullable;

/**
 * Entities and attributes that write the same rows as those that are counted, or the same column as a counter. What they write
 * is not counted, so a counter that they can make wrong is refused.
 *
 * <p>An {@code @Immutable} entity is there to read: it is taken to write nothing.
 */
record OtherWriters(Metadata metadata) {

    /** Which entity, collection or to-one writes rows of a child, too; null if none does. */
    @Nullable
    String ofRows(PersistentClass child, Set<Table> tables) {
        String name = child.getJpaEntityName();
        return Stream.concat(
                        entities(child)
                                .filter(other -> !isOtherPart(other, child))
                                .filter(other -> tables.contains(other.getTable()))
                                .map(other ->
                                        "%s is in the table of %s, too, and what it writes is not counted: make it @Immutable if it only reads, else map both in one hierarchy or remove one"
                                                .formatted(other.getJpaEntityName(), name)),
                        Stream.concat(
                                        entities(child).flatMap(other -> joins(other, tables)),
                                        collections(tables).map(BootModel::name))
                                .map(place ->
                                        "%s writes rows of the table of %s, too, and those are not counted: declare mappedBy on it, or give it its own table"
                                                .formatted(place, name)))
                .min(Comparator.naturalOrder())
                .orElse(null);
    }

    /** Which collection or to-one writes the rows of a collection with a table, too; null if none does. */
    @Nullable
    String ofTable(Collection collection) {
        Set<Table> table = Set.of(collection.getCollectionTable());
        return Stream.concat(
                        collections(table).filter(other -> other != collection).map(BootModel::name),
                        metadata.getEntityBindings().stream().flatMap(entity -> joins(entity, table)))
                .min(Comparator.naturalOrder())
                .map(other -> "%s and %s write the same rows: declare mappedBy on one of them, or give each its own"
                        .formatted(BootModel.name(collection), other))
                .orElse(null);
    }

    /** Which attribute of another entity writes the column of a counter, too; null if none does. */
    @Nullable
    String ofCounter(PersistentClass parent, Property counter) {
        Table table = counter.getValue().getTable();
        Set<Column> columns = BootModel.columns(counter.getValue());
        return entities(parent)
                .flatMap(other -> BootModel.writing(other).entrySet().stream()
                        .filter(attribute -> writes(attribute.getValue(), table, columns))
                        .map(attribute -> other.getJpaEntityName() + "." + attribute.getKey()))
                .min(Comparator.naturalOrder())
                .map(other ->
                        "%s writes the column of the counter %s.%s, and would overwrite what is counted: make it 'insertable = false, updatable = false', or its entity @Immutable"
                                .formatted(other, parent.getJpaEntityName(), counter.getName()))
                .orElse(null);
    }

    static boolean writes(Property attribute, Table table, Set<Column> columns) {
        return attribute.getValue().getTable().equals(table)
                && !Collections.disjoint(BootModel.columns(attribute.getValue()), columns);
    }

    /** The tables in which a child or what is counted of it may be changed. */
    static Set<Table> tablesOf(PersistentClass child, Stream<Property> watched) {
        Set<Table> tables = new HashSet<>(child.getSubclassTableClosure());
        watched.map(property -> property.getValue().getTable()).forEach(tables::add);
        tables.removeIf(table -> !table.isPhysicalTable());
        return tables;
    }

    /** The entities that write, without those of the hierarchy of this one. */
    private Stream<PersistentClass> entities(PersistentClass own) {
        return metadata.getEntityBindings().stream()
                .filter(other -> other.isMutable() && other.getRootClass() != own.getRootClass());
    }

    /** Whether two entities are said to be different rows of one table. */
    private static boolean isOtherPart(PersistentClass one, PersistentClass other) {
        String condition = one.getRootClass().getWhere();
        String others = other.getRootClass().getWhere();
        return condition != null && others != null && !condition.equals(others);
    }

    private Stream<Collection> collections(Set<Table> tables) {
        return metadata.getCollectionBindings().stream()
                .filter(collection -> !collection.isInverse()
                        && !collection.isOneToMany()
                        && tables.contains(collection.getCollectionTable()));
    }

    /** The attributes that an entity keeps in other tables than its own, or the entity if these are no to-ones. */
    private static Stream<String> joins(PersistentClass entity, Set<Table> tables) {
        return entity.getJoins().stream()
                .filter(join -> !join.isInverse() && tables.contains(join.getTable()))
                .map(join -> name(entity, join));
    }

    private static String name(PersistentClass entity, Join join) {
        return join.getProperties().stream()
                .filter(property -> !property.isSynthetic())
                .map(property -> entity.getJpaEntityName() + "." + property.getName())
                .findFirst()
                .orElse(entity.getJpaEntityName());
    }
}
