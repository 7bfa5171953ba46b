package io.countercache.hibernate.internal.direct;

import io.countercache.CounterCacheException;
import io.countercache.hibernate.internal.direct.UpsertRow.Inserted;
import io.countercache.hibernate.internal.model.FreeCounter.Limits;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.orm.EntityTables;
import io.countercache.hibernate.internal.sql.Columns;
import io.countercache.hibernate.internal.sql.Database;
import io.countercache.hibernate.internal.sql.Databases;
import io.countercache.hibernate.internal.sql.OldRows;
import io.countercache.hibernate.internal.sql.Statements;
import io.countercache.hibernate.internal.sql.TouchedAttribute;
import io.countercache.hibernate.internal.sql.UpsertSql;
import io.countercache.hibernate.internal.sql.Upserted;
import java.math.BigDecimal;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.hibernate.FlushMode;
import org.hibernate.JDBCException;
import org.hibernate.engine.spi.EntityEntry;
import org.hibernate.engine.spi.SessionImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.exception.ConstraintViolationException;
import org.hibernate.exception.ConstraintViolationException.ConstraintKind;
import org.hibernate.persister.entity.AbstractEntityPersister;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/**
 * Adds to a counter of a row that may not exist yet: inserts the row or, if another row has its key, adds to the counter of that
 * row. That is one statement where the database has one ({@link Database#upsertsFromZero}).
 */
final class Upsert {

    /**
     * How often H2 may try: its MERGE fails if another transaction inserts the same key at the same time. The next attempt
     * normally finds that row. The limit only ends a race against transactions that delete and insert the row all the time.
     */
    private static final int ATTEMPTS = 100;

    /** Of PostgreSQL: no constraint matches ON CONFLICT, or it is deferrable. */
    private static final Set<String> WITHOUT_KEY = Set.of("42P10", "55000");

    private final DirectContext context;
    private final SharedSessionContractImplementor session;
    private final AbstractEntityPersister entity;
    private final NumericAttribute counter;
    private final UpsertKey key;
    private final UpsertRow inserted;
    private final LimitedAmount amount;
    private final DirectStatement statement;
    /** The attributes that an update of the entity sets to now, and this now. */
    private final Map<TouchedAttribute, Object> touched;

    private final Database database;

    /** The row after the statement: the new value of its counter, and its id. */
    private record Row(BigDecimal value, Object id) {}

    /** Refuses what cannot be done, before any SQL. */
    Upsert(
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
        this.amount = new LimitedAmount(this.counter, this.counter.amount(by), this.counter.limits());
        this.database = Databases.of(session);
        String uninsertable = uninsertable();
        if (uninsertable != null) {
            throw unfit(uninsertable);
        }
        this.key = new UpsertKey(session, entity, key, context.uniqueKeys());
        if (entity.getIdentifierMapping().getJdbcTypeCount() > 1 && !this.key.isId()) {
            throw unfit("it has a composite id, which is not the key");
        }
        Limits limits = this.counter.limits();
        if (by < limits.min() || by > limits.max()) {
            throw amount.refusal(this.key.values(), BigDecimal.ZERO);
        }
        this.statement = new DirectStatement(context, session, entity, List.of(amount), "bump");
        this.touched = TouchedAttribute.now(TouchedAttribute.setByUpdates(entity), session);
        this.inserted = new UpsertRow(
                session,
                this.counter,
                database.upsertsFromZero() ? BigDecimal.ZERO : amount.by(),
                this.key,
                context.model().countersOf(entity));
    }

    private CounterCacheException unfit(String reason) {
        return new CounterCacheException("%s cannot be bumped, because %s: insert the row, then increment"
                .formatted(Entities.name(entity), reason));
    }

