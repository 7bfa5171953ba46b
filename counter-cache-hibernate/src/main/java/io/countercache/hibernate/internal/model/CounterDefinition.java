package io.countercache.hibernate.internal.model;

import io.countercache.hibernate.internal.orm.Slots;
import java.util.List;
import org.hibernate.metamodel.mapping.SelectableMapping;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/**
 * A counter, resolved from its declarations: where its value is, and what it counts.
 *
 * @param parent the name of the entity that has the counter
 * @param table the table of the counter's column
 * @param counter the attribute of the parent
 * @param child the name of the entity that has the association
 * @param association the attribute of the child by which its rows are counted; dots lead into embeddables
 * @param counts what is counted by the association
 * @param path the to-one attributes that lead from there to the parent; empty if the association leads to the parent itself
 * @param where the JPQL condition over the child under which it counts; empty for always
 * @param sum the numeric attribute of the child that is totalled; empty if rows are counted
 * @param touch the date/time attributes of the parent that are set to now whenever the counter moves
 * @param slots the rows over which it is spread; null if it is not
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
        List<String> touch,
        @Nullable Slots slots) {

    /** Which rows an association counts, and for which of its two ends. */
    public enum Counts {
        /** The rows of the child, for the row that its to-one association leads to. */
        CHILDREN,
        /** The elements of the child's collection, for the child. */
        ELEMENTS,
        /** The rows of the child that have an element in their collection, for that element. */
        OWNERS
    }

    /** Of what nearly always tells counters apart: it is asked for several times with each write. */
    @Override
    public int hashCode() {
        return 31 * (31 * child.hashCode() + association.hashCode()) + counter.hashCode();
    }

    /** The parent with this id. */
    public ParentRow row(Object id) {
        return new ParentRow(table, id);
    }

    /** The column of the counter, in an entity that has it. */
    public String column(EntityPersister entity) {
        return ((SelectableMapping) entity.findAttributeMapping(counter)).getSelectionExpression();
    }

    /** The type of the counter's attribute, in an entity that has it. */
    public Class<?> type(EntityPersister entity) {
        return entity.getPropertyTypes()[entity.getPropertyIndex(counter)].getReturnedClass();
    }
}
