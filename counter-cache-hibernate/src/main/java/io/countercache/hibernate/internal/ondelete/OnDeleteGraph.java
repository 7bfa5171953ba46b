package io.countercache.hibernate.internal.ondelete;

import io.countercache.hibernate.internal.model.CascadedRows;
import io.countercache.hibernate.internal.model.CountedCollections;
import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.model.OnDelete;
import io.countercache.hibernate.internal.model.WatchedEntity;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.orm.EntityTables;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.persister.entity.AbstractEntityPersister;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.persister.entity.UnionSubclassEntityPersister;
import org.hibernate.sql.model.TableMapping;
import org.jspecify.annotations.Nullable;

/**
 * What the database itself does to watched rows when other rows are deleted. The entities of one session factory are the nodes,
 * their foreign keys with an ON DELETE action are the edges; edges by which no counter can move are left out.
 *
 * <p>Not to be used before the conditions of the counters are read. Thread-safe.
 */
public final class OnDeleteGraph {

    private final List<OnDelete> declared;
    private final List<CascadedRows> rows;
    private final CountedCollections collections;
    private final CounterModel model;
    // these are filled on first use: the runtime mapping does not exist yet when the declarations are read
    private volatile @Nullable List<OnDeleteEdge> relevant;
    private volatile @Nullable Set<String> recorded;
    private final Map<EntityPersister, List<OnDeleteEdge>> byTarget = new ConcurrentHashMap<>();
    private final Map<EntityPersister, List<CollectionEnd>> rowsByEnd = new ConcurrentHashMap<>();
    private final Map<EntityPersister, Boolean> changing = new ConcurrentHashMap<>();
    private final Map<OnDeleteEdge, List<Kind>> kinds = new ConcurrentHashMap<>();

    /**
     * A kind of child rows: the rows of an edge that are read by one query, because counters watch the same attributes of them.
     * An edge leads to one kind, or to one for each concrete class if counters watch more of a subclass.
     *
     * @param isExact whether rows of subclasses are of another kind
     */
    record Kind(EntityPersister entity, WatchedEntity watched, boolean isExact) {}

    public OnDeleteGraph(
            List<OnDelete> declared, List<CascadedRows> rows, CountedCollections collections, CounterModel model) {
        this.declared = List.copyOf(declared);
        this.rows = List.copyOf(rows);
        this.collections = collections;
        this.model = model;
    }

    private List<OnDeleteEdge> all(SessionFactoryImplementor factory) {
        List<OnDeleteEdge> known = relevant;
        if (known == null) {
            known = RelevantEdges.among(declared, model, this::endsRows, factory);
            relevant = known;
        }
        return known;
    }

    // ---- what follows from what ----

    /** The edges that lead from the rows of an entity: what happens when they are deleted. */
    public List<OnDeleteEdge> of(EntityPersister deleted) {
        return byTarget.computeIfAbsent(
                deleted,
                any -> all(deleted.getFactory()).stream()
                        .filter(edge -> deleted.isTypeOrSuperType(edge.target()))
                        .toList());
    }

    /** The collections from whose tables the database deletes rows along with rows of an entity, where that moves counters. */
    public List<CollectionEnd> rowsOf(EntityPersister deleted) {
        return rowsByEnd.computeIfAbsent(
                deleted,
                any -> ends(deleted.getFactory())
                        .filter(end -> deleted.isTypeOrSuperType(end.entity()))
                        .toList());
    }

    private boolean endsRows(EntityPersister deleted) {
        return !rowsOf(deleted).isEmpty();
    }

    private Stream<CollectionEnd> ends(SessionFactoryImplementor factory) {
        return rows.stream()
                .flatMap(each -> collections
                        .all(factory)
                        .filter(collection -> collection.persister().getRole().equals(each.collection()))
                        .map(collection -> new CollectionEnd(collection, each.isElement())))
                .filter(end -> !end.counters().isEmpty());
    }

    /** Whether the database deletes or changes anything that is counted along with rows of an entity. */
    public boolean takesAlong(EntityPersister deleted) {
        return !of(deleted).isEmpty() || endsRows(deleted);
    }

    /** Whether the database may delete or change rows of an entity along with others. */
    public boolean mayChange(EntityPersister entity) {
        return changing.computeIfAbsent(
                entity, any -> all(entity.getFactory()).stream().anyMatch(edge -> edge.mayLeadTo(entity)));
    }

    /** Whether the database may set an attribute to null. */
    public boolean isNulled(EntityPersister child, String attribute) {
        WatchedEntity watched = model.watched(child);
        return all(child.getFactory()).stream()
                .filter(edge -> edge.mayLeadTo(child))
                .flatMap(edge -> edge.nulled(watched).stream())
                .anyMatch(nulled -> nulled.path().equals(attribute));
    }

