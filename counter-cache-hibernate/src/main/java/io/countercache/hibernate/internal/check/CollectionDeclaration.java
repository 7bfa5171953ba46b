package io.countercache.hibernate.internal.check;

import io.countercache.CounterCache;
import io.countercache.hibernate.internal.model.CascadedRows;
import io.countercache.hibernate.internal.model.CounterDefinition.Counts;
import io.countercache.hibernate.internal.model.OnDelete;
import io.countercache.hibernate.internal.orm.BootModel;
import io.countercache.hibernate.internal.orm.FlushQueue;
import io.countercache.hibernate.internal.orm.Past;
import io.countercache.hibernate.internal.support.Problems;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.hibernate.boot.Metadata;
import org.hibernate.mapping.Any;
import org.hibernate.mapping.Collection;
import org.hibernate.mapping.Column;
import org.hibernate.mapping.ManyToOne;
import org.hibernate.mapping.PersistentClass;
import org.hibernate.mapping.Property;
import org.hibernate.mapping.SimpleValue;
import org.jspecify.annotations.Nullable;

/**
 * A counted collection that writes its own rows, in a collection table or in a column of its elements: why these rows cannot
 * be counted exactly.
 *
 * @param place the annotated attribute
 * @param owner the entity that has the collection
 * @param collection the side of the association that writes the rows
 * @param counts whether the owner has the counter, or the elements
 * @param isChanged whether the library has changed the mapping of a collection before, for another session factory
 */
