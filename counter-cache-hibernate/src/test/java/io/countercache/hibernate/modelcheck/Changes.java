package io.countercache.hibernate.modelcheck;

import io.countercache.hibernate.modelcheck.ModelBlog.Row;
import io.countercache.hibernate.modelcheck.Rows.Item;
import io.countercache.hibernate.modelcheck.Rows.Kind;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.hibernate.Hibernate;
import org.hibernate.engine.spi.Status;

/** The steps of a session that change entities. Each answers whether it was possible. */
final class Changes {

    private static final Set<Kind> IN_COLLECTIONS = Set.of(Kind.COMMENT, Kind.NOTE, Kind.NODE);

    private final Context context;
    private final Names names;
    private final boolean exact;
    private int edits;

    Changes(Context context, Names names, boolean exact) {
        this.context = context;
        this.names = names;
        this.exact = exact;
    }

    boolean perform(Step step) {
        Item item = step.item();
        return switch (step.action()) {
            case PERSIST -> persist(step);
            case PERSIST_FIRST -> persistFirst(step);
            case PERSIST_PARENT -> persistParent(item, step.first());
            case ADD -> add(step);
            case MOVE -> move(step);
            case CHANGE -> change(step);
            case EDIT -> edit(item);
            case GARBLE -> garble(item, 700 + step.variant());
            case FIND -> find(item);
            case OPEN -> open(item);
            case REFRESH -> refresh(item);
            default -> throw new IllegalArgumentException(step.toString());
        };
    }

    String text(Item item) {
        return item + "." + System.identityHashCode(this) + "." + ++edits;
    }

    private Row make(Item item) {
        Row entity = item.kind().make.get();
        entity.edit(text(item));
        names.name(item, entity);
        return entity;
    }

    private Row make(Step step) {
        Row child = make(step.item());
        child.assign(Values.of(step.values()));
        return child;
    }

    /** The instance of a row that the session manages, or null. */
    Row managed(Item item) {
        Long id = names.id(item);
        if (id == null) {
            return null;
        }
        var persister = context.session.getFactory().getMappingMetamodel().getEntityDescriptor(item.kind().type);
        return (Row) context.session
                .getPersistenceContextInternal()
                .getEntity(context.session.generateEntityKey(id, persister));
    }

    boolean isNew(Row entity) {
        return !context.entry(entity).isExistsInDatabase();
    }

    /** Whether a row can be read, or be referred to: it is there, or will be after the flush. */
    boolean isFree(Item item) {
        Row entity = managed(item);
        return entity == null
                ? context.view.has(item)
                : !isRemoved(entity) && (isNew(entity) || context.view.has(item));
    }

    /** An instance to work with, or null if there is none. */
    Row load(Item item) {
        if (!isFree(item)) {
            return null;
        }
        Row entity = managed(item);
        if (entity == null) {
            context.session.find(item.kind().type, names.id(item));
            entity = managed(item); // what was found may be a proxy of it
            if (entity == null && exact) {
                throw new AssertionError(item + " was not found");
            }
        }
        return entity;
    }

    boolean isReadOnly(Row entity) {
        return context.entry(entity).getStatus() == Status.READ_ONLY;
    }

    /** Whether Hibernate refuses to change the collection of a parent. */
    boolean isClosed(Row parent) {
        return isReadOnly(parent) || context.session.isDefaultReadOnly();
    }

    /** A parent to refer to, and null for none. Loads nothing. */
    Row reference(Item parent) {
        if (parent == null) {
            return null;
        }
        Row entity = managed(parent);
        return entity != null ? entity : context.session.getReference(parent.kind().type, names.id(parent));
    }

    boolean canRefer(Item parent) {
        return parent == null || isFree(parent);
    }

    /** Sets the parent of a child; the collections of nodes are kept in step with it. */
    void set(Row child, int slot, Item to) {
        if (child instanceof ModelBlog.Node) {
            takeOut(child);
            Row parent = to == null ? null : managed(to);
            if (parent != null && !isClosed(parent)) {
                parent.children().add(child);
            }
        }
        child.parent(slot, reference(to));
    }

    private boolean persist(Step step) {
        if (names.id(step.item()) != null || !canRefer(step.first()) || !canRefer(step.second())) {
            return false;
        }
        Row child = make(step);
        set(child, 0, step.first());
        if (step.item().kind().slots.size() > 1) {
            set(child, 1, step.second());
        }
        persist(child);
        return true;
    }

    private void persist(Row entity) {
        context.session.persist(entity);
        names.item(entity); // has an id now
    }

    private boolean persistFirst(Step step) {
        if (names.id(step.item()) != null || names.id(step.first()) != null) {
            return false;
        }
        Row child = make(step);
        Row late = make(step.first());
        child.parent(0, late);
        persist(child);
        persist(late);
        return true;
    }

    private boolean persistParent(Item item, Item parent) {
        if (names.id(item) != null || !canRefer(parent)) {
            return false;
        }
        Row entity = make(item);
        if (parent != null) {
            set(entity, 0, parent);
        }
        persist(entity);
        return true;
    }

