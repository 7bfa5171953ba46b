package io.countercache.hibernate.internal.model;

import java.util.List;
import org.hibernate.metamodel.mapping.SelectableMapping;
import org.hibernate.persister.entity.EntityPersister;

/**
 * One counter, resolved from its declarations: where it is kept, and what it counts.
 *
 * @param parent the name of the entity that has the counter
 * @param table the table of the column that keeps the counter
 * @param counter the attribute of the parent that keeps it
 * @param child the name of the entity that has the association
 * @param association the attribute of the child by which its rows are counted; dots lead into embeddables
 * @param counts what is counted by the association
 * @param path the to-one attributes that lead from there on to the parent; empty if it is the parent
 * @param where the JPQL condition over the child under which it counts; empty for always
 * @param sum the numeric attribute of the child that is totalled; empty if rows are counted
 * @param touch the date/time attributes of the parent that are set to now whenever the counter moves
 */
public record CounterDefinition(
        String parent,
        String table,
        String counter,
        String child,
        String association,
        Counts counts,
        List<String> path,
        String where,
        String sum,
        List<String> touch) {

    /** The column that stores the counter, in the mapping of an entity that has it. */
    public String column(EntityPersister parent) {
        return ((SelectableMapping) parent.findAttributeMapping(counter)).getSelectionExpression();
    }

    /** What is counted by an association, and by which of its ends. */
    public enum Counts {
        /** The rows of the child, by the entity that its to-one association leads to. */
        CHILDREN,
        /** The elements of the collection, by the row of the child that has it. */
        ELEMENTS,
        /** The same, by the entity that is the element. */
        OWNERS
    }
}
