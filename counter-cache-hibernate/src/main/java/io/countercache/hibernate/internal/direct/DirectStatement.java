package io.countercache.hibernate.internal.direct;

import io.countercache.hibernate.internal.observe.CounterWriteEvent;
import io.countercache.hibernate.internal.observe.FlightRecorder;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.orm.Violations;
import io.countercache.hibernate.internal.sql.Columns;
import io.countercache.hibernate.internal.sql.OldRows;
import io.countercache.hibernate.internal.sql.Statements;
import io.countercache.hibernate.internal.sql.TouchedAttribute;
import io.countercache.hibernate.internal.write.ManagedParents;
import io.countercache.hibernate.internal.write.SlotSquash;
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
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.hibernate.JDBCException;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.exception.ConstraintViolationException;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/**
 * The statement that changes counters of one entity by hand: how it is sent, what its failure means, and how its result is
 * shown.
 *
 * @param verb what the statement does to the counters, for messages
 */
record DirectStatement(
        DirectContext context,
        SharedSessionContractImplementor session,
        EntityPersister entity,
        List<LimitedAmount> amounts,
        String verb) {

    /** Reads one row of a result. */
    interface RowReader<R> {
        R read(ResultSet row) throws SQLException;
    }

    /** Binds the parameters of a statement. */
    interface Binder {
        void bind(PreparedStatement statement) throws SQLException;
    }

    /** Binds the parameters of a statement for one row of several. */
    interface BatchBinder {
        void bind(Object id, PreparedStatement statement) throws SQLException;
    }

    /** All counters of a statement are in one table. */
    String table() {
        return amounts.get(0).counter().table();
    }

    List<String> columns() {
        return amounts.stream().map(amount -> amount.counter().column()).toList();
    }

    /**
     * Has the columns of these counters hold what is in their slots, under the rows' locks, so that a statement about the columns sees
     * the whole values.
     */
    void gather(Collection<?> ids) {
        for (LimitedAmount amount : amounts) {
            NumericAttribute counter = amount.counter();
            if (counter.slots() != null) {
                new SlotSquash(entity, counter.slots(), counter.type(), session).gather(ids);
            }
        }
    }

    /** The conditions that keep the counters within their limits; empty if nothing limits the change. */
    List<String> conditions() {
        return amounts.stream()
                .map(LimitedAmount::condition)
                .filter(Objects::nonNull)
                .toList();
    }

    /** Sends a JDBC batch; returns how many rows each part has changed. */
    int[] batch(String sql, List<Object> ids, BatchBinder parameters) {
        return send(
                sql,
                "batch",
                ids.size(),
                statement -> {
                    for (Object id : ids) {
                        parameters.bind(id, statement);
                        statement.addBatch();
                    }
                    return Statements.executeBatch(statement, session);
                },
                // a driver that does not know how many rows it has changed returns a negative number
                counts -> (int) IntStream.of(counts).filter(rows -> rows != 0).count());
    }

    /** Sends a statement that changes a row; returns how many it has changed. */
    int update(String sql, Binder parameters) {
        return send(
                sql,
                "update",
                1,
                statement -> {
                    parameters.bind(statement);
                    return session.getJdbcCoordinator().getResultSetReturn().executeUpdate(statement, sql);
                },
                rows -> rows);
    }

    /** Sends a statement that changes a row and returns it; reads that. */
    <R> Optional<R> returning(String sql, Binder parameters, RowReader<R> reader) {
        return send(
                sql,
                "update",
                1,
                statement -> {
                    parameters.bind(statement);
                    return first(statement, sql, reader, session);
                },
                row -> row.isPresent() ? 1 : 0);
    }

    /** Sends a statement that changes no counter. */
    void prepare(String sql, Binder parameters) {
        Statements.attempt(sql, this::attempt, session, statement -> {
            parameters.bind(statement);
            return session.getJdbcCoordinator().getResultSetReturn().executeUpdate(statement, sql);
        });
    }

    /** Sends a query; reads the first row. */
    <R> Optional<R> first(String sql, Binder parameters, RowReader<R> reader) {
        return Statements.attempt(sql, this::attempt, session, statement -> {
            parameters.bind(statement);
            return first(statement, sql, reader, session);
        });
    }

    /**
     * Sends a statement and tells of it, also if it fails.
     *
     * @param way how it is sent, in a word
     * @param changed how many rows a result says were changed
     * @throws JDBCException the failure, to be passed to {@link #failure}
     */
    private <R> R send(String sql, String way, int updates, Statements.Sending<R> sending, ToIntFunction<R> changed) {
        CounterWriteEvent event = FlightRecorder.counterWrite();
        long begun = System.nanoTime();
        int rows = 0;
        try {
            R result = Statements.attempt(sql, this::attempt, session, sending);
            rows = changed.applyAsInt(result);
            return result;
        } finally {
            context.activity().wrote(false, updates, rows, System.nanoTime() - begun);
            if (event != null) {
                event.done(Entities.name(entity), counters(), updates, way, false);
            }
        }
    }

    private static <R> Optional<R> first(
            PreparedStatement statement, String sql, RowReader<R> reader, SharedSessionContractImplementor session)
            throws SQLException {
        ResultSet rows = session.getJdbcCoordinator().getResultSetReturn().extract(statement, sql);
        return rows.next() ? Optional.of(reader.read(rows)) : Optional.empty();
    }

    /** The stored values of some counters of a row, null as 0; returns null if the row does not exist. */
    static @Nullable List<BigDecimal> read(
            EntityPersister entity,
            Object id,
            List<NumericAttribute> counters,
            SharedSessionContractImplementor session) {
        return read(select(entity, counters), entity, id, counters, session);
    }

    private static String select(EntityPersister entity, List<NumericAttribute> counters) {
        String table = counters.get(0).table();
        return counters.stream()
                .map(NumericAttribute::value)
                .collect(
                        Collectors.joining(", ", "select ", " from " + table + " where " + Columns.row(table, entity)));
    }

    private static @Nullable List<BigDecimal> read(
            String sql,
            EntityPersister entity,
            Object id,
            List<NumericAttribute> counters,
            SharedSessionContractImplementor session) {
        return Statements.send(sql, () -> "read " + Entities.name(entity), session, statement -> {
                    Columns.bindId(id, entity, statement, 1, session);
                    return first(statement, sql, row -> Columns.readNumbers(row, counters.size()), session);
                })
                .orElse(null);
    }

    /** The same of the changed counters, as their UPDATE has found or left them, whatever the transaction has read before. */
    @Nullable
    List<BigDecimal> readCurrent(Object id) {
        List<NumericAttribute> counters =
                amounts.stream().map(LimitedAmount::counter).toList();
        return read(OldRows.current(select(entity, counters), session), entity, id, counters, session);
    }

    /**
     * The exception to throw for a failed statement, after which the transaction can only be rolled back.
     *
     * @param rows what the statement was to change, for the message
     */
    RuntimeException failure(JDBCException failure, Object rows) {
        if (failure instanceof ConstraintViolationException violation && Violations.isCheck(violation)) {
            Statements.markRollbackOnly(session);
            return violated(violation).refusalBy(violation, rows);
        }
        return Statements.failed(failure, session);
    }

    /** Only counters were changed, so the constraint is about one of them: the one in its name, if it names one. */
    private LimitedAmount violated(ConstraintViolationException violation) {
        String constraint = Violations.constraintName(violation).toLowerCase(Locale.ROOT);
        return amounts.stream()
                .filter(each -> constraint.contains(each.counter().column().toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElse(amounts.get(0));
    }

    /**
     * Shows the change on the instance of a row, if the session manages one.
     *
     * @param values the new values of the counters; empty if the database has not returned them
     * @param now what the touched attributes were set to
     */
    void show(Object id, List<BigDecimal> values, Map<TouchedAttribute, Object> now) {
        for (int i = 0; i < amounts.size(); i++) {
            LimitedAmount amount = amounts.get(i);
            String counter = amount.counter().name();
            context.pending().written(entity, id, counter, amount.counter().type(), amount.by(), session);
            if (ManagedParents.manages(entity, id, session)) {
                // so that a rollback to a savepoint can take it back
                context.pending().shown(entity, id, counter, amount.by(), session);
            }
            if (values.isEmpty()) {
                ManagedParents.add(entity, id, counter, amount.by(), session);
            } else {
                ManagedParents.show(entity, id, counter, values.get(i).add(pending(amount.counter(), id)), session);
            }
        }
        showTouched(id, now);
    }

    void showTouched(Object id, Map<TouchedAttribute, Object> now) {
        now.forEach((attribute, value) -> ManagedParents.show(entity, id, attribute.name(), value, session));
    }

    /** What the transaction writes later, and the instance shows already. */
    private BigDecimal pending(NumericAttribute counter, Object id) {
        return counter.derived() && ManagedParents.manages(entity, id, session)
                ? context.pending()
                        .of(context.model().named(entity, counter.name()).get(0), id, session)
                : BigDecimal.ZERO;
    }

    private String attempt() {
        return "%s %s of %s".formatted(verb, counters(), Entities.name(entity));
    }

    private String counters() {
        return amounts.stream().map(amount -> amount.counter().name()).collect(Collectors.joining(", "));
    }
}
