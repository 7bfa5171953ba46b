package io.countercache.hibernate.internal.collection;

import io.countercache.hibernate.internal.model.CountedCollections.CountedCollection;
import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.Moves;
import io.countercache.hibernate.internal.sql.Statements;
import jakarta.persistence.OptimisticLockException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.hibernate.engine.spi.SharedSessionContractImplementor;

/**
 * One change of a collection, from the event before its statements until they are counted. Which rows are inserted is known
 * before. How many rows are deleted is known only when the DELETEs are sent, from {@link DeleteRowCounts}.
 */
final class CollectionChange {

    final SharedSessionContractImplementor session;
    private final CountedCollection collection;
    private final Object ownerId;
    private final CollectionPlan plan;
    private final ElementIds elements;
    /** How many rows each DELETE of one row has deleted: those that are sent. */
    private final List<Integer> each = new ArrayList<>();

    private boolean awaitsAll;
    private int all;
    /** Whether Hibernate has reported the end of the change. The open JDBC batch may still have some of its statements. */
    boolean hasEnded;
    /** Whether it had ended when a JDBC batch was sent: so that batch had the last of its statements. */
    boolean isSent;

    /**
     * The ids of the elements of a change; all lists are empty if elements have no counter.
     *
     * @param inserted those of the rows that are inserted
     * @param deleted those of the rows that are deleted one by one, in the order of the DELETEs
     * @param removed those of the rows that one statement deletes at once
     */
    record ElementIds(List<Object> inserted, List<Object> deleted, List<Object> removed) {

        static final ElementIds NONE = new ElementIds(List.of(), List.of(), List.of());
    }

    CollectionChange(
            CountedCollection collection,
            Object ownerId,
            CollectionPlan plan,
            ElementIds elements,
            SharedSessionContractImplementor session) {
        this.collection = collection;
        this.ownerId = ownerId;
        this.plan = plan;
        this.elements = elements;
        this.session = session;
        this.awaitsAll = plan.removesAll();
    }

    /** Whether it may send a DELETE. A change that inserts nothing may send one that is not in its plan. */
    boolean mayDelete() {
        return plan.removesAll() || !plan.deleted().isEmpty() || plan.inserted().isEmpty();
    }

    /**
     * Called when Hibernate is about to delete all rows of an owner. That is not in the plan if Hibernate has decided on it before it
     * has loaded the collection, and the collection turned out to be empty.
     */
    void deletesAll(String role) {
        if (!hasEnded
                && !plan.removesAll()
                && role.equals(collection.persister().getRole())) {
            awaitsAll = true;
        }
    }

    /** Whether it writes a column of its elements, and not rows of a collection table. */
    boolean isOfForeignKeys() {
        return collection.isForeignKey();
    }

    /** Whether its owner has no rows any more but those that it has inserted: a stateless session deletes all of them first. */
    boolean hasDeletedAll() {
        return !awaitsAll;
    }

    CountedCollection collection() {
        return collection;
    }

    Object ownerId() {
        return ownerId;
    }

    /** The same if it had inserted these rows, which it may have failed to. */
    CollectionChange as(List<Object> rows) {
        List<Object> ids = collection.ofElement().isEmpty() ? List.of() : rows;
        CollectionChange left = new CollectionChange(
                collection,
                ownerId,
                new CollectionPlan(plan.removesAll(), rows, List.of()),
                new ElementIds(ids, List.of(), elements.removed()),
                session);
        left.all = all;
        return left;
    }

    /** Whether the row counts of all DELETEs are known. */
    boolean isComplete() {
        return !awaitsAll && each.size() == plan.deleted().size();
    }

    /** @param isOfAll whether the row count is that of a DELETE of all rows of an owner */
    boolean awaits(String role, boolean isOfAll) {
        return role.equals(collection.persister().getRole())
                && (isOfAll ? awaitsAll : each.size() < plan.deleted().size());
    }

    void add(boolean isOfAll, int rows) {
        if (isOfAll) {
            awaitsAll = false;
            all = rows;
        } else {
            each.add(rows);
        }
    }

    /** Moves the counters of the owner and of the elements, after the statements. */
    void moves(Moves moves) {
        // JoinColumnElements has counted what gets its owner by a column
        int inserted = collection.isForeignKey() ? 0 : plan.inserted().size();
        int deleted = all + each.stream().mapToInt(Integer::intValue).sum();
        if (all != 0 && !isExpected(all)) {
            throw unknownElements();
        }
        for (CounterDefinition counter : collection.ofOwner()) {
            move(counter, ownerId, inserted - deleted, moves);
        }
        for (CounterDefinition counter : collection.ofElement()) {
            moveElements(counter, moves);
        }
    }

    private boolean isExpected(int rows) {
        return plan.removesAll()
                && (collection.ofElement().isEmpty()
                        || rows == elements.removed().size());
    }

    /**
     * The statement has also deleted rows that were inserted after the rows were read. This is not Hibernate's own exception:
     * Hibernate drops that one if it comes out of an {@link org.hibernate.jdbc.Expectation}.
     */
    private OptimisticLockException unknownElements() {
        Statements.markRollbackOnly(session);
        return new OptimisticLockException("another transaction has added rows to %s of %s just before all were deleted"
                .formatted(collection.persister().getRole(), ownerId));
    }

    private void moveElements(CounterDefinition counter, Moves moves) {
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

    @Override
    public String toString() {
        return "%s of %s".formatted(collection.persister().getRole(), ownerId);
    }
}
