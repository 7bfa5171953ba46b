package io.countercache.hibernate.internal.ondelete;

import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.model.OnDelete;
import io.countercache.hibernate.internal.model.WatchedEntity;
import io.countercache.hibernate.internal.model.WatchedEntity.CountedBy;
import io.countercache.hibernate.internal.model.WatchedEntity.PassedBy;
import io.countercache.hibernate.internal.orm.Entities;
import java.util.ArrayList;
import java.util.Arrays;
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
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.persister.entity.AbstractEntityPersister;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.persister.entity.UnionSubclassEntityPersister;
import org.jspecify.annotations.Nullable;

/**
 * What the database does to counted rows by itself: each {@link OnDelete} of one session factory leads from rows to those that
 * refer to them. Those that no counter can notice are left out, so that an application without any pays nothing.
 *
 * <p>Not to be asked before the conditions of the counters are read. Thread-safe.
 */
public final class OnDeleteGraph {

    private final List<OnDelete> declared;
    private final CounterModel model;
    // these are filled on first use: the runtime mapping does not exist yet when the declarations are read
    private volatile @Nullable List<Edge> noticed;
    private volatile @Nullable Set<String> remembered;
    private final Map<EntityPersister, List<Edge>> byTarget = new ConcurrentHashMap<>();
    private final Map<EntityPersister, Boolean> children = new ConcurrentHashMap<>();
    private final Map<Edge, List<Kind>> kinds = new ConcurrentHashMap<>();

    /**
     * What happens to rows of one entity when one goes that they refer to.
     *
     * @param condition in HQL, of a row {@code c} that refers to one of {@code :targets}
     * @param association the to-one that refers to it; empty if none does
     * @param columns those of the foreign key
     */
    record Edge(
            EntityPersister target,
            EntityPersister child,
            String condition,
            String association,
            boolean cascades,
            Set<String> columns) {

        private boolean mayBeOf(EntityPersister entity) {
            return child.isTypeOrSuperType(entity) || entity.isTypeOrSuperType(child);
        }
    }

    /**
     * Rows of one entity that are looked at in one way.
     *
     * @param isExact whether rows of its subclasses are looked at in another one
     */
    record Kind(EntityPersister entity, WatchedEntity counted, boolean isExact) {}

    public OnDeleteGraph(List<OnDelete> declared, CounterModel model) {
        this.declared = List.copyOf(declared);
        this.model = model;
    }

    private static Edge edge(OnDelete declared, SessionFactoryImplementor factory) {
        EntityPersister target = Entities.entity(declared.target(), factory);
        String condition = declared.association().isEmpty()
                ? "exists (select 1 from %s t join t.%s e where id(t) in :targets and e = c)"
                        .formatted(target.getImportedName(), declared.attribute())
                : "id(c.%s) in :targets".formatted(declared.association());
        return new Edge(
                target,
                Entities.entity(declared.child(), factory),
                condition,
                declared.association(),
                declared.cascades(),
                declared.columns());
    }

    // ---- which of them matter ----

    private List<Edge> all(SessionFactoryImplementor factory) {
        List<Edge> known = noticed;
        if (known == null) {
            List<Edge> edges = declared.stream()
                    .map(each -> edge(each, factory))
                    .distinct() // one may be declared on both sides of an association
                    .toList();
            known = edges.stream()
                    .filter(edge -> isNoticed(edge, edges, new HashSet<>()))
                    .toList();
            noticed = known;
        }
        return known;
    }

    /** Whether a counter moves when a row goes that this refers to. */
    private boolean isNoticed(Edge edge, List<Edge> declared, Set<Edge> followed) {
        if (!followed.add(edge)) {
            return false;
        }
        List<EntityPersister> types = Entities.withSubclasses(edge.child()).toList();
        return types.stream().anyMatch(type -> isNoticed(edge, model.counted(type)))
                || (edge.cascades()
                        && declared.stream()
                                .filter(next -> types.stream().anyMatch(type -> type.isTypeOrSuperType(next.target())))
                                .anyMatch(next -> isNoticed(next, declared, followed)));
    }

    private boolean isNoticed(Edge edge, WatchedEntity counted) {
        Set<Integer> lost = lost(edge, counted);
        return counted.counters().stream().anyMatch(by -> isNoticed(edge, by, counted, lost))
                || counted.passages().stream().anyMatch(by -> isNoticed(edge, by, counted, lost));
    }

    private static boolean isNoticed(Edge edge, CountedBy by, WatchedEntity counted, Set<Integer> lost) {
        boolean leadsOn = !by.counter().path().isEmpty();
        if (edge.cascades()) {
            return leadsOn || !isBy(edge, by.association(), counted); // else the counter goes, too
        }
        return (leadsOn && lost.contains(by.association()))
                || lost.stream().anyMatch(position -> counted.isWeighedBy(by, position));
    }

    private boolean isNoticed(Edge edge, PassedBy by, WatchedEntity counted, Set<Integer> lost) {
        boolean isLast = model.paths(edge.child().getFactory()).after(by.step()) == null;
        return edge.cascades()
                ? !isLast || !isBy(edge, by.association(), counted)
                : !isLast && lost.contains(by.association());
    }

    private static boolean isBy(Edge edge, int position, WatchedEntity counted) {
        return counted.tracked().get(position).path().equals(edge.association());
    }

