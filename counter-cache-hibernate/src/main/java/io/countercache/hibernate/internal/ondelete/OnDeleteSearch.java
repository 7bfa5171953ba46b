package io.countercache.hibernate.internal.ondelete;

import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.CounterPaths.PathStep;
import io.countercache.hibernate.internal.model.WatchedEntity;
import io.countercache.hibernate.internal.model.WatchedEntity.Moves;
import io.countercache.hibernate.internal.model.WatchedEntity.Snapshot;
import io.countercache.hibernate.internal.ondelete.OnDeleteGraph.Edge;
import io.countercache.hibernate.internal.ondelete.OnDeleteGraph.Kind;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.sql.OwnQueries;
import io.countercache.hibernate.internal.sql.RowLocks;
import io.countercache.hibernate.internal.support.Chunks;
import java.math.BigDecimal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.hibernate.ScrollMode;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.query.SelectionQuery;
import org.jspecify.annotations.Nullable;

/**
 * What the database deletes, or cuts off, along with rows that are about to be deleted: found, locked and read before, for
 * nobody tells of it afterwards.
 *
 * <p>First the rows that go are locked so that nothing new can refer to them. From then on what refers to them can only
 * become less: it is looked for, locked, and read in a later statement, for the reason that {@link RowLocks} gives. Row by
 * row it becomes deltas, in chunks; only of rows by which others go the ids are kept, and of those that could be found
 * twice.
 *
 * <p>One instance serves one statement. Not thread-safe.
 */
public final class OnDeleteSearch {

    private final OnDeleteGraph edges;
    private final OwnQueries queries;
    private final Map<String, Set<Object>> gone = new HashMap<>();
    /** Of rows that stay: by which edges they have lost what they referred to. */
    private final Map<String, Map<Object, Set<Edge>>> cut = new HashMap<>();

    public OnDeleteSearch(OnDeleteGraph edges, OwnQueries queries) {
        this.edges = edges;
        this.queries = queries;
    }

    /** Whether a row is counted already. */
    private boolean isGone(EntityPersister entity, Object id) {
        return gone.getOrDefault(entity.getRootEntityName(), Set.of()).contains(id);
    }

    /**
     * Finds what goes with rows of an entity, and counts it. The rows themselves are left to who deletes them.
     *
     * @param ids those of all rows that one statement deletes
     */
    public void goneWith(
            EntityPersister entity, Collection<?> ids, Moves moves, SharedSessionContractImplementor session) {
        session.getJdbcCoordinator().executeBatch(); // what is deleted already must not be found
        if (entity.getSoftDeleteMapping() == null) {
            remember(entity, ids);
            new Run(moves, session).follow(entity, ids);
        }
    }

    private void remember(EntityPersister entity, Collection<?> ids) {
        if (edges.isRemembered(entity)) {
            gone.computeIfAbsent(entity.getRootEntityName(), any -> new HashSet<>())
                    .addAll(ids);
        }
    }

    private Set<Edge> cutOff(EntityPersister entity, Object id) {
        return cut.getOrDefault(entity.getRootEntityName(), Map.of()).getOrDefault(id, Set.of());
    }

    private record Locked(EntityPersister entity, List<Object> ids) {}

    /** One look for what goes. */
    private final class Run {

        private final Moves moves;
        private final SharedSessionContractImplementor session;
        /** Rows that go, under locks, of which it is not yet known what goes with them. */
        private final Deque<Locked> open = new ArrayDeque<>();

        Run(Moves moves, SharedSessionContractImplementor session) {
            this.moves = moves;
            this.session = session;
        }

        void follow(EntityPersister entity, Collection<?> ids) {
            for (List<Object> chunk : Chunks.<Object>of(ids)) {
                open.add(new Locked(entity, lock(edges.referredTables(entity), chunk, true)));
            }
            while (!open.isEmpty()) {
                Locked rows = open.remove();
                edges.of(rows.entity()).forEach(edge -> follow(edge, rows.ids()));
            }
        }

