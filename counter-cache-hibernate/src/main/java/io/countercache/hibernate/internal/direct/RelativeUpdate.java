package io.countercache.hibernate.internal.direct;

import io.countercache.CounterLimitException;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.sql.Columns;
import io.countercache.hibernate.internal.sql.Databases;
import io.countercache.hibernate.internal.sql.LockOrder;
import io.countercache.hibernate.internal.sql.RowLocks;
import io.countercache.hibernate.internal.sql.TouchedAttribute;
import io.countercache.hibernate.internal.support.Chunks;
import io.countercache.hibernate.internal.write.CounterSql;
import io.countercache.hibernate.internal.write.ManagedParents;
import jakarta.persistence.EntityNotFoundException;
import java.math.BigDecimal;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.hibernate.JDBCException;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/**
 * A change of some counters of some rows: one UPDATE per row, relative to the stored values. The limits of the counters are
 * in its WHERE, so that two changes at the same time cannot pass them together.
 *
 * <p>A row that would pass a limit keeps the others from being changed, too. So several rows with limits are locked, checked
 * and then updated; one row is updated at once, and read only if the UPDATE has not changed it.
 */
final class RelativeUpdate {

    /**
     * How often a row is read to find out why an UPDATE has not changed it. Another transaction may change the row after the
     * UPDATE and before it is read, so that no limit would be passed any more; then the UPDATE is sent again. Three, because
     * that is rare once, and the call must end: the last time it is refused even if the value that was read looks right.
     */
    private static final int LOOKS = 3;

    private final DirectStatement statement;
    private final DirectContext context;
    private final SharedSessionContractImplementor session;
    private final EntityPersister entity;
    private final List<LimitedAmount> amounts;
    private final List<Object> ids;
    private final List<TouchedAttribute> touched;

    /**
     * The result of a change.
     *
     * @param values the new values of the counters of the one row; empty if the database has not returned them
     * @param refusal why nothing was changed, if a limit is the reason
     */
    private record Outcome(
            int rows, List<BigDecimal> values, @Nullable CounterLimitException refusal) {

        static Outcome changed(int rows) {
            return new Outcome(rows, List.of(), null);
        }

        static Outcome refused(CounterLimitException refusal) {
            return new Outcome(0, List.of(), refusal);
        }
    }

    /** What the caller needs to know, which decides how much is read. */
    private enum Question {
        HOW_MANY,
        WHETHER_ALL,
        NEW_VALUE
    }

    RelativeUpdate(DirectStatement statement, Collection<Object> ids, List<TouchedAttribute> touched) {
        this.statement = statement;
        this.context = statement.context();
        this.session = statement.session();
        this.entity = statement.entity();
        this.amounts = statement.amounts();
        var inOrder = new TreeSet<>(LockOrder.of(entity, session));
        inOrder.addAll(ids);
        this.ids = List.copyOf(inOrder);
        this.touched = touched;
    }

    /** Changes all rows that exist, or throws if one of them would pass a limit; returns how many were changed. */
    int execute() {
        return allowed(change(Question.HOW_MANY)).rows();
    }

    /** Changes all rows, or none if one is missing or would pass a limit; returns whether they were changed. */
    boolean tryExecute() {
        return !ids.isEmpty() && change(Question.WHETHER_ALL).rows() == ids.size();
    }

    /** Changes the one row, or throws if it is missing or would pass a limit; returns the new value of its one counter. */
    BigDecimal executeAndRead() {
        Object id = ids.get(0);
        Outcome outcome = allowed(change(Question.NEW_VALUE));
        List<BigDecimal> values = outcome.values().isEmpty() ? statement.readCurrent(id) : outcome.values();
        if (outcome.rows() == 0 || values == null) {
            throw missing(entity, id);
        }
        return values.get(0);
    }

    static EntityNotFoundException missing(EntityPersister entity, Object id) {
        return new EntityNotFoundException("There is no %s with the id %s".formatted(Entities.name(entity), id));
    }

    private static Outcome allowed(Outcome outcome) {
        if (outcome.refusal() != null) {
            throw outcome.refusal();
        }
        return outcome;
    }

    private Outcome change(Question question) {
        try {
            List<Object> rows = context.queries().existing(ids, entity, statement.table(), session);
            boolean isAll = question != Question.WHETHER_ALL || rows.size() == ids.size();
            if (rows.isEmpty() || !isAll) {
                return Outcome.changed(0);
            }
            SlotAdditions additions =
                    question == Question.HOW_MANY && touched.isEmpty() ? SlotAdditions.of(statement) : null;
            if (additions != null) {
                return Outcome.changed(additions.execute(rows));
            }
            statement.gather(rows);
            return rows.size() == 1
                    ? changeOne(rows.get(0), question)
                    : changeMany(rows, question == Question.WHETHER_ALL);
        } catch (JDBCException e) {
            throw statement.failure(e, ids.size() == 1 ? ids.get(0) : ids);
        }
    }

