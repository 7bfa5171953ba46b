package io.countercache.hibernate.internal.direct;

import io.countercache.CounterLimitException;
import io.countercache.hibernate.internal.sql.CacheInvalidation;
import io.countercache.hibernate.internal.sql.Columns;
import io.countercache.hibernate.internal.sql.LockOrder;
import io.countercache.hibernate.internal.sql.OwnQueries;
import io.countercache.hibernate.internal.sql.RowLocks;
import io.countercache.hibernate.internal.sql.Statements;
import io.countercache.hibernate.internal.sql.TouchedAttribute;
import io.countercache.hibernate.internal.support.Chunks;
import io.countercache.hibernate.internal.transaction.PendingDeltas;
import io.countercache.hibernate.internal.write.CounterSql;
import io.countercache.hibernate.internal.write.CounterWriter;
import io.countercache.hibernate.internal.write.ManagedParents;
import jakarta.persistence.EntityNotFoundException;
import java.math.BigDecimal;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.hibernate.JDBCException;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.exception.ConstraintViolationException;
import org.hibernate.exception.ConstraintViolationException.ConstraintKind;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/**
 * A change of some counters of some rows that the application asks for: one relative UPDATE per row, whose WHERE has the
 * limits, so that no two changes at once can pass them together.
 */
public final class RelativeUpdate {

    /** How often a row is looked at that changes between the UPDATE that was refused and the look. */
    private static final int LOOKS = 3;

    private final SharedSessionContractImplementor session;
    private final EntityPersister entity;
    private final List<Object> ids;
    private final List<LimitedAmount> amounts;
    private final List<TouchedAttribute> touched;
    private final PendingDeltas pending;
    private final CacheInvalidation caches;
    private final OwnQueries queries;

    /**
     * What came of a change.
     *
     * @param values what the counters of the one row are now, if the database has said so
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

    RelativeUpdate(
            SharedSessionContractImplementor session,
            EntityPersister entity,
            Collection<Object> ids,
            List<LimitedAmount> amounts,
            List<TouchedAttribute> touched,
            DirectContext context) {
        this.session = session;
        this.entity = entity;
        var inOrder = new TreeSet<>(LockOrder.of(entity, session));
        inOrder.addAll(ids);
        this.ids = List.copyOf(inOrder);
        this.amounts = amounts;
        this.touched = touched;
        this.pending = context.pending();
        this.caches = context.caches();
        this.queries = context.queries();
        refuseOtherTables(entity, amounts, touched);
    }

    /** Refuses what is in several tables, for one UPDATE writes one. */
    static void refuseOtherTables(EntityPersister entity, List<LimitedAmount> amounts, List<TouchedAttribute> touched) {
        NumericAttribute first = amounts.get(0).counter();
        for (LimitedAmount amount : amounts) {
            NumericAttribute other = amount.counter();
            refuseUnless(other.table().equals(first.table()), other.name(), first);
        }
        for (TouchedAttribute attribute : touched) {
            refuseUnless(attribute.table(entity).equals(first.table()), attribute.name(), first);
        }
    }

    private static void refuseUnless(boolean sameTable, String attribute, NumericAttribute first) {
        if (!sameTable) {
            throw new IllegalArgumentException(
                    "%1$s.%2$s is in another table than %1$s.%3$s, and one UPDATE writes one table: change it by itself"
                            .formatted(first.entity().getImportedName(), attribute, first.name()));
        }
    }

    /** What the caller wants to know. */
    private enum Question {
        HOW_MANY,
        WHETHER_ALL,
        NEW_VALUE
    }

    /** How many rows were changed: all that are there, or none. */
    public int rows() {
        return allowed(change(Question.HOW_MANY)).rows();
    }

    /** Whether all rows were changed; else none was. */
    public boolean tried() {
        return !ids.isEmpty() && change(Question.WHETHER_ALL).rows() == ids.size();
    }

    /** The new value of the one counter of the one row. */
    public BigDecimal taken() {
        Object id = ids.get(0);
        Outcome outcome = allowed(change(Question.NEW_VALUE));
        List<BigDecimal> values = outcome.values().isEmpty() ? read(id) : outcome.values();
        if (outcome.rows() == 0 || values == null) {
            throw missing(entity, id);
        }
        return values.get(0);
    }