    /** Which attributes are null once the row is gone that an edge refers to: all that have its columns. */
    static Set<Integer> lost(Edge edge, WatchedEntity counted) {
        Set<Integer> lost = new HashSet<>();
        if (!edge.cascades()) {
            for (int i = 0; i < counted.tracked().size(); i++) {
                int position = i;
                counted.tracked().get(i).part().forEachSelectable((index, column) -> {
                    if (edge.columns().contains(column.getSelectionExpression())) {
                        lost.add(position);
                    }
                });
            }
        }
        return lost;
    }

    // ---- what is remembered ----

    /** Whether rows of an entity have to be known that are counted as gone. */
    boolean isRemembered(EntityPersister entity) {
        Set<String> known = remembered;
        if (known == null) {
            known = remembered(all(entity.getFactory()));
            remembered = known;
        }
        return known.contains(root(entity));
    }

    /** The hierarchies of which one row may be found twice before it is gone from the database: along more than one edge. */
    private static Set<String> remembered(List<Edge> all) {
        Set<String> twice = new HashSet<>();
        for (Edge edge : all) {
            String root = root(edge.child());
            if (all.stream().filter(other -> root(other.child()).equals(root)).count() > 1
                    || beneath(root, all, new HashSet<>()).contains(root)) {
                twice.add(root);
            }
        }
        Set<String> remembered = new HashSet<>(twice);
        twice.forEach(root -> beneath(root, all, remembered));
        return remembered;
    }

    private static Set<String> beneath(String root, List<Edge> all, Set<String> found) {
        for (Edge edge : all) {
            if (root(edge.target()).equals(root) && found.add(root(edge.child()))) {
                beneath(root(edge.child()), all, found);
            }
        }
        return found;
    }

    private static String root(EntityPersister entity) {
        return entity.getRootEntityName();
    }

    // ---- what follows from what ----

    /** What happens when a row of this entity goes. */
    public List<Edge> of(EntityPersister gone) {
        return byTarget.computeIfAbsent(
                gone,
                any -> all(gone.getFactory()).stream()
                        .filter(edge -> gone.isTypeOrSuperType(edge.target()))
                        .toList());
    }

    /** Whether the database may delete or change rows of an entity along with others. */
    public boolean mayChange(EntityPersister entity) {
        return children.computeIfAbsent(
                entity, any -> all(entity.getFactory()).stream().anyMatch(edge -> edge.mayBeOf(entity)));
    }

    /** Whether an attribute is set to null by the database. */
    public boolean isLost(EntityPersister child, String attribute) {
        return all(child.getFactory()).stream()
                .filter(edge -> edge.mayBeOf(child))
                .anyMatch(edge -> {
                    WatchedEntity counted = model.counted(child);
                    return lost(edge, counted).stream()
                            .anyMatch(position ->
                                    counted.tracked().get(position).path().equals(attribute));
                });
    }

    /** All entities by whose rows those of another one go or lose what they refer to. */
    public Set<EntityPersister> causes(EntityPersister child) {
        Set<EntityPersister> causes = new LinkedHashSet<>();
        List<EntityPersister> open = new ArrayList<>(List.of(child));
        while (!open.isEmpty()) {
            EntityPersister next = open.remove(open.size() - 1);
            all(child.getFactory()).stream()
                    .filter(edge -> edge.mayBeOf(next) && (edge.cascades() || next == child))
                    .filter(edge -> causes.add(edge.target()))
                    .forEach(edge -> open.add(edge.target()));
        }
        return causes;
    }

    // ---- how rows are looked at ----

    /** The kinds of rows that an edge may lead to: one, if counters look at no more of a subclass. */
    List<Kind> kinds(Edge edge) {
        return kinds.computeIfAbsent(edge, this::resolveKinds);
    }

    private List<Kind> resolveKinds(Edge edge) {
        WatchedEntity whole = model.counted(edge.child());
        List<EntityPersister> types = Entities.withSubclasses(edge.child()).toList();
        if (types.stream().allMatch(type -> isLookedAtLike(type, edge.child()))) {
            return List.of(new Kind(edge.child(), whole, false));
        }
        return types.stream()
                .filter(type -> !type.isAbstract())
                .map(type -> new Kind(type, model.counted(type), true))
                .toList();
    }

    private boolean isLookedAtLike(EntityPersister type, EntityPersister other) {
        return model.counted(other).hasAllOf(model.counted(type)) && of(type).equals(of(other));
    }

    // ---- what is locked ----

    /** The tables to which foreign keys refer, each with the entity that it is the table of. */
    SortedMap<String, EntityPersister> referredTables(EntityPersister target) {
        return of(target).stream()
                .map(Edge::target)
                .distinct()
                .collect(Collectors.toMap(
                        EntityPersister::getTableName, Function.identity(), (one, same) -> one, TreeMap::new));
    }

    /** The tables that have what is looked at of rows that an edge leads to; first the one that every row is in. */
    Map<String, EntityPersister> lockedTables(Edge edge) {
        Map<String, EntityPersister> tables = new LinkedHashMap<>();
        AbstractEntityPersister child = (AbstractEntityPersister) edge.child();
        tables.put(child.getRootTableName(), child);
        if (child instanceof UnionSubclassEntityPersister) {
            return tables; // each row is in one table
        }
        for (Kind kind : kinds(edge)) {
            Collection<String> own = tables(kind.entity());
            kind.counted()
                    .tracked()
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
        return Arrays.stream(((AbstractEntityPersister) entity).getTableMappings())
                .map(table -> table.getTableName())
                .collect(Collectors.toSet());
    }
}