        /** The ids of those that are there. Without a transaction a lock would be gone before the statement. */
        private List<Object> lock(Map<String, EntityPersister> tables, List<Object> ids, boolean areDeleted) {
            List<Object> there = ids;
            if (session.isTransactionInProgress()) {
                for (var table : tables.entrySet()) {
                    Collection<Object> locked = areDeleted
                            ? RowLocks.lockForDelete(ids, table.getValue(), table.getKey(), session)
                            : RowLocks.lock(ids, table.getValue(), table.getKey(), session);
                    // the first table has all rows, another one only those of some subclass
                    there = there == ids ? List.copyOf(locked) : there;
                }
            }
            return there;
        }

        private void follow(Edge edge, List<Object> targets) {
            if (targets.isEmpty()) {
                return;
            }
            Entities.refuseFilters(edge.child(), session);
            if (edge.association().isEmpty()) {
                Entities.refuseFilters(edge.target(), session); // by which they are found
            }
            String hql = "select id(c) from %s c where %s order by id(c)"
                    .formatted(edge.child().getImportedName(), edge.condition());
            queries.quietly(session, asked -> {
                SelectionQuery<Object> query =
                        asked.createSelectionQuery(hql, Object.class).setParameterList("targets", targets);
                try (var found = query.setFetchSize(Chunks.SIZE).scroll(ScrollMode.FORWARD_ONLY)) {
                    List<Object> chunk = new ArrayList<>();
                    while (found.next()) {
                        chunk.add(found.get());
                        if (chunk.size() == Chunks.SIZE) {
                            count(edge, targets, chunk);
                            chunk = new ArrayList<>();
                        }
                    }
                    if (!chunk.isEmpty()) {
                        count(edge, targets, chunk);
                    }
                }
                return null;
            });
        }

        private void count(Edge edge, List<Object> targets, List<Object> found) {
            List<Object> locked = lock(edges.lockedTables(edge), found, edge.cascades());
            if (locked.isEmpty()) {
                return;
            }
            Moves others = new WithoutParents(edge, moves);
            for (Kind kind : edges.kinds(edge)) {
                List<Object> counted = new ArrayList<>();
                for (Object[] row : read(edge, kind, targets, locked)) {
                    if (!isGone(kind.entity(), row[0])) {
                        count(edge, kind, row[0], kind.counted().read(row), others);
                        counted.add(row[0]);
                    }
                }
                if (edge.cascades() && !counted.isEmpty()) {
                    remember(kind.entity(), counted);
                    if (!edges.of(kind.entity()).isEmpty()) {
                        open.add(new Locked(kind.entity(), counted));
                    }
                }
            }
        }

        /** What refers to the targets still, now that it is locked. */
        private List<Object[]> read(Edge edge, Kind kind, List<Object> targets, List<Object> ids) {
            String type = kind.isExact() ? " and type(c) = " + kind.entity().getImportedName() : "";
            String hql = kind.counted().select("id(c) in :ids and " + edge.condition() + type);
            return queries.list(
                    hql,
                    Object[].class,
                    query -> query.setParameterList("ids", ids).setParameterList("targets", targets),
                    session);
        }

        private void count(Edge edge, Kind kind, Object id, Snapshot stored, Moves others) {
            WatchedEntity counted = kind.counted();
            Snapshot before = stored;
            for (Edge lost : cutOff(kind.entity(), id)) {
                before = before.without(OnDeleteGraph.lost(lost, counted));
            }
            Snapshot after = null;
            if (!edge.cascades()) {
                after = before.without(OnDeleteGraph.lost(edge, counted));
                if (edges.isRemembered(kind.entity())) {
                    cut.computeIfAbsent(kind.entity().getRootEntityName(), any -> new HashMap<>())
                            .computeIfAbsent(id, any -> new HashSet<>())
                            .add(edge);
                }
            }
            counted.change(id, before, after, others);
        }
    }

    /** Without the counters of the row that is gone itself. */
    private record WithoutParents(Edge edge, Moves moves) implements Moves {

        @Override
        public void move(CounterDefinition counter, Object first, BigDecimal amount) {
            if (!counter.path().isEmpty() || !counter.association().equals(edge.association())) {
                moves.move(counter, first, amount);
            }
        }

        @Override
        public void pass(PathStep step, Object id, @Nullable Object from) {
            moves.pass(step, id, from);
        }
    }
}
