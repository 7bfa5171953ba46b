package io.countercache.hibernate.modelcheck;

import io.countercache.hibernate.modelcheck.ModelBlog.Row;
import io.countercache.hibernate.modelcheck.Rows.Item;
import io.countercache.hibernate.modelcheck.Rows.Kind;
import java.util.HashMap;
import java.util.Map;
import org.hibernate.Hibernate;
import org.hibernate.collection.spi.PersistentCollection;

/** The steps of a session that detach entities, and that take detached ones. Each answers whether it was possible. */
final class Detached {

    private final Context context;
    private final Names names;
    private final Changes changes;
    private final Map<Item, Row> detached = new HashMap<>();
    /** Whether an instance was removed that may be older, or know other parents, than the row. */
    private boolean stale;

    Detached(Context context, Names names, Changes changes) {
        this.context = context;
        this.names = names;
        this.changes = changes;
    }

    boolean perform(Step step) {
        Item item = step.item();
        return switch (step.action()) {
            case EVICT -> evict(item);
            case CLEAR -> clear();
            case MERGE -> merge(step);
            case MERGE_PARENT -> mergeParent(item, 900 + step.variant());
            case REMOVE_DETACHED -> remove(step);
            default -> throw new IllegalArgumentException(step.toString());
        };
    }

    /** Whether an optimistic lock failure is what this transaction deserves. */
    boolean isStale() {
        return stale;
    }

    void forgive() {
        stale = false;
    }

    private boolean evict(Item item) {
        Row entity = changes.managed(item);
        if (entity == null
                || changes.isNew(entity)
                || !changes.canGoBack(item)
                || !changes.holders(entity).isEmpty()
                || changes.isOrphan(entity)) {
            return false;
        }
        // Hibernate cannot flush what was evicted between its removal and the flush
        boolean cascadesToUnflushed = Context.elements(entity).stream()
                .map(Row.class::cast)
                .anyMatch(child -> context.entry(child) == null || changes.isNew(child) || changes.isRemoved(child));
        if (cascadesToUnflushed) {
            return false;
        }
        keep(item, entity);
        context.session.evict(entity);
        return true;
    }

    boolean clear() {
        detachAll();
        context.session.clear();
        context.cleared();
        return true;
    }

    void detachAll() {
        for (Row entity : context.instances()) {
            if (context.view.has(names.item(entity))) {
                keep(names.item(entity), entity);
            }
        }
    }

    /** An instance that is not managed and can become so, with parents that are there. */
    private Row take(Item item) {
        Row entity = detached.get(item);
        if (entity == null || context.entry(entity) != null || isRemoved(item) || context.session.isDefaultReadOnly()) {
            return null;
        }
        Row managed = changes.managed(item);
        if (managed != null && changes.isReadOnly(managed)) {
            return null;
        }
        detached.remove(item);
        return entity;
    }

    /** Keeps an instance to be merged, unless it is detached between its INSERT and the flush: Hibernate cannot merge it. */
    private void keep(Item item, Row entity) {
        boolean isFlushed = entity.children() instanceof PersistentCollection<?> collection
                ? isFlushed(collection)
                : !item.kind().hasCollection();
        if (isFlushed) {
            detached.put(item, entity);
        }
    }

    private boolean isFlushed(PersistentCollection<?> collection) {
        var entry = context.session.getPersistenceContextInternal().getCollectionEntry(collection);
        return entry != null && entry.getLoadedPersister() != null;
    }

    private boolean isRemoved(Item item) {
        Row managed = changes.managed(item);
        return managed != null && context.entry(managed).getStatus().isDeletedOrGone();
    }

    private boolean hasParents(Row child) {
        for (Item parent : names.state(child).parents()) {
            if (!changes.canRefer(parent)) {
                return false;
            }
        }
        return true;
    }

    private boolean merge(Step step) {
        Row child = changes.canRefer(step.first()) && !changes.isBelow(step.first(), step.item())
                ? take(step.item())
                : null;
        if (child == null || hasOpenCollection(child)) {
            return false;
        }
        child.parent(Changes.slot(step), changes.reference(step.first()));
        child.edit(changes.text(step.item()));
        if (step.values() >= 0) {
            child.assign(Values.of(step.values()));
        }
        if (!hasParents(child)) {
            return false;
        }
        boolean before = stale || !Context.orphans(child).isEmpty();
        stale = true;
        context.session.merge(child);
        stale = before;
        if (step.item().kind().isParent() && changes.managed(step.item()) != null) {
            context.garble(changes.managed(step.item())); // a parent too
        }
        return true;
    }

    private static boolean hasOpenCollection(Row entity) {
        return Hibernate.isInitialized(entity.children()) && !entity.children().isEmpty();
    }

    private boolean mergeParent(Item item, int value) {
        Row parent = take(item);
        if (parent == null || !context.view.has(item) || !hasParents(parent)) {
            return false;
        }
        if (Hibernate.isInitialized(parent.children())) {
            for (Row child : parent.children()) {
                Item known = names.item(child);
                if (item.kind() != Kind.POST || !changes.isFree(known) || !hasParents(child)) {
                    return false;
                }
            }
        }
        parent.garble(value);
        // the flush deletes what was taken out of the detached collection in the version that it had then
        boolean before = stale || !Context.orphans(parent).isEmpty();
        stale = true;
        context.session.merge(parent);
        stale = before;
        context.garble(changes.managed(item));
        return true;
    }

    private boolean remove(Step step) {
        Item item = step.item();
        if (changes.managed(item) != null || !context.view.has(item) || !changes.canRefer(step.first())) {
            return false;
        }
        Row child = changes.childrenOf(item).isEmpty() ? take(item) : null;
        if (child == null || hasOpenCollection(child)) {
            return false;
        }
        if (step.variant() % 2 == 1) {
            child.parent(0, changes.reference(step.first()));
        }
        stale = true;
        context.session.remove(child);
        return true;
    }
}