public record CollectionDeclaration(
        String place,
        PersistentClass owner,
        Collection collection,
        Counts counts,
        Metadata metadata,
        OnDeleteRules deletes,
        Predicate<Collection> isChanged) {

    /** Reads a declaration on either side of an association; returns null if a to-one writes the rows. */
    public static @Nullable CollectionDeclaration read(
            PersistentClass entity,
            String attribute,
            Collection annotated,
            Metadata metadata,
            OnDeleteRules deletes,
            Predicate<Collection> isChanged) {
        String place = entity.getJpaEntityName() + "." + attribute;
        String mappedBy = annotated.getMappedByProperty();
        if (mappedBy == null) {
            return annotated.isInverse()
                    ? null
                    : new CollectionDeclaration(
                            place, entity, annotated, Counts.ELEMENTS, metadata, deletes, isChanged);
        }
        PersistentClass owner = elementOf(annotated, metadata);
        Property writing = owner == null ? null : BootModel.find(owner, mappedBy);
        return owner != null && writing != null && writing.getValue() instanceof Collection collection
                ? new CollectionDeclaration(place, owner, collection, Counts.OWNERS, metadata, deletes, isChanged)
                : null;
    }

    private static @Nullable PersistentClass elementOf(Collection collection, Metadata metadata) {
        return BootModel.target(collection.getElement(), metadata);
    }

    /** The attribute of the owner. */
    public String association() {
        return BootModel.attribute(collection);
    }

    /** Why the rows cannot be counted, or null if they can. */
    @Nullable
    public String uncountable(CounterCache annotation) {
        if (!annotation.where().isEmpty() || !annotation.sum().isEmpty()) {
            return "the rows of a collection are not entities, so 'where' and 'sum' cannot be used: remove them, or map the"
                    + " rows as an entity and count its @ManyToOne";
        }
        if (collection.getOwner() != owner) {
            return "is mapped by %s of %s, which %s inherits: count %s"
                    .formatted(name(), collection.getOwner().getJpaEntityName(), owner.getJpaEntityName(), name());
        }
        PersistentClass element = elementOf(collection, metadata);
        return Problems.first(
                () -> unseen(element, annotation),
                () -> ChildRowsCheck.withPast(Past.isKept(collection), name()),
                () -> element == null
                        ? null
                        : ChildRowsCheck.withPast(Past.isKept(element.getRootClass()), element.getJpaEntityName()),
                () -> element == null ? null : ChildRowsCheck.hiddenIdentifier(element),
                () -> hidden(element),
                this::computed,
                this::shared,
                () -> collection.getReferencedPropertyName() == null
                        ? null
                        : "%s refers to another column than the id: refer to the id".formatted(name()),
                () -> counts == Counts.OWNERS ? unknownElement() : null,
                () -> element != null && collection.isOneToMany() ? unknownOwner(element) : null,
                this::unreported);
    }

    /** Why it would not be known how many rows are deleted. */
    private @Nullable String unreported() {
        return FlushQueue.reportsDeletedRows(metadata)
                ? null
                : "Hibernate 8 does not tell how many rows of %s it deletes: set %s to legacy"
                        .formatted(name(), FlushQueue.SETTING);
    }

    private String name() {
        return BootModel.name(collection);
    }

    /** Why rows may change without an event. */
    private @Nullable String unseen(@Nullable PersistentClass element, CounterCache annotation) {
        if (Stream.of(collection.getCustomSQLInsert(), collection.getCustomSQLUpdate(), collection.getCustomSQLDelete())
                        .anyMatch(sql -> sql != null)
                || (collection.getCustomSQLDeleteAll() != null && !isChanged.test(collection))) {
            return "%s has custom SQL, and it is not known what that does to rows: remove it".formatted(name());
        }
        OnDelete.Action action = collection.getKey() instanceof SimpleValue key ? OnDeleteRule.action(key) : null;
        boolean leadsOn = !annotation.path().isEmpty();
        if (leadsOn && action == OnDelete.Action.CASCADE) {
            return "%s has @OnDelete(CASCADE), which deletes rows unseen: remove it".formatted(name());
        }
        if (leadsOn && action != null) {
            return "%s has @OnDelete(%s), which takes rows out of the collection unseen: remove it"
                    .formatted(name(), action);
        }
        for (CascadedRows rows : deletes.rows()) {
            String problem = rows.collection().equals(collection.getRole())
                    ? uncountable(rows, rows.isElement() && element != null ? element : owner, leadsOn)
                    : null;
            if (problem != null) {
                return problem;
            }
        }
        if (element != null && collection.isOneToMany()) {
            String deleted = deletes.unseen(element, rule -> rule.collection() == collection);
            if (deleted != null) {
                return deleted;
            }
        }
        if (element != null && collection.isOneToMany() && BootModel.isInUnion(element)) {
            return "%s is in a hierarchy with a table per class, whose rows are in several tables: use another strategy"
                    .formatted(element.getJpaEntityName());
        }
        return null;
    }

    /**
     * Why rows that the database deletes along with rows of an entity cannot be counted.
     *
     * @param leadsOn whether the counter is further up: then each row would have to be found from both of its ends
     */
    private @Nullable String uncountable(CascadedRows rows, PersistentClass end, boolean leadsOn) {
        String declared =
                "%s has @OnDelete(CASCADE) on %s".formatted(name(), rows.isElement() ? "its elements" : "its owner");
        if (leadsOn) {
            return declared + ", which deletes rows unseen: remove it";
        }
        if (end.getSubclassClosure().stream().anyMatch(type -> type.getCustomSQLDelete() != null)) {
            return "%s, and %s has custom SQL, which may delete nothing: remove one of the two"
                    .formatted(declared, end.getJpaEntityName());
        }
        return BootModel.isInUnion(end) && end.hasSubclasses()
                ? "%s, and leads to a hierarchy with a table per class, which no foreign key can: remove it"
                        .formatted(declared)
                : null;
    }

    /** Why a recount may not see all rows. */
    private @Nullable String hidden(@Nullable PersistentClass element) {
        if (collection.getElement() instanceof Any) {
            return "%s has elements of any entity, and no query can count those: map the rows as an entity and count its @ManyToOne"
                    .formatted(name());
        }
        if (collection.getWhere() != null
                || collection.getManyToManyWhere() != null
                || (element != null && element.getRootClass().getWhere() != null)) {
            return "%s has a @SQLRestriction, which hides rows that are counted: remove it".formatted(name());
        }
        if (!collection.getFilters().isEmpty()
                || !collection.getManyToManyFilters().isEmpty()) {
            return "%s has a @Filter, which hides rows that are counted: remove it".formatted(name());
        }
        if (collection.getSoftDeleteColumn() != null) {
            return "%s has a @SoftDelete, and Hibernate does not report how many rows it marks: remove it"
                    .formatted(name());
        }
        for (PersistentClass end : element == null ? List.of(owner) : List.of(owner, element)) {
            if (end.getRootClass().getSoftDeleteColumn() != null && (end == element || counts == Counts.OWNERS)) {
                return "%s has a @SoftDelete, which hides rows of %s that are counted: remove it, or map the rows as an entity"
                        .formatted(end.getJpaEntityName(), name());
            }
        }
        return null;
    }

    /** Why it is not known from memory to which row a row belongs. */
    private @Nullable String computed() {
        return collection.getKey().hasFormula()
                        || (collection.getElement() instanceof ManyToOne toOne && toOne.hasFormula())
                ? ChildRowsCheck.computed(name())
                : null;
    }

    /** Why another attribute or entity may change the same rows. */
    private @Nullable String shared() {
        OtherWriters writers = new OtherWriters(metadata);
        if (!collection.isOneToMany()) {
            for (PersistentClass entity : metadata.getEntityBindings()) {
                if (entity.getTable().equals(collection.getCollectionTable()) && entity.isMutable()) {
                    return "the rows of %s are entities too: count a @ManyToOne of %s"
                            .formatted(name(), entity.getJpaEntityName());
                }
            }
            return writers.ofTable(collection);
        }
        for (Collection other : metadata.getCollectionBindings()) {
            if (other != collection
                    && other.isOneToMany()
                    && !other.isInverse()
                    && other.getCollectionTable().equals(collection.getCollectionTable())
                    && !Collections.disjoint(BootModel.columns(other.getKey()), key())) {
                return "%s and %s write the same rows: declare mappedBy on one of them, or give each its own"
                        .formatted(name(), BootModel.name(other));
            }
        }
        PersistentClass element = elementOf(collection, metadata);
        return element == null ? null : writers.ofRows(element, OtherWriters.tablesOf(element, Stream.of()));
    }

    private Set<Column> key() {
        return BootModel.columns(collection.getKey());
    }

    /** Why the element of a deleted or changed row may be another one than the session knows. */
    private @Nullable String unknownElement() {
        if (collection.isIndexed() || collection.isIdentified()) {
            return "%s identifies its rows by an index or an id, where another transaction may have put another element: use a Set or a plain List"
                    .formatted(name());
        }
        if (collection.getElement() instanceof ManyToOne toOne && !toOne.isReferenceToPrimaryKey()) {
            return "%s refers to another column than an id: refer to the ids".formatted(name());
        }
        return null;
    }

    /** Why the owner of an element may be another one than the session knows. */
    private @Nullable String unknownOwner(PersistentClass element) {
        if (!collection.getKey().isUpdateable()) {
            return "%s does not write its column: remove 'updatable = false' from its @JoinColumn".formatted(name());
        }
        for (PersistentClass type : element.getRootClass().getSubclassClosure()) {
            for (Map.Entry<String, Property> attribute : BootModel.writing(type).entrySet()) {
                if (OtherWriters.writes(attribute.getValue(), collection.getCollectionTable(), key())) {
                    return "%s.%s writes the same column: %s"
                            .formatted(type.getJpaEntityName(), attribute.getKey(), remedy(type, attribute.getValue()));
                }
            }
        }
        return null;
    }

    private static String remedy(PersistentClass element, Property writing) {
        boolean inIdentifier = BootModel.columns(element.getRootClass().getIdentifier())
                .containsAll(BootModel.columns(writing.getValue()));
        if (writing.getValue() instanceof ManyToOne) {
            return inIdentifier
                    ? "count that, and declare mappedBy on the collection"
                    : "count that, or make it 'insertable = false, updatable = false'";
        }
        return inIdentifier
                ? "map the column as a @ManyToOne that is an @Id or has a @MapsId, and count that"
                : "map the column as a @ManyToOne and count that, or make it 'insertable = false, updatable = false'";
    }

    /** The entity that has the counter. */
    public PersistentClass parent() {
        PersistentClass element = elementOf(collection, metadata);
        return counts == Counts.OWNERS && element != null ? element : owner;
    }
}
