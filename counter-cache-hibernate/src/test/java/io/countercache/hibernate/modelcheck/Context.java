package io.countercache.hibernate.modelcheck;

import io.countercache.hibernate.modelcheck.ModelBlog.Row;
import io.countercache.hibernate.modelcheck.Rows.Counts;
import io.countercache.hibernate.modelcheck.Rows.Item;
import io.countercache.hibernate.modelcheck.Rows.Kind;
import io.countercache.hibernate.modelcheck.Rows.State;
import io.countercache.hibernate.modelcheck.Values.Stage;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.hibernate.Hibernate;
import org.hibernate.Session;
import org.hibernate.collection.spi.PersistentCollection;
import org.hibernate.engine.spi.EntityEntry;
import org.hibernate.engine.spi.SessionImplementor;
import org.hibernate.engine.spi.Status;

/**
 * What a session will write and has written, worked out from the instances that it manages and never from what the
 * library does; and what its managed parents should show.
 */
final class Context {

    private final Names names;
    private final boolean exact;
    final boolean alone;
    private final boolean writesAtFlush;
    /** What the transaction sees: what is committed and its own writes. */
    final Rows view;

    SessionImplementor session;
    /** Counting is off, and so is checking. */
    boolean skipping;

    private boolean bypassed;

    private final Set<Object> known = identitySet();
    private final Set<Object> garbled = identitySet();
    private final Set<Object> rolledBack = identitySet();
    private final Map<Item, Map<Counter, BigDecimal>> shown = new HashMap<>();
    private List<Change> planned = List.of();
    /** Whether nothing has changed since the library wrote all counters. */
    private boolean settled;

    /** What a flush does with a row: what it is like then, or null if it is deleted. */
    private record Change(Row entity, State state) {}

    /**
     * @param exact whether nothing happens at the same time, so that everything can be foreseen
     * @param alone whether there is no other session
     * @param writesAtFlush whether the library writes all counters at every flush
     */
    Context(Rows committed, Names names, boolean exact, boolean alone, boolean writesAtFlush) {
        this.writesAtFlush = writesAtFlush;
        this.view = new Rows(committed);
        this.names = names;
        this.exact = exact;
        this.alone = alone;
    }

    static <E> Set<E> identitySet() {
        return Collections.newSetFromMap(new IdentityHashMap<>());
    }

    void open(Session opened) {
        session = (SessionImplementor) opened;
        cleared();
    }

    void cleared() {
        bypassed = false;
        known.clear();
        garbled.clear();
        rolledBack.clear();
        shown.clear();
        planned = List.of();
    }

    /** What is managed now is not what the database holds: nobody can tell what it should show. */
    void rolledBack() {
        view.forget();
        settled = false;
        rolledBack.addAll(known);
        planned = List.of();
    }

    boolean isTainted() {
        return !rolledBack.isEmpty();
    }

    /** A bulk statement has changed rows: what is managed of them does not know it. */
    void bypass(Map<Item, State> rows) {
        look();
        rows.forEach((item, state) -> {
            bypassed |= isManaged(item);
            write(item, state);
        });
    }

    /** Whether there is an instance of a row, or a proxy. */
    boolean isManaged(Item item) {
        var persister = session.getFactory().getMappingMetamodel().getEntityDescriptor(item.kind().type);
        Long id = names.id(item);
        var key = id == null ? null : session.generateEntityKey(id, persister);
        var context = session.getPersistenceContextInternal();
        return key != null && (context.getEntity(key) != null || context.getProxy(key) != null);
    }

    /** Whether something that is managed may be of a row that a bulk statement has changed. */
    boolean isBypassed() {
        return bypassed;
    }

    void garble(Object parent) {
        garbled.add(parent);
    }

    void refreshed(Object entity) {
        garbled.remove(entity);
        rolledBack.remove(entity);
        known.remove(entity);
        look();
    }

    EntityEntry entry(Object entity) {
        return session.getPersistenceContextInternal().getEntry(entity);
    }

    private List<Row> managed() {
        List<Row> managed = new ArrayList<>();
        for (var each : session.getPersistenceContextInternal().reentrantSafeEntityEntries()) {
            managed.add((Row) each.getKey());
        }
        return managed;
    }

    /** The instances that a session manages, those that it removes among them. */
    Collection<Row> instances() {
        return managed();
    }