    private boolean add(Step step) {
        Item item = step.item();
        Item to = step.first();
        if (names.id(item) != null || !IN_COLLECTIONS.contains(item.kind()) || to == null) {
            return false;
        }
        Row parent = load(to);
        if (parent == null || isClosed(parent)) {
            return false;
        }
        Row child = make(step);
        child.parent(item.kind() == Kind.NOTE ? 1 : 0, parent);
        return parent.children().add(child);
    }

    /** The instances whose collections contain a child. */
    List<Row> holders(Row child) {
        return context.instances().stream()
                .filter(parent -> !isRemoved(parent))
                .filter(parent -> Context.elements(parent).contains(child))
                .toList();
    }

    /** Whether the next flush deletes a child that was taken out of its collection. */
    boolean isOrphan(Row child) {
        return context.instances().stream()
                .anyMatch(parent -> Context.orphans(parent).contains(child));
    }

    void takeOut(Row child) {
        holders(child).stream()
                .filter(holder -> !isClosed(holder))
                .forEach(holder -> holder.children().removeIf(element -> Hibernate.unproxy(element) == child));
    }

    /** Whether a child is in a collection that it cannot be taken out of: Hibernate would bring it back. */
    boolean isHeld(Item item, Row except) {
        Row child = managed(item);
        return child != null && holders(child).stream().anyMatch(holder -> holder != except && isClosed(holder));
    }

    /** The children that a row has in the database, or will have after the flush. */
    Set<Item> childrenOf(Item parent) {
        Set<Item> children = new TreeSet<>();
        context.view.all().forEach((child, state) -> {
            Row known = managed(child);
            if (state.parents().contains(parent) && (known == null || isReadOnly(known))) {
                children.add(child);
            }
        });
        for (Row entity : context.instances()) {
            // one that is removed but still in a collection comes back with the flush
            if ((!isRemoved(entity) || !holders(entity).isEmpty())
                    && names.state(entity).parents().contains(parent)) {
                children.add(names.item(entity));
            }
        }
        return children;
    }

    boolean isRemoved(Row entity) {
        return context.entry(entity).getStatus().isDeletedOrGone();
    }

    /** Whether nothing is removed that would come back with a collection, perhaps to a parent that is removed too. */
    boolean removesNothing() {
        return context.instances().stream().noneMatch(this::isRemoved);
    }

    private boolean move(Step step) {
        int slot = slot(step);
        Row child = canRefer(step.first()) ? load(step.item()) : null;
        if (child == null
                || isBelow(step.first(), step.item())
                || (step.item().kind() == Kind.NODE && isHeld(step.item(), null))) {
            return false;
        }
        set(child, slot, step.first());
        if (step.values() >= 0) {
            child.assign(Values.of(step.values()));
        }
        return true;
    }

    static int slot(Step step) {
        return step.item().kind().slots.size() > 1 ? step.variant() % 2 : 0;
    }

    /** Whether a node would become its own ancestor. */
    boolean isBelow(Item node, Item ancestor) {
        return ancestor.kind() == Kind.NODE
                && node != null
                && (node.equals(ancestor) || descendantsOf(ancestor).contains(node));
    }

    /** All nodes below one; itself too if there is a cycle, for sessions that do not see each other can make one. */
    Set<Item> descendantsOf(Item ancestor) {
        Set<Item> descendants = new TreeSet<>();
        Deque<Item> next = new ArrayDeque<>(childrenOf(ancestor));
        while (!next.isEmpty()) {
            Item node = next.remove();
            if (descendants.add(node)) {
                next.addAll(childrenOf(node));
            }
        }
        return descendants;
    }

    private boolean change(Step step) {
        Row child = load(step.item());
        if (child != null) {
            child.assign(Values.of(step.values()));
        }
        return child != null;
    }

    private boolean edit(Item item) {
        Row entity = load(item);
        if (entity != null) {
            entity.edit(text(item));
        }
        return entity != null;
    }

    private boolean garble(Item item, int value) {
        Row parent = load(item);
        if (parent == null || isReadOnly(parent) || isNew(parent)) {
            return false;
        }
        parent.garble(value);
        context.garble(parent);
        return true;
    }

    private boolean find(Item item) {
        Long id = names.id(item);
        if (id == null || managed(item) != null) {
            return false;
        }
        Object found = context.session.find(item.kind().type, id);
        if (exact && (found != null) != context.view.has(item)) {
            throw new AssertionError("%s was %s".formatted(item, found == null ? "not found" : "found"));
        }
        return true;
    }

    private boolean open(Item item) {
        Row parent = removesNothing() ? load(item) : null;
        if (parent != null) {
            int told = parent.children().size();
            Hibernate.initialize(parent.children());
            if (context.alone && !context.skipping && parent.children().size() != told) {
                throw new AssertionError("the collection of %s has %d elements, and its size() was %d"
                        .formatted(item, parent.children().size(), told));
            }
        }
        return parent != null;
    }

    /** Whether what this session has not written of a row can be forgotten: its parents are not being removed. */
    boolean canGoBack(Item item) {
        return isFree(item) && context.view.parents(item).stream().allMatch(this::canRefer);
    }

    private boolean refresh(Item item) {
        Row entity = load(item);
        if (entity == null || isNew(entity) || !canGoBack(item)) {
            return false;
        }
        context.session.refresh(entity);
        context.refreshed(entity);
        return true;
    }
}
