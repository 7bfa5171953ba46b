package io.countercache.hibernate.internal.collection;

import io.countercache.hibernate.internal.model.CountedCollections.CountedCollection;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;
import org.hibernate.StatelessSession;
import org.hibernate.collection.spi.PersistentCollection;
import org.hibernate.engine.spi.CollectionEntry;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.metamodel.mapping.PluralAttributeMapping;
import org.hibernate.persister.collection.CollectionPersister;
import org.jspecify.annotations.Nullable;

/**
 * What Hibernate is about to do with the rows of one collection. The plan asks the collection the same questions as Hibernate
 * does when it writes the collection.
 *
 * <p>In a collection with a {@code @JoinColumn}, "insert" and "delete" mean the UPDATEs that set the column of an element, or
 * set it to null.
 *
 * @param removesAll whether one statement deletes all rows of the owner first
 * @param inserted the elements of the rows that are inserted
 * @param deleted one entry for each DELETE of a single row, in the order of the DELETEs: the element, or the position or key in
 *     a collection with an index column
 */
record CollectionPlan(boolean removesAll, List<Object> inserted, List<Object> deleted) {

    /** The plan for a collection whose owner has no rows in it yet. */
    static CollectionPlan create(PersistentCollection<?> elements, CountedCollection collection) {
        return recreate(false, elements, collection);
    }

    /**
     * The plan for a collection that is removed with all of its rows.
     *
     * @param elements null if the session has not loaded them
     */
    static CollectionPlan remove(
            @Nullable PersistentCollection<?> elements,
            CountedCollection collection,
            SharedSessionContractImplementor session) {
        return new CollectionPlan(removesAll(elements, collection, session), List.of(), List.of());
    }

    /** Hibernate sends no statement for an owner that has had no rows. */
    private static boolean removesAll(
            @Nullable PersistentCollection<?> elements,
            CountedCollection collection,
            SharedSessionContractImplementor session) {
        if (!collection.persister().needsRemove()) {
            return false;
        }
        if (elements == null || session instanceof StatelessSession) {
            return true;
        }
        CollectionEntry entry = session.getPersistenceContextInternal().getCollectionEntry(elements);
        return entry == null || !entry.isSnapshotEmpty(elements);
    }

    /**
     * The plan for a collection that has changed. A stateless session always writes the whole collection, another one only
     * what has changed, and nothing if the collection is not loaded; then the plan is null.
     */
    static @Nullable CollectionPlan update(
            PersistentCollection<?> elements, CountedCollection collection, SharedSessionContractImplementor session) {
        CollectionPersister persister = collection.persister();
        boolean removesAll = removesAll(elements, collection, session);
        if (session instanceof StatelessSession) {
            return recreate(removesAll, elements, collection);
        }
        if (!elements.wasInitialized()) {
            return null;
        }
        if (elements.empty() && !persister.isAffectedByEnabledFilters(session)) {
            return new CollectionPlan(removesAll, List.of(), List.of());
        }
        if (elements.needsRecreate(persister)) {
            return recreate(removesAll, elements, collection);
        }
        List<Object> deleted = persister.needsRemove() ? deleted(elements, collection) : List.of();
        return new CollectionPlan(false, inserted(elements, collection), deleted);
    }

    private static CollectionPlan recreate(
            boolean removesAll, PersistentCollection<?> elements, CountedCollection collection) {
        PluralAttributeMapping attribute = collection.persister().getAttributeMapping();
        List<Object> inserted = select(
                elements,
                collection,
                (entry, i) -> elements.includeInRecreate(entry, i, elements, attribute),
                (entry, i) -> elements.getElement(entry));
        return new CollectionPlan(removesAll, inserted, List.of());
    }

    private static List<Object> inserted(PersistentCollection<?> elements, CountedCollection collection) {
        PluralAttributeMapping attribute = collection.persister().getAttributeMapping();
        return select(
                elements,
                collection,
                (entry, i) -> elements.includeInInsert(entry, i, elements, attribute)
                        || (collection.isForeignKey() && elements.needsUpdating(entry, i, attribute)),
                (entry, i) -> elements.getElement(entry));
    }

    private static List<Object> deleted(PersistentCollection<?> elements, CountedCollection collection) {
        // Hibernate finds the rows to delete by their index column if there is one, else by their element. The flag has
        // the opposite sense, "the index is a formula": true returns elements, false returns indexes
        boolean byIndex = !collection.isForeignKey() && collection.persister().hasPhysicalIndexColumn();
        List<Object> deleted = new ArrayList<>();
        elements.getDeletes(collection.persister(), !byIndex).forEachRemaining(deleted::add);
        if (collection.isForeignKey()) {
            // an element that replaces another one at the same position: the other one is removed first
            PluralAttributeMapping attribute = collection.persister().getAttributeMapping();
            deleted.addAll(select(
                    elements,
                    collection,
                    (entry, i) -> elements.needsUpdating(entry, i, attribute),
                    elements::getSnapshotElement));
        }
        return deleted;
    }

    private static List<Object> select(
            PersistentCollection<?> elements,
            CountedCollection collection,
            BiPredicate<Object, Integer> isSelected,
            BiFunction<Object, Integer, Object> element) {
        List<Object> selected = new ArrayList<>();
        Iterator<?> entries = elements.entries(collection.persister());
        for (int i = 0; entries.hasNext(); i++) {
            Object entry = entries.next();
            if (isSelected.test(entry, i)) {
                selected.add(element.apply(entry, i));
            }
        }
        return selected;
    }
}