    /** Finds what was loaded or inserted since it was called last. */
    void look() {
        Counts counts = null;
        for (Row entity : managed()) {
            EntityEntry entry = entry(entity);
            if (!entry.isExistsInDatabase() || entry.getStatus() == Status.GONE || !known.add(entity)) {
                continue;
            }
            Item item = names.item(entity);
            if (!view.has(item)) {
                // inserted at once, for the database gives it its id, or together with such a one
                write(item, loaded(entity, entry));
                counts = null;
            }
            if (counts == null && item.kind().isParent()) {
                counts = view.counts();
            }
            show(item, counts);
        }
    }

    private void show(Item item, Counts counts) {
        Map<Counter, BigDecimal> shows = new EnumMap<>(Counter.class);
        item.kind().counters().forEach(counter -> shows.put(counter, counts.of(item, counter)));
        shown.put(item, shows);
    }

    /** What the session knows of a row. */
    private State loaded(Row entity, EntityEntry entry) {
        if (entry.getLoadedState() == null) {
            return names.state(entity); // read-only, and inserted by another thread that has not told it yet
        }
        Kind kind = Kind.of(entity.getClass());
        Item[] parents = new Item[kind.slots.size()];
        for (int slot = 0; slot < parents.length; slot++) {
            parents[slot] = names.item(entry.getLoadedValue(kind.slots.get(slot)));
        }
        Values values = !kind.isValued()
                ? Values.NONE
                : new Values(
                        (Boolean) entry.getLoadedValue("visible"),
                        (Stage) entry.getLoadedValue("status"),
                        (Integer) entry.getLoadedValue("words"),
                        (BigDecimal) entry.getLoadedValue("amount"));
        return State.of(values, parents);
    }

    /** Works out what a flush of now will write. */
    void plan() {
        if (session.getPersistenceContextInternal().isFlushing()) {
            return; // a query of the library's own
        }
        look();
        List<Change> changes = new ArrayList<>();
        List<Change> cascades = new ArrayList<>();
        Set<Object> cascaded = identitySet();
        List<Row> managed = managed();
        for (Row entity : managed) {
            if (!entry(entity).getStatus().isDeletedOrGone()) {
                planChildren(entity, cascaded, cascades);
            }
        }
        for (Row entity : managed) {
            EntityEntry entry = entry(entity);
            if (entry.getStatus() == Status.DELETED && !cascaded.contains(entity)) {
                changes.add(new Change(entity, null));
            } else if (!entry.isExistsInDatabase()) {
                changes.add(new Change(entity, names.state(entity)));
            } else if (entry.getStatus() != Status.READ_ONLY) {
                planUpdate(entity, entry, changes);
            }
        }
        changes.addAll(cascades);
        planned = changes;
    }

    /** An UPDATE changes what the session has changed; without a version all, over what others have changed meanwhile. */
    private void planUpdate(Row entity, EntityEntry entry, List<Change> changes) {
        State known = view.state(names.item(entity));
        if (known == null) {
            return; // gone: the flush will fail
        }
        State before = loaded(entity, entry);
        State after = names.state(entity);
        List<Item> parents = new ArrayList<>(known.parents());
        for (int slot = 0; slot < parents.size(); slot++) {
            if (!Objects.equals(before.parents().get(slot), after.parents().get(slot))) {
                parents.set(slot, after.parents().get(slot));
            }
        }
        State changed = isWrittenWhole(entity, entry)
                ? after
                : new State(parents, Values.changed(known.values(), before.values(), after.values()));
        if (!changed.equals(known)) {
            changes.add(new Change(entity, changed));
        }
    }

    private boolean isWrittenWhole(Row entity, EntityEntry entry) {
        var persister = entry.getPersister();
        Object[] loaded = persister.isVersioned() ? null : entry.getLoadedState();
        return loaded != null && persister.findDirty(persister.getValues(entity), loaded, entity, session) != null;
    }

    /** A flush inserts what was added to a collection, and deletes the orphans. */
    private void planChildren(Row parent, Set<Object> cascaded, List<Change> changes) {
        List<Object> children = elements(parent);
        for (Object child : children) {
            cascaded.add(child);
            if (entry(child) == null) {
                changes.add(new Change((Row) child, names.state((Row) child)));
            }
        }
        orphans(parent).forEach(orphan -> changes.add(new Change((Row) orphan, null)));
    }

