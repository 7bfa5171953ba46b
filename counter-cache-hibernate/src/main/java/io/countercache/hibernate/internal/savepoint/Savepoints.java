package io.countercache.hibernate.internal.savepoint;

import io.countercache.hibernate.internal.path.PathDeltas;
import io.countercache.hibernate.internal.write.CounterDeltas;
import io.countercache.hibernate.internal.write.ManagedParents;
import io.countercache.hibernate.internal.write.TransactionMoves;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/**
 * The savepoints of one transaction. A rollback to one of them removes the deltas that were added since, makes those pending
 * again that were written since, takes back what managed parents have shown since, and what listeners were to be told.
 */
public final class Savepoints {

    private static final boolean IS_SPRING_THERE = isThere("org.springframework.orm.jpa.EntityManagerHolder");

    private final CounterDeltas deltas;
    private final PathDeltas paths;
    /** Null where no listener is told. */
    private final @Nullable TransactionMoves moves;
    /** The first one is set when the first delta is added. */
    private final List<Savepoint> savepoints = new ArrayList<>();

    private boolean rolledBack;

    /**
     * A savepoint.
     *
     * @param key identifies it for the application
     * @param shown what sessions have shown since: usually one session, or several that share the transaction
     */
    private record Savepoint(Object key, List<ShownBy> shown) {

        private Map<Shown, BigDecimal> shownBy(SharedSessionContractImplementor session) {
            for (ShownBy each : shown) {
                if (each.session() == session) {
                    return each.amounts();
                }
            }
            ShownBy added = new ShownBy(session, new HashMap<>());
            shown.add(added);
            return added.amounts();
        }
    }

    private record ShownBy(SharedSessionContractImplementor session, Map<Shown, BigDecimal> amounts) {

        private void takeBack() {
            if (!session.isClosed()) {
                amounts.forEach((row, amount) ->
                        ManagedParents.add(row.entity(), row.id(), row.counter(), amount.negate(), session));
            }
        }
    }

    private record Shown(EntityPersister entity, Object id, String counter) {}

    private Savepoints(CounterDeltas deltas, PathDeltas paths, @Nullable TransactionMoves moves) {
        this.deltas = deltas;
        this.paths = paths;
        this.moves = moves;
        set(this);
    }

    /** The savepoints of a session's transaction; null where nothing reports savepoints. */
    public static @Nullable Savepoints of(
            CounterDeltas deltas,
            PathDeltas paths,
            @Nullable TransactionMoves moves,
            SharedSessionContractImplementor session) {
        // nothing in this class may refer to a class of Spring, because Spring is optional
        return IS_SPRING_THERE && SpringSavepoints.isManaged(session)
                ? SpringSavepoints.listen(new Savepoints(deltas, paths, moves), session)
                : null;
    }

    private static boolean isThere(String className) {
        try {
            Class.forName(className, false, Savepoints.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }

    /** Sets a savepoint. */
    void set(Object savepoint) {
        deltas.savepoint();
        paths.savepoint();
        if (moves != null) {
            moves.savepoint();
        }
        savepoints.add(new Savepoint(savepoint, new ArrayList<>()));
    }

    /** Remembers that a delta was shown. */
    public void shown(
            EntityPersister entity,
            Object id,
            String counter,
            BigDecimal amount,
            SharedSessionContractImplementor session) {
        savepoints
                .get(savepoints.size() - 1)
                .shownBy(session)
                .merge(new Shown(entity, id, counter), amount, BigDecimal::add);
    }

    /** Restores everything as it was at a savepoint. The savepoint stays, those after it are removed. */
    void rollback(Object savepoint) {
        int first = indexOf(savepoint);
        List<Savepoint> undone = savepoints.subList(first, savepoints.size());
        Object key = undone.get(0).key();
        undone.forEach(since -> since.shown().forEach(ShownBy::takeBack));
        undone.clear();
        deltas.rollback(first);
        paths.rollback(first);
        if (moves != null) {
            moves.rollback(first);
        }
        set(key);
        rolledBack = true;
    }

    private int indexOf(Object savepoint) {
        int index = savepoints.size() - 1;
        while (index > 0 && !savepoints.get(index).key().equals(savepoint)) {
            index--;
        }
        return index; // an unknown savepoint was set before anything was pending
    }

    /** Whether sessions of this transaction may have instances from before a rollback. */
    public boolean isRolledBack() {
        return rolledBack;
    }
}