    static EntityNotFoundException missing(EntityPersister entity, Object id) {
        return new EntityNotFoundException("There is no %s with the id %s".formatted(entity.getImportedName(), id));
    }

    private static Outcome allowed(Outcome outcome) {
        if (outcome.refusal() != null) {
            throw outcome.refusal();
        }
        return outcome;
    }

    private Outcome change(Question question) {
        try {
            List<Object> rows =
                    queries.existing(ids, entity, amounts.get(0).counter().table(), session);
            boolean isAll = question != Question.WHETHER_ALL || rows.size() == ids.size();
            if (rows.isEmpty() || !isAll) {
                return Outcome.changed(0);
            }
            return rows.size() == 1
                    ? changeOne(rows.get(0), question)
                    : changeMany(rows, question == Question.WHETHER_ALL);
        } catch (ConstraintViolationException e) {
            throw e.getKind() == ConstraintKind.CHECK ? refusalBy(e) : Statements.failed(e, session);
        } catch (JDBCException e) {
            throw Statements.failed(e, session);
        }
    }

    /** Only counters were changed: it is one of them, and where the constraint's name tells, that one. */
    private CounterLimitException refusalBy(ConstraintViolationException violation) {
        String constraint = String.valueOf(violation.getConstraintName()).toLowerCase(Locale.ROOT);
        LimitedAmount amount = amounts.stream()
                .filter(each -> constraint.contains(each.counter().column().toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElse(amounts.get(0));
        return amount.refusalBy(violation, ids.size() == 1 ? ids.get(0) : ids, session);
    }

    private Outcome changeOne(Object id, Question question) {
        for (int look = 1; ; look++) {
            Outcome outcome = updateOne(id, question == Question.NEW_VALUE);
            if (outcome.rows() > 0
                    || question == Question.WHETHER_ALL
                    || conditions().isEmpty()) {
                return outcome; // nobody asks why not, or there is no limit: the row is missing
            }
            List<BigDecimal> found = read(id);
            if (found == null) {
                return outcome;
            }
            // what is found may have changed since the UPDATE looked at it: then it looks again
            CounterLimitException refusal = refusal(id, found, look == LOOKS);
            if (refusal != null) {
                return Outcome.refused(refusal);
            }
        }
    }

    /**
     * Says which limit this row would pass; null if none.
     *
     * @param any whether to name a limit even if none would be passed
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

    private Outcome updateOne(Object id, boolean answers) {
        boolean returns = CounterWriter.canReturn(session) && (answers || ManagedParents.manages(entity, id, session));
        String update = update();
        String sql = returns ? CounterSql.returning(update, columns()) : update;
        Map<TouchedAttribute, Object> now = TouchedAttribute.now(touched, session);
        Outcome outcome = caches.around(
                entity,
                List.of(id),
                session,
                () -> Statements.attempt(sql, this::attempt, session, statement -> {
                    bind(id, now, statement);
                    return returns ? returned(statement, sql) : Outcome.changed(execute(statement, sql));
                }));
        if (outcome.rows() > 0) {
            show(id, outcome.values(), now);
        }
        return outcome;
    }

    private int execute(PreparedStatement statement, String sql) {
        return session.getJdbcCoordinator().getResultSetReturn().executeUpdate(statement, sql);
    }

    private Outcome returned(PreparedStatement statement, String sql) throws SQLException {
        return firstRow(statement, sql, amounts.size(), session)
                .map(values -> new Outcome(1, values, null))
                .orElse(Outcome.changed(0));
    }

    private static Optional<List<BigDecimal>> firstRow(
            PreparedStatement statement, String sql, int columns, SharedSessionContractImplementor session)
            throws SQLException {
        ResultSet rows = session.getJdbcCoordinator().getResultSetReturn().extract(statement, sql);
        return rows.next() ? Optional.of(Columns.readNumbers(rows, columns)) : Optional.empty();
    }

    /** What the counters of a row are; null if it is not there. */
    private @Nullable List<BigDecimal> read(Object id) {
        return read(entity, id, amounts.stream().map(LimitedAmount::counter).toList(), session);
    }

    /** @param whole whether a missing row is a reason to change none */
    private Outcome changeMany(List<Object> rows, boolean whole) {
        List<Object> there = rows;
        if (whole || !conditions().isEmpty()) {
            var locked = RowLocks.lock(rows, entity, amounts.get(0).counter().table(), columns(), session);
            for (var row : locked.entrySet()) {
                CounterLimitException refusal = refusal(row.getKey(), row.getValue(), false);
                if (refusal != null) {
                    return Outcome.refused(refusal);
                }
            }
            if (whole && locked.size() < rows.size()) {
                return Outcome.changed(0);
            }
            there = rows.stream().filter(locked::containsKey).toList();
        }
        Map<TouchedAttribute, Object> now = TouchedAttribute.now(touched, session);
        int changed = 0;
        for (List<Object> chunk : Chunks.of(there)) {
            changed += updateMany(chunk, now);
        }
        return Outcome.changed(changed);
    }

    private int updateMany(List<Object> chunk, Map<TouchedAttribute, Object> now) {
        int[] counts = caches.around(
                entity,
                chunk,
                session,
                () -> Statements.attempt(update(), this::attempt, session, statement -> {
                    for (Object id : chunk) {
                        bind(id, now, statement);
                        statement.addBatch();
                    }
                    return Statements.executeBatch(statement, session);
                }));
        int changed = 0;
        for (int i = 0; i < chunk.size(); i++) {
            if (counts[i] != 0) { // or not known
                changed++;
                show(chunk.get(i), List.of(), now);
            }
        }
        return changed;
    }

    private void show(Object id, List<BigDecimal> values, Map<TouchedAttribute, Object> now) {
        for (int i = 0; i < amounts.size(); i++) {
            LimitedAmount amount = amounts.get(i);
            amount.shown(id, pending, session);
            if (values.isEmpty()) {
                ManagedParents.tell(entity, id, amount.counter().name(), amount.by(), session);
            } else {
                ManagedParents.show(entity, id, amount.counter().name(), values.get(i), session);
            }
        }
        now.forEach((attribute, value) -> ManagedParents.show(entity, id, attribute.name(), value, session));
    }

    private String update() {
        return CounterSql.update(amounts.get(0).counter().table(), entity, columns(), touched, conditions());
    }

    private List<String> columns() {
        return amounts.stream().map(amount -> amount.counter().column()).toList();
    }

    private List<String> conditions() {
        return amounts.stream()
                .map(LimitedAmount::condition)
                .filter(Objects::nonNull)
                .toList();
    }

    private void bind(Object id, Map<TouchedAttribute, Object> now, PreparedStatement statement) throws SQLException {
        int position = 1;
        for (LimitedAmount amount : amounts) {
            amount.counter().bind(amount.by(), statement, position++);
        }
        position = TouchedAttribute.bind(now, statement, position, session);
        position = Columns.bindId(id, entity, statement, position, session);
        for (LimitedAmount amount : amounts) {
            if (amount.condition() != null) {
                amount.counter().bind(amount.bound(), statement, position++);
            }
        }
    }

    private String attempt() {
        return "change %s of %s"
                .formatted(
                        amounts.stream().map(amount -> amount.counter().name()).collect(Collectors.joining(", ")),
                        entity.getImportedName());
    }

    /** What some counters of a row are, null as 0; null if it is not there. */
    static @Nullable List<BigDecimal> read(
            EntityPersister entity,
            Object id,
            List<NumericAttribute> counters,
            SharedSessionContractImplementor session) {
        String sql = CounterSql.select(
                counters.get(0).table(),
                entity,
                counters.stream().map(NumericAttribute::column).toList());
        return Statements.send(sql, () -> "read " + entity.getImportedName(), session, statement -> {
                    Columns.bindId(id, entity, statement, 1, session);
                    return firstRow(statement, sql, counters.size(), session);
                })
                .orElse(null);
    }
}