    private Outcome changeOne(Object id, Question question) {
        for (int look = 1; ; look++) {
            Outcome outcome = updateOne(id, question == Question.NEW_VALUE);
            if (outcome.rows() > 0
                    || question == Question.WHETHER_ALL
                    || statement.conditions().isEmpty()) {
                return outcome; // the reason does not matter, or there is no limit and the row is missing
            }
            List<BigDecimal> found = statement.readCurrent(id);
            if (found == null) {
                return outcome;
            }
            CounterLimitException refusal = refusal(id, found, look == LOOKS);
            if (refusal != null) {
                return Outcome.refused(refusal);
            }
        }
    }

    /**
     * The exception for the first limit that a row would pass; null if it would pass none.
     *
     * @param any whether to return one for the first limit even if none would be passed
     */
    private @Nullable CounterLimitException refusal(Object id, List<BigDecimal> values, boolean any) {
        for (int i = 0; i < amounts.size(); i++) {
            LimitedAmount amount = amounts.get(i);
            if (amount.condition() != null && (any || amount.passes(values.get(i)))) {
                return amount.refusal(id, values.get(i));
            }
        }
        return null;
    }

    /** @param isAsked whether the caller needs the new value; a managed instance needs it, too */
    private Outcome updateOne(Object id, boolean isAsked) {
        boolean returns =
                Databases.of(session).canReturnUpdated() && (isAsked || ManagedParents.manages(entity, id, session));
        String update = update();
        Map<TouchedAttribute, Object> now = TouchedAttribute.now(touched, session);
        Outcome outcome = context.caches()
                .around(
                        entity,
                        List.of(id),
                        session,
                        () -> returns
                                ? updateReturning(update, id, now)
                                : Outcome.changed(statement.update(update, sent -> bind(id, now, sent))));
        if (outcome.rows() > 0) {
            statement.show(id, outcome.values(), now);
        }
        return outcome;
    }

    private Outcome updateReturning(String update, Object id, Map<TouchedAttribute, Object> now) {
        return statement
                .returning(
                        CounterSql.returning(update, statement.columns()),
                        sent -> bind(id, now, sent),
                        row -> Columns.readNumbers(row, amounts.size()))
                .map(values -> new Outcome(1, values, null))
                .orElse(Outcome.changed(0));
    }

    /** @param whole whether a missing row is a reason to change none */
    private Outcome changeMany(List<Object> rows, boolean whole) {
        List<Object> existing = rows;
        if (whole || !statement.conditions().isEmpty()) {
            var locked = RowLocks.lock(rows, entity, statement.table(), statement.columns(), session);
            for (var row : locked.entrySet()) {
                CounterLimitException refusal = refusal(row.getKey(), row.getValue(), false);
                if (refusal != null) {
                    return Outcome.refused(refusal);
                }
            }
            if (whole && locked.size() < rows.size()) {
                return Outcome.changed(0);
            }
            existing = rows.stream().filter(locked::containsKey).toList();
        }
        Map<TouchedAttribute, Object> now = TouchedAttribute.now(touched, session);
        int changed = 0;
        for (List<Object> chunk : Chunks.of(existing, LockOrder.rowsAtOnce(session))) {
            changed += update(chunk, now);
        }
        return Outcome.changed(changed);
    }

    private int update(List<Object> chunk, Map<TouchedAttribute, Object> now) {
        int[] counts = context.caches()
                .around(
                        entity,
                        chunk,
                        session,
                        () -> statement.batch(update(), chunk, (id, sent) -> bind(id, now, sent)));
        int changed = 0;
        for (int i = 0; i < chunk.size(); i++) {
            if (counts[i] != 0) { // a driver that does not know the count returns a negative number
                changed++;
                statement.show(chunk.get(i), List.of(), now);
            }
        }
        return changed;
    }

    private String update() {
        return CounterSql.update(statement.table(), entity, statement.columns(), touched, statement.conditions());
    }

    private void bind(Object id, Map<TouchedAttribute, Object> now, PreparedStatement sent) throws SQLException {
        int position = 1;
        for (LimitedAmount amount : amounts) {
            amount.counter().bind(amount.by(), sent, position++);
        }
        position = TouchedAttribute.bind(now, sent, position, session);
        position = Columns.bindId(id, entity, sent, position, session);
        for (LimitedAmount amount : amounts) {
            if (amount.condition() != null) {
                amount.counter().bind(amount.bound(), sent, position++);
            }
        }
    }
}
