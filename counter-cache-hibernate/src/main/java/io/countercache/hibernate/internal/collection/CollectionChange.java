package io.countercache.hibernate.internal.collection;

import io.countercache.hibernate.internal.model.CountedCollections.CountedCollection;
import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.Moves;
import java.math.BigDecimal;
import java.util.List;
import org.hibernate.StaleStateException;

/**
 * One change of a collection, from the event before its statements to the event after them. Which rows are inserted is known
 * before. How many rows are deleted is known only afterwards, from {@link DeleteRowCounts}.
 *
 * @param insertedRows how many rows are inserted
 * @param isCounted whether {@link JoinColumnElements} has counted all rows but those that one statement deletes at once
 * @param elements whose rows are inserted and deleted
 */
record CollectionChange(
        CountedCollection collection,
        Object ownerId,
        int insertedRows,
        boolean isCounted,
        ElementIds elements,
        DeleteRowCounts.Counting counting) {

    /**
     * The ids of the elements of a change; all lists are empty if elements have no counter. Ids and not elements: an element
     * refers to its session, which could then never be collected as garbage while its change is remembered.
     *
     * @param inserted those of the rows that are inserted
     * @param deleted those of the rows that are deleted one by one, in the order of the DELETEs
     * @param removed those of the rows that one statement deletes at once
     */
    record ElementIds(List<Object> inserted, List<Object> deleted, List<Object> removed) {

        static final ElementIds NONE = new ElementIds(List.of(), List.of(), List.of());
    }

    /** Moves the counters of the owner and of the elements, after the statements. */
    void moves(Moves moves) {
        List<Integer> each = counting.ofEach();
        int all = counting.ofAll();
        int inserted = isCounted ? 0 : insertedRows;
        int deleted = isCounted ? all : all + DeleteRowCounts.sum(each);
        for (CounterDefinition counter : collection.ofOwner()) {
            move(counter, ownerId, inserted - deleted, moves);
        }
        for (CounterDefinition counter : collection.ofElement()) {
            moveElements(counter, each, all, moves);
        }
    }

    private void moveElements(CounterDefinition counter, List<Integer> each, int all, Moves moves) {
        if (all != 0 && all != elements.removed().size()) {
            // the statement has also deleted rows that were inserted after their ids were read
            throw new StaleStateException("another transaction has added rows to %s of %s just before all were deleted"
                    .formatted(collection.persister().getRole(), ownerId));
        }
        if (all != 0) {
            elements.removed().forEach(id -> move(counter, id, -1, moves));
        }
        for (int i = 0; i < each.size(); i++) {
            move(counter, elements.deleted().get(i), -each.get(i), moves);
        }
        for (Object id : elements.inserted()) {
            move(counter, id, 1, moves);
        }
    }

    private static void move(CounterDefinition counter, Object id, int amount, Moves moves) {
        moves.move(counter, id, BigDecimal.valueOf(amount));
    }
}