    /** All entities whose deleted rows make the database delete rows of another entity, or set their foreign key to null. */
    public Set<EntityPersister> causes(EntityPersister child) {
        Set<EntityPersister> causes = new LinkedHashSet<>();
        List<EntityPersister> open = new ArrayList<>(List.of(child));
        ends(child.getFactory())
                .filter(end -> end.isElement() && end.collection().owner().equals(child))
                .filter(end -> causes.add(end.entity()))
                .forEach(end -> open.add(end.entity()));
        while (!open.isEmpty()) {
            EntityPersister next = open.remove(open.size() - 1);
            all(child.getFactory()).stream()
                    .filter(edge -> edge.mayLeadTo(next) && (edge.cascades() || next == child))
                    .filter(edge -> causes.add(edge.target()))
                    .forEach(edge -> open.add(edge.target()));
        }
        return causes;
    }

    // ---- which rows are recorded ----

    /** Whether a search has to record the ids of the rows of an entity that it has counted, because it may find them again. */
    boolean isRecorded(EntityPersister entity) {
        Set<String> known = recorded;
        if (known == null) {
            known = recorded(all(entity.getFactory()));
            recorded = known;
        }
        return known.contains(root(entity));
    }

    /** The hierarchies whose rows may be found along more than one edge, and all that are reached from them. */
    private static Set<String> recorded(List<OnDeleteEdge> all) {
        Set<String> twice = new HashSet<>();
        for (OnDeleteEdge edge : all) {
            String root = root(edge.child());
            if (all.stream().filter(other -> root(other.child()).equals(root)).count() > 1
                    || reached(root, all, new HashSet<>()).contains(root)) {
                twice.add(root);
            }
        }
        Set<String> recorded = new HashSet<>(twice);
        twice.forEach(root -> reached(root, all, recorded));
        return recorded;
    }

    private static Set<String> reached(String root, List<OnDeleteEdge> all, Set<String> found) {
        for (OnDeleteEdge edge : all) {
            if (root(edge.target()).equals(root) && found.add(root(edge.child()))) {
                reached(root(edge.child()), all, found);
            }
        }
        return found;
    }

    private static String root(EntityPersister entity) {
        return entity.getRootEntityName();
    }

    // ---- how child rows are read ----

    /** The kinds of child rows that an edge may lead to. */
    List<Kind> kinds(OnDeleteEdge edge) {
        return kinds.computeIfAbsent(edge, this::resolveKinds);
    }

    private List<Kind> resolveKinds(OnDeleteEdge edge) {
        List<EntityPersister> types = Entities.withSubclasses(edge.child()).toList();
        if (types.stream().allMatch(type -> isWatchedLike(type, edge.child()))) {
            return List.of(new Kind(edge.child(), model.watched(edge.child()), false));
        }
        return types.stream()
                .filter(type -> !type.isAbstract())
                .map(type -> new Kind(type, model.watched(type), true))
                .toList();
    }

    private boolean isWatchedLike(EntityPersister type, EntityPersister other) {
        return model.watched(other).hasAllOf(model.watched(type))
                && of(type).equals(of(other))
                && rowsOf(type).equals(rowsOf(other));
    }

    // ---- what is locked ----

    /** The tables to which the foreign keys of child rows refer, each with the entity that it is the table of. */
    SortedMap<String, EntityPersister> referredTables(EntityPersister target) {
        return Stream.concat(
                        of(target).stream().map(OnDeleteEdge::target),
                        rowsOf(target).stream().map(CollectionEnd::entity))
                .distinct()
                .collect(Collectors.toMap(EntityTables::own, Function.identity(), (one, same) -> one, TreeMap::new));
    }

    /** The tables with the watched attributes of an edge's child rows. The first one is the table that every row is in. */
    Map<String, EntityPersister> lockedTables(OnDeleteEdge edge) {
        Map<String, EntityPersister> tables = new LinkedHashMap<>();
        AbstractEntityPersister child = (AbstractEntityPersister) edge.child();
        tables.put(child.getRootTableName(), child);
        if (child instanceof UnionSubclassEntityPersister) {
            return tables; // each row is in one table
        }
        for (Kind kind : kinds(edge)) {
            Collection<String> own = tables(kind.entity());
            kind.watched()
                    .attributes()
                    .forEach(attribute -> attribute.part().forEachSelectable((index, column) -> {
                        if (own.contains(column.getContainingTableExpression())) {
                            tables.putIfAbsent(column.getContainingTableExpression(), kind.entity());
                        }
                    }));
            if (edge.cascades()) {
                referredTables(kind.entity()).forEach(tables::putIfAbsent);
            }
        }
        return tables;
    }

    private static Set<String> tables(EntityPersister entity) {
        return EntityTables.mutable(entity).stream()
                .map(TableMapping::getTableName)
                .collect(Collectors.toSet());
    }
}
