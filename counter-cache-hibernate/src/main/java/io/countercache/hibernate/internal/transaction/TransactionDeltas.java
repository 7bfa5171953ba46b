package io.countercache.hibernate.internal.transaction;

import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.path.PathDeltas;
import io.countercache.hibernate.internal.path.PathWriter;
import io.countercache.hibernate.internal.savepoint.Savepoints;
import io.countercache.hibernate.internal.sql.CommitMessage;
import io.countercache.hibernate.internal.write.CounterDeltas;
import io.countercache.hibernate.internal.write.ManagedParents;
import io.countercache.hibernate.internal.write.SpreadRows;
import io.countercache.hibernate.internal.write.SquashTurns;
import io.countercache.hibernate.internal.write.TransactionMoves;
import java.math.BigDecimal;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/** What is pending in one transaction. Not thread-safe. */
final class TransactionDeltas {

    final CounterDeltas deltas = new CounterDeltas();
    final PathDeltas paths = new PathDeltas();
    /** See {@link ParentLocks}. */
    final HeldLocks locked = new HeldLocks();
    /** What listeners are told after the commit; null where there is none. */
    @Nullable
    TransactionMoves moves;
    /** Null where nothing reports savepoints. */
    @Nullable
    Savepoints savepoints;
    /** Whether the open batch of a stateless session may have rows that are not counted yet. */
    boolean isExpecting;
    /** Whether changes do not wait: there is no transaction, or the write before its commit has begun. */
    boolean isWrittenAtOnce;
    /** Whether {@link CommitHook} is called when the transaction commits. */
    boolean isCommitHooked;
    /** The tables whose deltas were written before the end. */
    private Set<String> written = Set.of();
    /** What is squashed at the end: mostly nothing. */
    List<SpreadRows> squashed = List.of();
    /** The session that writes what is left for the commit. */
    @Nullable
    SharedSessionContractImplementor writing;

    boolean isEmpty() {
        return deltas.isEmpty() && paths.isEmpty();
    }

    /** Whether there is something to do before the commit. */
    boolean isLeft() {
        return !isEmpty() || !squashed.isEmpty();
    }

    /** Whether counters that are declared for this table may have to move. */
    boolean concern(String table) {
        return deltas.concern(table) || paths.concern(table);
    }

    /** Shows a delta on the instance of a parent, if the session manages one. */
    void show(CounterDefinition counter, Object id, BigDecimal amount, SharedSessionContractImplementor session) {
        EntityPersister parent = Entities.entity(counter.parent(), session.getFactory());
        ManagedParents.add(parent, id, counter.counter(), amount, session);
        if (savepoints != null) {
            savepoints.shown(parent, id, counter.counter(), amount, session);
        }
    }

    /** Writes what is pending, but for what can be written along with the COMMIT. */
    void writeBeforeCommit(PathWriter writer, SquashTurns squashes, SharedSessionContractImplementor session) {
        if (squashed.isEmpty()) {
            squashed = squashes.take(table -> concern(table) || written.contains(table), deltas.size(), session);
        }
        if (!squashed.isEmpty()) {
            write(writer, session);
            SquashTurns.squash(squashed, session);
        } else if (!isEmpty() && isCommitHooked && writer.commitsAlong() && CommitMessage.isPossible(session)) {
            writing = session;
            writer.writeAllButLast(deltas, paths, this::show, session);
        } else {
            write(writer, session);
        }
    }

    /**
     * Writes what is left, and commits. Whatever observers of the application have changed after {@link CommitWrite} was called, is written
     * at once, or here if nothing was pending before.
     */
    void writeAndCommit(PathWriter writer, SharedSessionContractImplementor owner) {
        if (writing != null && !deltas.isEmpty()) {
            writer.writeAndCommit(deltas, writing);
        } else if (!isEmpty()) {
            write(writer, owner);
        }
    }

    /** Writes everything that is pending. */
    void write(PathWriter writer, SharedSessionContractImplementor session) {
        writer.write(deltas, paths, this::show, session);
    }

    /** The same before the end of the transaction. */
    void writeEarly(PathWriter writer, SharedSessionContractImplementor session) {
        if (!deltas.isEmpty()) {
            Set<String> tables = new HashSet<>(written);
            tables.addAll(deltas.tables());
            written = tables;
        }
        write(writer, session);
    }
}