    /** What was taken out of a collection and is deleted by the next flush. */
    static List<Object> orphans(Row parent) {
        if (parent instanceof ModelBlog.Post
                && parent.children() instanceof PersistentCollection<?> collection
                && collection.wasInitialized()
                && collection.getStoredSnapshot() instanceof List<?> snapshot) {
            List<Object> orphans = new ArrayList<>(snapshot);
            orphans.replaceAll(Hibernate::unproxy);
            orphans.removeAll(elements(parent));
            return orphans;
        }
        return List.of();
    }

    /** The elements of a collection in memory; of one that is not initialised, those that wait to be added. */
    static List<Object> elements(Row parent) {
        List<Object> elements = new ArrayList<>();
        if (parent.children() instanceof PersistentCollection<?> collection && !collection.wasInitialized()) {
            if (collection.hasQueuedOperations()) {
                for (Iterator<?> added = collection.queuedAdditionIterator(); added.hasNext(); ) {
                    elements.add(added.next());
                }
                elements.removeIf(Objects::isNull); // something else than an addition
            }
        } else {
            elements.addAll(parent.children());
        }
        elements.replaceAll(Hibernate::unproxy);
        return elements;
    }

    /** What was planned has been flushed. */
    void flushed() {
        List<Change> changes = planned;
        planned = List.of();
        for (Change change : changes) {
            write(names.item(change.entity()), change.state());
        }
        garbled.removeIf(parent -> entry(parent) == null || entry(parent).getStatus() != Status.READ_ONLY);
        look();
        settled = settled || writesAtFlush;
    }

    /** What the rows will be after a flush. */
    Rows foreseen() {
        plan();
        Rows foreseen = view.copy();
        int unborn = 0;
        for (Change change : planned) {
            if (change.state() == null) {
                foreseen.remove(names.item(change.entity()));
            } else if (change.entity().id() != null) {
                foreseen.put(names.item(change.entity()), change.state());
            } else {
                foreseen.put(new Item(Kind.of(change.entity().getClass()), --unborn), change.state());
            }
        }
        return foreseen;
    }

    private void write(Item item, State after) {
        settled = false;
        State before = view.state(item);
        for (Counter counter : Counter.counting(item.kind())) {
            if (!counter.isFurtherUp()) {
                int slot = item.kind().slots.indexOf(counter.way.get(0));
                if (before != null) {
                    tell(
                            before.parents().get(slot),
                            counter,
                            counter.weight(before).negate());
                }
                if (after != null) {
                    tell(after.parents().get(slot), counter, counter.weight(after));
                }
            }
        }
        if (after == null) {
            view.remove(item);
        } else {
            view.put(item, after);
        }
    }

    private void tell(Item parent, Counter counter, BigDecimal amount) {
        if (parent != null && shown.containsKey(parent)) {
            shown.get(parent).merge(counter, amount, BigDecimal::add);
        }
    }

    /** The library has written all counters. */
    void settled() {
        settled = true;
    }

    /**
     * Fails unless every managed parent shows what it should: what was loaded and what this session changed since. When
     * others write too, it may also show what the database holds. A counter further up need not show anything before it is
     * written.
     */
    void check() {
        look();
        if (!exact || skipping) {
            return;
        }
        Counts counts = null;
        for (Row entity : managed()) {
            EntityEntry entry = entry(entity);
            Item item = names.item(entity);
            if (!item.kind().isParent()
                    || !known.contains(entity)
                    || garbled.contains(entity)
                    || rolledBack.contains(entity)
                    || entry.getStatus().isDeletedOrGone()
                    || !view.has(item)) {
                continue;
            }
            counts = counts == null ? view.counts() : counts;
            for (Counter counter : item.kind().counters()) {
                if (!counter.isFurtherUp() || (settled && alone)) {
                    check(item, counter, entity, entry, counts);
                }
            }
        }
    }

    private void check(Item item, Counter counter, Row entity, EntityEntry entry, Counts counts) {
        var persister = entry.getPersister();
        Object value = persister.getValue(entity, persister.getPropertyIndex(counter.attribute));
        BigDecimal shows = Rows.exact((Number) value);
        BigDecimal stored = counts.of(item, counter);
        BigDecimal foreseen = shown.get(item).get(counter);
        if (shows.compareTo(stored) != 0 && (alone || shows.compareTo(foreseen) != 0)) {
            throw new AssertionError("%s of the managed %s shows %s but should show %s"
                    .formatted(counter.attribute, item, shows, alone ? stored : foreseen));
        }
        shown.get(item).put(counter, shows);
    }
}
