package io.countercache.hibernate.modelcheck;

import io.countercache.hibernate.modelcheck.ModelBlog.Row;
import io.countercache.hibernate.modelcheck.Rows.Item;
import io.countercache.hibernate.modelcheck.Rows.Kind;
import io.countercache.hibernate.modelcheck.Rows.State;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import org.hibernate.proxy.HibernateProxy;

/** Which row of the database, and which instance, a name in a program stands for. */
@SuppressWarnings({"IdentityHashMapUsage"})
final class Names {

    private record Key(Kind root, Long id) {}

    private final Map<Object, Item> instances = new IdentityHashMap<>();
    private final Map<Key, Item> items = new HashMap<>();
    private final Map<Item, Long> ids = new HashMap<>();
    private int unnamed = 1000;

    synchronized void name(Item item, Row entity) {
        instances.put(entity, item);
    }

    synchronized void name(Item item, Long id) {
        ids.put(item, id);
        items.put(new Key(item.kind().root(), id), item);
    }

    synchronized Long id(Item item) {
        return ids.get(item);
    }

    /** What an instance or a proxy stands for. What the program has not named, as a copy that a merge made, gets a name. */
    synchronized Item item(Object entity) {
        if (entity == null) {
            return null;
        }
        var proxy = HibernateProxy.extractLazyInitializer(entity);
        if (proxy != null) {
            return item(Kind.of(proxy.getPersistentClass()), (Long) proxy.getIdentifier());
        }
        Kind kind = Kind.of(entity.getClass());
        Long id = ((Row) entity).id();
        Item named = instances.get(entity);
        if (named != null && id != null && !ids.containsKey(named)) {
            name(named, id);
        }
        return named != null ? named : item(kind, id);
    }

    synchronized Item item(Kind kind, Long id) {
        Item known = items.get(new Key(kind.root(), id));
        if (known == null) {
            known = new Item(kind, unnamed++);
            name(known, id);
        }
        return known;
    }

    /** What an instance says of its row. */
    State state(Row entity) {
        Item[] parents = new Item[Kind.of(entity.getClass()).slots.size()];
        for (int slot = 0; slot < parents.length; slot++) {
            parents[slot] = item(entity.parent(slot));
        }
        return State.of(entity.values(), parents);
    }
}
