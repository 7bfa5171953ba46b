package io.countercache.hibernate.modelcheck;

import io.countercache.hibernate.modelcheck.ModelBlog.Row;
import io.countercache.hibernate.modelcheck.Rows.Item;
import io.countercache.hibernate.modelcheck.Rows.Kind;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.hibernate.Hibernate;

/** The steps of a session that remove entities. Each answers whether it was possible. */
final class Removals {

    private final Context context;
    private final Names names;
    private final Changes changes;

    Removals(Context context, Names names, Changes changes) {
        this.context = context;
        this.names = names;
        this.changes = changes;
    }

    boolean perform(Step step) {
        Item item = step.item();
        return switch (step.action()) {
            case REMOVE -> remove(item, step.variant() % 3);
            case REMOVE_AND_PERSIST -> removeAndPersist(item);
            case REMOVE_PARENT -> changes.isFree(item) && removeParent(item, step.variant() % 2 == 0);
            case ORPHAN -> orphan(item);
            default -> throw new IllegalArgumentException(step.toString());
        };
    }

    private boolean remove(Item item, int variant) {
        if (!changes.isFree(item) || !changes.childrenOf(item).isEmpty() || changes.isHeld(item, null)) {
            return false;
        }
        if (variant == 1) {
            Row known = changes.managed(item);
            if (known != null) {
                changes.takeOut(known);
            }
            context.session.remove(changes.reference(item));
            return true;
        }
        Row child = changes.load(item);
        if (child == null) {
            return false;
        }
        if (variant == 0 || item.kind() == Kind.NODE) {
            changes.takeOut(child);
        }
        context.session.remove(child);
        return true;
    }

    private boolean removeAndPersist(Item item) {
        Row child = changes.childrenOf(item).isEmpty() ? changes.load(item) : null;
        if (child == null || changes.isReadOnly(child) || changes.isNew(child)) {
            return false;
        }
        context.session.remove(child);
        context.session.persist(child);
        return true;
    }

    private boolean removeParent(Item item, boolean withChildren) {
        if (item.kind() == Kind.NODE && changes.descendantsOf(item).contains(item)) {
            return false; // no order of DELETEs removes a cycle
        }
        Set<Item> removed = new LinkedHashSet<>();
        Set<Item> orphaned = new LinkedHashSet<>();
        if (!gather(item, withChildren, removed, orphaned) || isHeldByOthers(removed, orphaned)) {
            return false;
        }
        for (Item each : orphaned) {
            Row child = changes.managed(each);
            for (int slot = 0; slot < each.kind().slots.size(); slot++) {
                if (removed.contains(names.item(child.parent(slot)))) {
                    changes.set(child, slot, null);
                }
            }
        }
        for (Item each : removed) {
            Row leaving = changes.managed(each);
            changes.takeOut(leaving);
            context.session.remove(leaving);
        }
        return true;
    }

    /**
     * Gathers a row and all below it that has to be removed with it, children first; and the children that only lose their
     * parents. False if that is not possible.
     */
    private boolean gather(Item item, boolean withChildren, Set<Item> removed, Set<Item> orphaned) {
        for (Item each : changes.childrenOf(item)) {
            Row child = changes.load(each);
            if (child == null) {
                return false;
            }
            if (!withChildren && !changes.isReadOnly(child) && !each.equals(item)) {
                orphaned.add(each);
            } else if (!each.equals(item) && !gather(each, withChildren, removed, orphaned)) {
                return false;
            }
        }
        removed.add(item);
        return changes.load(item) != null;
    }

    private boolean isHeldByOthers(Set<Item> removed, Set<Item> orphaned) {
        return Stream.concat(removed.stream(), orphaned.stream())
                .flatMap(item -> changes.holders(changes.managed(item)).stream())
                .anyMatch(holder -> changes.isClosed(holder) && !removed.contains(names.item(holder)));
    }

    private boolean orphan(Item item) {
        Row child = changes.removesNothing() ? changes.load(item) : null;
        Item holder = child == null || changes.isNew(child) ? null : names.item(child.parent(0));
        Row parent = holder == null || item.kind() != Kind.COMMENT ? null : changes.load(holder);
        if (parent == null || changes.isClosed(parent) || changes.isHeld(item, null)) {
            return false;
        }
        Hibernate.initialize(parent.children());
        boolean contained = Context.elements(parent).contains(child);
        changes.takeOut(child);
        return contained;
    }
}