    /** Why a row of the entity cannot be inserted by one statement that Hibernate does not know of; null if it can. */
    private @Nullable String uninsertable() {
        if (!database.canUpsert()) {
            return "that needs PostgreSQL, H2, MariaDB or MySQL, not " + database.name();
        }
        if (database.upsertsFromZero()
                && (counter.limits().min() > 0 || counter.limits().max() < 0)) {
            return "on this database a new row begins with 0, which is outside of the limits of " + counter.name();
        }
        if (EntityTables.mutable(entity).size() > 1) {
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
        return context.model().watched(entity).isEmpty() ? null : "its rows are counted by another counter";
    }

    /** Inserts the row, or adds to its counter; returns the new value of the counter. */
    long execute() {
        flushReferred();
        Row changed = send(inserted.columns());
        if (changed == null) {
            throw refusal(read());
        }
        Row row = counter.slots() == null ? changed : new Row(whole(changed), changed.id());
        counter.warnIfDerived(amount.by(), context.model());
        // the id is known only now; until the commit no other transaction can cache the changed row
        context.caches().around(entity, List.of(row.id()), session, () -> row);
        statement.show(row.id(), List.of(row.value()), touched);
        return row.value().longValue();
    }

    /** The value of the changed counter, with its slots. */
    private BigDecimal whole(Row changed) {
        return Objects.requireNonNull(statement.readCurrent(changed.id())).get(0);
    }

    /** @param found the row, if it is there */
    private RuntimeException refusal(@Nullable Row found) {
        if (found == null && database.upsertsFromZero()) {
            return new CounterCacheException(
                    "%s cannot be bumped by (%s): no row has this key, and a new one would have another unique key of a row that is there: let its class assign another value, or insert the row, then increment"
                            .formatted(
                                    Entities.name(entity),
                                    String.join(", ", key.values().keySet())));
        }
        return amount.refusal(key.values(), found == null ? null : found.value());
    }

    /** Flushes rows of the entity that the statement would miss or that would overwrite it, and rows that its key refers to. */
    private void flushReferred() {
        if (counter.derived()) {
            context.reads().prepareCall(entity, session);
        }
        if (session instanceof SessionImplementor stateful
                && stateful.getHibernateFlushMode() != FlushMode.MANUAL
                && Arrays.stream(stateful.getPersistenceContextInternal().reentrantSafeEntityEntries())
                        .anyMatch(managed -> isUnwritten(managed.getKey(), managed.getValue()))) {
            stateful.flush();
        }
    }

    private boolean isUnwritten(Object instance, EntityEntry entry) {
        return entry.getPersister() == entity
                ? !counter.derived() // else it is written already
                : !entry.isExistsInDatabase() && key.values().containsValue(instance);
    }

    private @Nullable Row send(List<Inserted> columns) {
        for (int attempt = 1; ; attempt++) {
            try {
                return upsert(columns);
            } catch (JDBCException e) {
                if (!isRaced(e) || attempt == ATTEMPTS) {
                    throw failure(e);
                }
            }
        }
    }

    private RuntimeException failure(JDBCException failure) {
        if (!WITHOUT_KEY.contains(String.valueOf(failure.getSQLState()))) {
            return statement.failure(failure, key.values());
        }
        CounterCacheException refusal = withoutKey();
        refusal.initCause(failure);
        return refusal;
    }

    private CounterCacheException withoutKey() {
        Statements.markRollbackOnly(session);
        return new CounterCacheException(
                "%s cannot be bumped by (%s): the database has no unique constraint or index on these columns that is for all rows and not deferrable: create one"
                        .formatted(
                                Entities.name(entity),
                                String.join(", ", key.values().keySet())));
    }

    /** Whether another transaction has inserted the row after the statement had looked for it. */
    private boolean isRaced(JDBCException failure) {
        return database.mayUpsertRace()
                && failure instanceof ConstraintViolationException violation
                && violation.getKind() == ConstraintKind.UNIQUE
                && read() != null;
    }

    private @Nullable Row upsert(List<Inserted> columns) {
        UpsertSql sql = database.upsert(new Upserted(
                counter.table(),
                columns.stream().map(Inserted::column).toList(),
                columns.stream().map(Inserted::sql).toList(),
                key.columns(),
                counter.column(),
                List.copyOf(touched.keySet()),
                amount.guard(),
                returned()));
        if (sql.insert() != null) {
            statement.prepare(sql.insert(), sent -> bind(columns, sent, 1));
        }
        if (sql.returns()) {
            return statement
                    .returning(sql.text(), sent -> bind(sql, columns, sent), this::row)
                    .orElse(null);
        }
        int rows = statement.update(sql.text(), sent -> bind(sql, columns, sent));
        if (rows > 1) {
            throw withoutKey();
        }
        return rows == 0 && amount.guard() != null ? null : read(); // a driver may not count what was changed by 0
    }

    private void bind(UpsertSql sql, List<Inserted> columns, PreparedStatement sent) throws SQLException {
        int position = 1;
        for (UpsertSql.Part part : sql.parameters()) {
            switch (part) {
                case ROW -> position = bind(columns, sent, position);
                case KEY -> position = bindKey(sent, position);
                case AMOUNT -> counter.bind(amount.by(), sent, position++);
                case TOUCHED -> position = TouchedAttribute.bind(touched, sent, position, session);
            }
        }
    }

    /** The row that has the key; null if none has. */
    private @Nullable Row read() {
        String sql = Columns.selectBy(counter.table(), key.columns(), returned());
        return statement
                .first(OldRows.current(sql, session), sent -> bindKey(sent, 1), this::row)
                .orElse(null);
    }

    /** The columns to read: the counter and, unless the key is the id, the id, which then is one column (see the constructor). */
    private List<String> returned() {
        List<String> columns = new ArrayList<>(List.of(counter.column()));
        if (!key.isId()) {
            entity.getIdentifierMapping()
                    .forEachSelectable((index, column) -> columns.add(column.getSelectionExpression()));
        }
        return columns;
    }

    private Row row(ResultSet row) throws SQLException {
        Object id = key.isId() ? inserted.id() : Columns.readId(entity, row, 2, session);
        return new Row(row.getBigDecimal(1), Objects.requireNonNull(id));
    }

    private int bind(List<Inserted> columns, PreparedStatement sent, int firstPosition) throws SQLException {
        int position = firstPosition;
        for (Inserted each : columns) {
            if (each.value() != null) {
                each.value().bind(sent, position++, session);
            }
        }
        return position;
    }

    private int bindKey(PreparedStatement sent, int firstPosition) throws SQLException {
        return Columns.bind(key.columns(), sent, firstPosition, session);
    }
}
