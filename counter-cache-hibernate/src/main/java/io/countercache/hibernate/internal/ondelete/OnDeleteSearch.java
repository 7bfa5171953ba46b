package io.countercache.hibernate.internal.ondelete;

import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.CounterPaths.PathStep;
import io.countercache.hibernate.internal.model.Moves;
import io.countercache.hibernate.internal.model.RowChange;
import io.countercache.hibernate.internal.model.Snapshot;
import io.countercache.hibernate.internal.model.WatchedEntity;
import io.countercache.hibernate.internal.ondelete.OnDeleteGraph.Kind;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.orm.Hql;
import io.countercache.hibernate.internal.sql.OldRows;
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
import java.util.function.Predicate;
import org.hibernate.ScrollMode;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.query.SelectionQuery;
import org.jspecify.annotations.Nullable;

/**
 * Finds and counts the rows that the database deletes, or whose foreign key it sets to null, along with rows that are about to
 * be deleted. This is done before the DELETE, because afterwards nothing reports which rows these were.
 *
 * <p>First the rows that are deleted are locked against new rows that would refer to them. From then on the number of rows that
 * refer to them can only fall: they are looked for, locked, and read in a later statement, for the reason that {@link RowLocks}
 * gives. They are counted in chunks. Only two sorts of ids stay in memory: of rows from which edges lead on, and of rows that
 * could be found again.
 *
 * <p>One instance serves one statement. Not thread-safe.
 */
public final class OnDeleteSearch {

    private final OnDeleteGraph edges;
    private final OwnQueries queries;
    private final CollectionRows collections;
    /** The ids of deleted rows, by hierarchy. */
    private final Map<String, Set<Object>> deleted = new HashMap<>();
    /** Of rows that are not deleted: the edges whose foreign key is set to null, by hierarchy and id. */
    private final Map<String, Map<Object, Set<OnDeleteEdge>>> nulled = new HashMap<>();

    public OnDeleteSearch(OnDeleteGraph edges, OwnQueries queries) {
        this.edges = edges;
        this.queries = queries;
        this.collections = new CollectionRows(queries);
    }

    /**
     * Counts what the database does along with the DELETE of rows of an entity. These rows themselves are counted elsewhere.
     *
     * @param ids those of all rows that one statement deletes
     * @param isSeen whether Hibernate itself deletes the rows of a collection with them, and these are counted then
     */
    public void countAlongWith(
            EntityPersister entity,
            Collection<?> ids,
            Predicate<CollectionEnd> isSeen,
            Moves moves,
            SharedSessionContractImplementor session) {
        session.getJdbcCoordinator().executeBatch(); // rows that are deleted already must not be found
        if (entity.getSoftDeleteMapping() == null) {
            recordDeleted(entity, ids);
            new Run(moves, session).follow(entity, ids, isSeen);
        }
    }

    private void recordDeleted(EntityPersister entity, Collection<?> ids) {
        if (edges.isRecorded(entity)) {
            deleted.computeIfAbsent(entity.getRootEntityName(), any -> new HashSet<>())
                    .addAll(ids);
        }
    }

    private void recordNulled(EntityPersister entity, Object id, OnDeleteEdge edge) {
        if (edges.isRecorded(entity)) {
            nulled.computeIfAbsent(entity.getRootEntityName(), any -> new HashMap<>())
                    .computeIfAbsent(id, any -> new HashSet<>())
                    .add(edge);
        }
    }

    private boolean isDeleted(EntityPersister entity, Object id) {
        return deleted.getOrDefault(entity.getRootEntityName(), Set.of()).contains(id);
    }

    private Set<OnDeleteEdge> nulled(EntityPersister entity, Object id) {
        return nulled.getOrDefault(entity.getRootEntityName(), Map.of()).getOrDefault(id, Set.of());
    }

    private record Locked(EntityPersister entity, List<Object> ids) {}

    /** One walk over the graph, from the rows of one statement. */
    private final class Run {

        private final Moves moves;
        private final SharedSessionContractImplementor session;
        /** Locked rows that are deleted, and whose edges have not been followed yet. */
        private final Deque<Locked> open = new ArrayDeque<>();

        Run(Moves moves, SharedSessionContractImplementor session) {
            this.moves = moves;
            this.session = session;
        }

