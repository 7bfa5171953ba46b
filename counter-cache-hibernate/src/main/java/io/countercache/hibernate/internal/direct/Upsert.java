package io.countercache.hibernate.internal.direct;

import io.countercache.CounterCacheException;
import io.countercache.hibernate.internal.direct.UpsertRow.Inserted;
import io.countercache.hibernate.internal.model.FreeCounter.Limits;
import io.countercache.hibernate.internal.orm.EntityTables;
import io.countercache.hibernate.internal.sql.Columns;
import io.countercache.hibernate.internal.sql.Statements;
import io.countercache.hibernate.internal.sql.TouchedAttribute;
import io.countercache.hibernate.internal.write.CounterSql;
import io.countercache.hibernate.internal.write.ManagedParents;
import java.math.BigDecimal;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.hibernate.FlushMode;
import org.hibernate.JDBCException;
import org.hibernate.dialect.Dialect;
import org.hibernate.dialect.H2Dialect;
import org.hibernate.dialect.PostgreSQLDialect;
import org.hibernate.engine.spi.SessionImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.exception.ConstraintViolationException;
import org.hibernate.exception.ConstraintViolationException.ConstraintKind;
import org.hibernate.persister.entity.AbstractEntityPersister;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/**
 * Adds to a counter of a row that may not be there yet: one statement that inserts the row or, where its key is taken,
 * adds to the counter of the row that has it.
 */
public final class Upsert {

    /** How often H2 is asked: its MERGE fails where two insert the same key at once. */
    private static final int ATTEMPTS = 100;

    private final DirectContext context;
    private final SharedSessionContractImplementor session;
    private final AbstractEntityPersister entity;
    private final NumericAttribute counter;
    private final BigDecimal by;
    private final UpsertKey key;
    private final UpsertRow fresh;
    private final LimitedAmount amount;
    /** What follows the changes of a row. */
    private final Map<TouchedAttribute, Object> touched;

    private final Dialect dialect;

    /** What the database says of the row: the value that its counter has now, and its id. */
    private record Row(BigDecimal value, Object id) {}

    /** Refuses what cannot be done, before any SQL. */
    public Upsert(
            DirectContext context,
            SharedSessionContractImplementor session,
            EntityPersister entity,
            Map<String, ?> key,
            String counter,
            long by) {
        this.context = context;
        this.session = session;
        this.entity = (AbstractEntityPersister) entity;
        this.counter = NumericAttribute.of(entity, counter, context.model());
        this.by = this.counter.amount(by);
        this.dialect = session.getJdbcServices().getDialect();
        String uninsertable = uninsertable();
        if (uninsertable != null) {
            throw unfit(uninsertable);
        }
        this.key = new UpsertKey(session, entity, key, context.uniqueKeys());
        if (entity.getIdentifierMapping().getJdbcTypeCount() > 1 && !this.key.isId()) {
            throw unfit("it has a composite id, which is not the key");
        }
        Limits limits = this.counter.limits();
        this.amount = new LimitedAmount(this.counter, this.by, limits);
        if (by < limits.min() || by > limits.max()) {
            throw amount.refusal(this.key.values(), BigDecimal.ZERO);
        }
        this.touched = TouchedAttribute.now(TouchedAttribute.setByUpdates(entity), session);
        this.fresh = new UpsertRow(
                session, this.counter, this.by, this.key, context.model().keptBy(entity));
    }

    private CounterCacheException unfit(String reason) {
        return new CounterCacheException("%s cannot be bumped, for %s: insert the row, then increment"
                .formatted(entity.getImportedName(), reason));
    }

    /** Why the rows of an entity cannot be inserted by one statement that nobody else sees; null if they can. */
    private @Nullable String uninsertable() {
        if (!(dialect instanceof PostgreSQLDialect || dialect instanceof H2Dialect)) {
            return "that needs PostgreSQL or H2, not " + dialect.getClass().getSimpleName();
        }
        if (entity.getTableMappings().length > 1) {
            return "it is in several tables";
        }
        if (entity.getDiscriminatorMapping() != null) {
            return "it is in a hierarchy";
        }
        if (EntityTables.hidesRows(entity)) {
            return "its table has rows that this session cannot see, and they have keys too";
        }
        if (!entity.getPropertyInsertability()[entity.getPropertyIndex(counter.name())]) {
            return "an INSERT does not write " + counter.name();
        }
        String generated = UpsertRow.generatedInPart(entity);
        if (generated != null) {
            return "a part of its embedded %s is generated".formatted(generated);
        }
        return context.model().counted(entity).isEmpty() ? null : "its rows are counted by another counter";
    }

    /** Inserts the row, or adds to its counter; the value that this has then. */
    public long execute() {
        flushWhatIsReferred();
        Row row = send(fresh.inserted());
        if (row == null) {
            Row found = read();
            throw amount.refusal(key.values(), found == null ? null : found.value());
        }
        // the id is known only now; until the commit nobody else can cache what this has changed
        context.caches().around(entity, List.of(row.id()), session, () -> row);
        amount.shown(row.id(), context.pending(), session);
        ManagedParents.show(entity, row.id(), counter.name(), row.value(), session);
        touched.forEach((attribute, now) -> ManagedParents.show(entity, row.id(), attribute.name(), now, session));
        return row.value().longValue();
    }