        void follow(EntityPersister entity, Collection<?> ids, Predicate<CollectionEnd> isSeen) {
            for (List<Object> chunk : Chunks.<Object>of(ids)) {
                Locked deleted = new Locked(entity, lock(edges.referredTables(entity), chunk, true));
                follow(deleted, isSeen);
            }
            while (!open.isEmpty()) {
                follow(open.remove(), end -> false);
            }
        }

        private void follow(Locked deleted, Predicate<CollectionEnd> isSeen) {
            edges.of(deleted.entity()).forEach(edge -> follow(edge, deleted.ids()));
            if (!deleted.ids().isEmpty()) {
                edges.rowsOf(deleted.entity()).stream()
                        .filter(isSeen.negate())
                        .forEach(end -> collections.countDeleted(end, deleted.ids(), moves, session));
            }
        }

        /**
         * Locks rows in some tables, and returns the ids of those that exist. Without a transaction it does nothing: the lock
         * would end before the DELETE.
         */
        private List<Object> lock(Map<String, EntityPersister> tables, List<Object> ids, boolean areDeleted) {
            List<Object> existing = ids;
            if (session.isTransactionInProgress()) {
                tables.values().forEach(entity -> OldRows.refuse(Entities.name(entity), session));
                for (var table : tables.entrySet()) {
                    Collection<Object> locked = areDeleted
                            ? RowLocks.lockForDelete(ids, table.getValue(), table.getKey(), session)
                            : RowLocks.lock(ids, table.getValue(), table.getKey(), session);
                    // the first table has all rows, the others only the rows of some subclass
                    existing = existing == ids ? List.copyOf(locked) : existing;
                }
            }
            return existing;
        }

        private void follow(OnDeleteEdge edge, List<Object> targets) {
            if (targets.isEmpty()) {
                return;
            }
            Entities.refuseFilters(edge.child(), session);
            if (edge.association().isEmpty()) {
                Entities.refuseFilters(edge.target(), session); // the query joins it
            }
            String hql = "select id(c) from %s c where %s order by id(c)"
                    .formatted(Hql.name(edge.child()), edge.condition());
            queries.quietly(session, quiet -> {
                SelectionQuery<Object> query =
                        quiet.createSelectionQuery(hql, Object.class).setParameterList("targets", targets);
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

        private void count(OnDeleteEdge edge, List<Object> targets, List<Object> found) {
            List<Object> locked = lock(edges.lockedTables(edge), found, edge.cascades());
            if (locked.isEmpty()) {
                return;
            }
            Moves remaining = new WithoutTargets(edge, moves);
            for (Kind kind : edges.kinds(edge)) {
                List<Object> counted = new ArrayList<>();
                for (Object[] row : read(edge, kind, targets, locked)) {
                    if (!isDeleted(kind.entity(), row[0])) {
                        count(edge, kind, row[0], kind.watched().read(row), remaining);
                        counted.add(row[0]);
                    }
                }
                if (edge.cascades() && !counted.isEmpty()) {
                    recordDeleted(kind.entity(), counted);
                    if (edges.takesAlong(kind.entity())) {
                        open.add(new Locked(kind.entity(), counted));
                    }
                }
            }
        }

        /** The rows that refer to the targets, read again now that they are locked. */
        private List<Object[]> read(OnDeleteEdge edge, Kind kind, List<Object> targets, List<Object> ids) {
            String type = kind.isExact() ? " and type(c) = " + Hql.name(kind.entity()) : "";
            String hql = kind.watched().select("id(c) in :ids and " + edge.condition() + type);
            return queries.list(
                    hql,
                    Object[].class,
                    query -> query.setParameterList("ids", ids).setParameterList("targets", targets),
                    session);
        }

        private void count(OnDeleteEdge edge, Kind kind, Object id, Snapshot stored, Moves remaining) {
            WatchedEntity watched = kind.watched();
            Snapshot before = stored;
            for (OnDeleteEdge earlier : nulled(kind.entity(), id)) {
                before = before.without(earlier.nulled(watched));
            }
            Snapshot after = null;
            if (!edge.cascades()) {
                after = before.without(edge.nulled(watched));
                recordNulled(kind.entity(), id, edge);
            }
            new RowChange(watched, id, before, after, 1).moves(remaining);
        }
    }

    /** Leaves out moves of counters in the targets of an edge: these rows are deleted. */
    private record WithoutTargets(OnDeleteEdge edge, Moves moves) implements Moves {

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