    /** What this session has not written yet of these rows would be missed or overwritten; or not be there to refer to. */
    private void flushWhatIsReferred() {
        if (counter.derived()) {
            context.pending().flushAndWrite(session);
        } else if (session instanceof SessionImplementor stateful
                && stateful.getHibernateFlushMode() != FlushMode.MANUAL
                && Arrays.stream(stateful.getPersistenceContextInternal().reentrantSafeEntityEntries())
                        .anyMatch(managed -> managed.getValue().getPersister() == entity
                                || key.values().containsValue(managed.getKey()))) {
            stateful.flush();
        }
    }

    private @Nullable Row send(List<Inserted> inserted) {
        for (int attempt = 1; ; attempt++) {
            try {
                return dialect instanceof H2Dialect ? merge(inserted) : insertOrAdd(inserted);
            } catch (ConstraintViolationException e) {
                if (e.getKind() == ConstraintKind.CHECK) {
                    throw amount.refusalBy(e, key.values(), session);
                }
                boolean raced = dialect instanceof H2Dialect && e.getKind() == ConstraintKind.UNIQUE && read() != null;
                if (!raced || attempt == ATTEMPTS) {
                    throw Statements.failed(e, session);
                }
            } catch (JDBCException e) {
                throw Statements.failed(e, session);
            }
        }
    }

    private @Nullable String guard() {
        Limits limits = counter.limits();
        return by.signum() > 0 && limits.hasMax()
                ? "<= " + limits.max()
                : by.signum() < 0 && limits.hasMin() ? ">= " + limits.min() : null;
    }

    private @Nullable Row insertOrAdd(List<Inserted> inserted) {
        String sql = CounterSql.insertOrAdd(
                counter.table(),
                columns(inserted),
                parameters(inserted),
                key.columns(),
                counter.column(),
                List.copyOf(touched.keySet()),
                guard(),
                answers());
        return Statements.attempt(sql, this::attempt, session, statement -> {
                    TouchedAttribute.bind(touched, statement, bind(inserted, statement, 1), session);
                    return row(statement, sql);
                })
                .orElse(null);
    }

    private @Nullable Row merge(List<Inserted> inserted) {
        String sql = CounterSql.merge(
                counter.table(),
                columns(inserted),
                parameters(inserted),
                key.columns(),
                counter.column(),
                List.copyOf(touched.keySet()),
                guard());
        int rows = Statements.attempt(sql, this::attempt, session, statement -> {
            int position = bindKey(statement, 1);
            if (guard() != null) {
                counter.bind(by, statement, position++);
            }
            counter.bind(by, statement, position++);
            position = TouchedAttribute.bind(touched, statement, position, session);
            bind(inserted, statement, position);
            return session.getJdbcCoordinator().getResultSetReturn().executeUpdate(statement, sql);
        });
        return rows == 0 ? null : read();
    }

    /** The row that has the key. */
    private @Nullable Row read() {
        String sql = Columns.selectBy(counter.table(), key.columns(), answers());
        return Statements.attempt(sql, this::attempt, session, statement -> {
                    bindKey(statement, 1);
                    return row(statement, sql);
                })
                .orElse(null);
    }

    /** The value of the counter and, unless the key is the id, the id: one column, for so it was checked. */
    private List<String> answers() {
        List<String> columns = new ArrayList<>(List.of(counter.column()));
        if (!key.isId()) {
            entity.getIdentifierMapping()
                    .forEachSelectable((index, column) -> columns.add(column.getSelectionExpression()));
        }
        return columns;
    }

    private Optional<Row> row(PreparedStatement statement, String sql) throws SQLException {
        ResultSet rows = session.getJdbcCoordinator().getResultSetReturn().extract(statement, sql);
        if (!rows.next()) {
            return Optional.empty();
        }
        Object id = key.isId()
                ? Objects.requireNonNull(fresh.id())
                : Objects.requireNonNull(Columns.readId(entity, rows, 2, session));
        return Optional.of(new Row(rows.getBigDecimal(1), id));
    }

    private int bind(List<Inserted> inserted, PreparedStatement statement, int firstPosition) throws SQLException {
        int position = firstPosition;
        for (Inserted each : inserted) {
            if (each.value() != null) {
                each.value().bind(statement, position++, session);
            }
        }
        return position;
    }

    private int bindKey(PreparedStatement statement, int firstPosition) throws SQLException {
        return Columns.bind(key.columns(), statement, firstPosition, session);
    }

    private static List<String> columns(List<Inserted> inserted) {
        return inserted.stream().map(Inserted::column).toList();
    }

    private static List<String> parameters(List<Inserted> inserted) {
        return inserted.stream().map(Inserted::sql).toList();
    }

    private String attempt() {
        return "bump %s of %s".formatted(counter.name(), entity.getImportedName());
    }
}
