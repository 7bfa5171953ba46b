package io.countercache.hibernate;

import io.countercache.CounterCacheException;
import io.countercache.CounterLimitException;
import io.countercache.hibernate.CounterSql.ColumnValue;
import io.countercache.hibernate.FreeCounter.Limits;
import java.lang.invoke.MethodType;
import java.math.BigDecimal;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.hibernate.FlushMode;
import org.hibernate.JDBCException;
import org.hibernate.TransientObjectException;
import org.hibernate.dialect.Dialect;
import org.hibernate.dialect.H2Dialect;
import org.hibernate.dialect.PostgreSQLDialect;
import org.hibernate.engine.spi.SessionImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.exception.ConstraintViolationException;
import org.hibernate.exception.ConstraintViolationException.ConstraintKind;
import org.hibernate.generator.BeforeExecutionGenerator;
import org.hibernate.generator.EventType;
import org.hibernate.generator.Generator;
import org.hibernate.generator.OnExecutionGenerator;
import org.hibernate.metamodel.mapping.AttributeMapping;
import org.hibernate.metamodel.mapping.JdbcMapping;
import org.hibernate.metamodel.mapping.ModelPart;
import org.hibernate.metamodel.mapping.NonAggregatedIdentifierMapping;
import org.hibernate.metamodel.mapping.PluralAttributeMapping;
import org.hibernate.persister.entity.AbstractEntityPersister;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/**
 * Adds to a counter of a row that may not be there yet: one statement that inserts the row or, where its key is taken,
 * adds to the counter of the row that has it.
 */
final class Bump {

    /** How often H2 is asked: its MERGE fails where two insert the same key at once. */
    private static final int ATTEMPTS = 100;

    private final SharedSessionContractImplementor session;
    private final AbstractEntityPersister entity;
    private final CounterColumn counter;
    private final BigDecimal by;
    private final Map<String, Object> key;
    private final Dialect dialect;

    /** What is inserted into one column: SQL, and what is bound in it, if anything. */
    private record Inserted(
            String column, String sql, @Nullable ColumnValue value) {

        static Inserted of(ColumnValue value) {
            return new Inserted(
                    value.column().getSelectionExpression(), value.column().getWriteExpression(), value);
        }
    }

    /** What the database says of the row: the value that its counter has now, and its id. */
    private record Row(BigDecimal value, Object id) {}

    /** Refuses what cannot be done, before any SQL. */
    Bump(
            SharedSessionContractImplementor session,
            EntityPersister entity,
            Map<String, ?> key,
            String counter,
            long by) {
        this.session = session;
        this.entity = (AbstractEntityPersister) entity;
        this.counter = CounterColumn.of(entity, counter);
        this.by = this.counter.amount(by);
        this.key = new TreeMap<>(key);
        this.dialect = session.getJdbcServices().getDialect();
        String uninsertable = uninsertable();
        if (uninsertable != null) {
            throw unfit(uninsertable);
        }
        checkKey();
        if (idAttributes().size() > 1 && !isKeyId()) {
            throw unfit("it has a composite id, which is not the key");
        }
        Limits limits = this.counter.limits();
        if (by < limits.min() || by > limits.max()) {
            throw refusal(by < limits.min() ? limits.min() : limits.max(), BigDecimal.ZERO);
        }
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
        if (entity.getSoftDeleteMapping() != null) {
            return "its deleted rows keep their keys";
        }
        ChangeListener listener = Installation.listenerIn(session.getFactory());
        return listener != null
                        && !listener.installation().model().countedOn(entity).isEmpty()
                ? "its rows are counted by another counter"
                : null;
    }

    private void checkKey() {
        List<Set<String>> keys = new ArrayList<>();
        keys.add(Set.copyOf(idAttributes().keySet()));
        keys.addAll(FactoryCounters.of(session.getFactory()).uniqueKeys().of(entity.getEntityName()));
        if (!keys.contains(key.keySet())) {
            throw new IllegalArgumentException(
                    "%s is not known to be unique by (%s): name the attributes of a unique constraint, unique index or natural id: %s"
                            .formatted(
                                    entity.getImportedName(),
                                    String.join(", ", key.keySet()),
                                    keys.stream()
                                            .map(each ->
                                                    each.stream().sorted().collect(Collectors.joining(", ", "(", ")")))
                                            .distinct()
                                            .collect(Collectors.joining(" or "))));
        }
        key.forEach(this::checkKeyPart);
    }

    private void checkKeyPart(String name, @Nullable Object value) {
        Class<?> type = attribute(name).getJavaType().getJavaTypeClass();
        boolean isOfType = MethodType.methodType(type).wrap().returnType().isInstance(value);
        if (!isOfType) {
            throw new IllegalArgumentException("%s.%s is of type %s, not %s: pass one of those"
                    .formatted(
                            entity.getImportedName(),
                            name,
                            type.getSimpleName(),
                            value == null ? "null" : value.getClass().getSimpleName()));
        }
        if (!isSaved(name)) {
            throw new IllegalArgumentException("%s.%s refers to a %s that has no id: persist it first"
                    .formatted(entity.getImportedName(), name, type.getSimpleName()));
        }
    }

    /** Whether what a part of the key refers to has an id. */
    private boolean isSaved(String name) {
        try {
            return columns(name).stream().allMatch(column -> column.value() != null);
        } catch (TransientObjectException e) {
            return false;
        }
    }

    /** The attributes that make up the identifier: those of an {@code @IdClass}, or one. */
    private Map<String, ModelPart> idAttributes() {
        Map<String, ModelPart> attributes = new LinkedHashMap<>();
        if (entity.getIdentifierMapping() instanceof NonAggregatedIdentifierMapping composite) {
            composite
                    .getVirtualIdEmbeddable()
                    .forEachAttributeMapping(attribute -> attributes.put(attribute.getAttributeName(), attribute));
        } else {
            attributes.put(String.valueOf(entity.getIdentifierPropertyName()), entity.getIdentifierMapping());
        }
        return attributes;
    }

    private ModelPart attribute(String name) {
        ModelPart ofId = idAttributes().get(name);
        return ofId != null ? ofId : entity.findAttributeMapping(name);
    }

    private List<ColumnValue> columns(String name) {
        return CounterSql.columnValues(attribute(name), key.get(name), session);
    }

    private List<ColumnValue> keyColumns() {
        return key.keySet().stream().flatMap(name -> columns(name).stream()).toList();
    }

    /** Inserts the row, or adds to its counter; the value that this has then. */
    long execute() {
        flushWhatIsReferred();
        Object fresh = instance();
        List<Inserted> inserted = new ArrayList<>();
        insertId(fresh, inserted);
        entity.forEachAttributeMapping(attribute -> {
            if (!(attribute instanceof PluralAttributeMapping)) {
                insert(attribute, fresh, inserted);
            }
        });
        Row row = send(inserted, fresh);
        if (row == null) {
            Row found = read(fresh);
            throw refusal(
                    by.signum() < 0 ? counter.limits().min() : counter.limits().max(),
                    found == null ? null : found.value());
        }
        // the id is known only now; until the commit nobody else can cache what this has changed
        FactoryCounters.of(session.getFactory()).caches().around(entity, List.of(row.id()), session, () -> {});
        ManagedParents.show(entity, row.id(), counter.name(), row.value(), session);
        return row.value().longValue();
    }

    /** What this session has not inserted yet would not be found, and be inserted again; or not be there to refer to. */
    private void flushWhatIsReferred() {
        if (counter.derived()) {
            Installation.of(entity).pending().flushAndWrite(session);
        } else if (session instanceof SessionImplementor stateful
                && stateful.getHibernateFlushMode() != FlushMode.MANUAL
                && Arrays.stream(stateful.getPersistenceContextInternal().reentrantSafeEntityEntries())
                        .anyMatch(managed -> !managed.getValue().isExistsInDatabase()
                                && (managed.getValue().getPersister() == entity
                                        || key.containsValue(managed.getKey())))) {
            stateful.flush();
        }
    }

    /** What would be inserted: whatever the class itself assigns, the key, and the counter. */
    private Object instance() {
        Object fresh = entity.getRepresentationStrategy().getInstantiator().instantiate();
        key.forEach((name, value) -> {
            if (attribute(name) instanceof AttributeMapping attribute) {
                attribute.getPropertyAccess().getSetter().set(fresh, value);
            } else {
                entity.setIdentifier(fresh, value, session);
            }
        });
        int index = entity.getPropertyIndex(counter.name());
        entity.setValue(fresh, index, ManagedParents.as(counter.type(), by));
        return fresh;
    }

    private void insertId(Object fresh, List<Inserted> inserted) {
        Generator generator = entity.getGenerator();
        Object id = entity.getIdentifier(fresh, session);
        if (!key.keySet().equals(idAttributes().keySet())) {
            if (generator.generatedOnExecution()) {
                return; // by the column
            }
            if (generator.generatesOnInsert()) {
                id = ((BeforeExecutionGenerator) generator).generate(session, fresh, null, EventType.INSERT);
                entity.setIdentifier(fresh, id, session);
            }
        }
        if (id == null) {
            throw new IllegalArgumentException("%s has an id that nobody generates: make it the key, or insert the row"
                    .formatted(entity.getImportedName()));
        }
        CounterSql.columnValues(entity.getIdentifierMapping(), id, session)
                .forEach(column -> inserted.add(Inserted.of(column)));
    }

    private void insert(AttributeMapping attribute, Object fresh, List<Inserted> inserted) {
        int index = attribute.getStateArrayPosition();
        Object value = entity.getValue(fresh, index);
        Generator generator = entity.getGenerators()[index];
        boolean isGenerated = generator != null && generator.generatesOnInsert();
        if (isGenerated && generator.generatedOnExecution()) {
            insertGenerated(attribute, (OnExecutionGenerator) generator, inserted);
            return;
        }
        if (!entity.getPropertyInsertability()[index]) {
            return;
        }
        if (entity.isVersioned() && index == entity.getVersionPropertyIndex()) {
            value = entity.getVersionGenerator().generate(session, fresh, value, EventType.INSERT);
        } else if (isGenerated) {
            value = ((BeforeExecutionGenerator) generator).generate(session, fresh, value, EventType.INSERT);
        } else if (value == null && TouchedAttribute.isSetByInserts(attribute)) {
            value = new TouchedAttribute(attribute).now(session);
        }
        if (value != null) { // of others the column has its default
            CounterSql.columnValues(attribute, value, session).forEach(column -> inserted.add(Inserted.of(column)));
        }
    }

    private void insertGenerated(AttributeMapping attribute, OnExecutionGenerator generator, List<Inserted> inserted) {
        String[] sql = generator.referenceColumnsInSql(dialect) ? generator.getReferencedColumnValues(dialect) : null;
        if (sql != null) {
            attribute.forEachSelectable((column, selectable) ->
                    inserted.add(new Inserted(selectable.getSelectionExpression(), sql[column], null)));
        }
    }

    private @Nullable Row send(List<Inserted> inserted, Object fresh) {
        for (int attempt = 1; ; attempt++) {
            try {
                return dialect instanceof H2Dialect ? merge(inserted, fresh) : insertOrAdd(inserted, fresh);
            } catch (ConstraintViolationException e) {
                boolean raced = dialect instanceof H2Dialect && e.getKind() == ConstraintKind.UNIQUE;
                if (!raced || attempt == ATTEMPTS) {
                    throw Statements.failed(e, session);
                }
            } catch (JDBCException e) {
                throw Statements.failed(e, session);
            }
        }
    }

    /** The columns of the row that follow its changes. */
    private List<String> touched() {
        List<String> columns = new ArrayList<>();
        TouchedAttribute.setByUpdates(entity).forEach(attribute -> columns.addAll(attribute.columns()));
        return columns;
    }

    private @Nullable String guard() {
        Limits limits = counter.limits();
        return by.signum() > 0 && limits.hasMax()
                ? "<= " + limits.max()
                : by.signum() < 0 && limits.hasMin() ? ">= " + limits.min() : null;
    }

    private @Nullable Row insertOrAdd(List<Inserted> inserted, Object fresh) {
        String sql = CounterSql.insertOrAdd(
                counter.table(),
                columns(inserted),
                parameters(inserted),
                names(keyColumns()),
                counter.column(),
                touched(),
                guard(),
                answers());
        return Statements.send(sql, attempt(), session, statement -> {
                    bind(inserted, statement, 1);
                    return row(statement, sql, fresh);
                })
                .orElse(null);
    }

    private @Nullable Row merge(List<Inserted> inserted, Object fresh) {
        List<Inserted> touched = inserted.stream()
                .filter(each -> touched().contains(each.column()))
                .toList();
        String sql = CounterSql.merge(
                counter.table(),
                columns(inserted),
                parameters(inserted),
                names(keyColumns()),
                counter.column(),
                columns(touched),
                parameters(touched),
                guard());
        int rows = Statements.send(sql, attempt(), session, statement -> {
            int position = bindKey(statement, 1);
            if (guard() != null) {
                counter.bind(by, statement, position++);
            }
            counter.bind(by, statement, position++);
            position = bind(touched, statement, position);
            bind(inserted, statement, position);
            return session.getJdbcCoordinator().getResultSetReturn().executeUpdate(statement, sql);
        });
        return rows == 0 ? null : read(fresh);
    }

    /** The row that has the key. */
    private @Nullable Row read(Object fresh) {
        String sql = CounterSql.selectBy(counter.table(), names(keyColumns()), answers());
        return Statements.send(sql, attempt(), session, statement -> {
                    bindKey(statement, 1);
                    return row(statement, sql, fresh);
                })
                .orElse(null);
    }

    /** The value of the counter and, unless the key is the id, the id: one column, for so it was checked. */
    private List<String> answers() {
        List<String> columns = new ArrayList<>(List.of(counter.column()));
        if (!isKeyId()) {
            entity.getIdentifierMapping()
                    .forEachSelectable((index, column) -> columns.add(column.getSelectionExpression()));
        }
        return columns;
    }

    private boolean isKeyId() {
        return key.keySet().equals(idAttributes().keySet());
    }

    private Optional<Row> row(PreparedStatement statement, String sql, Object fresh) throws SQLException {
        ResultSet rows = session.getJdbcCoordinator().getResultSetReturn().extract(statement, sql);
        if (!rows.next()) {
            return Optional.empty();
        }
        Object id = isKeyId() ? entity.getIdentifier(fresh, session) : id(rows);
        return Optional.of(new Row(rows.getBigDecimal(1), id));
    }

    private Object id(ResultSet rows) throws SQLException {
        JdbcMapping type = entity.getIdentifierMapping().getSingleJdbcMapping();
        return type.convertToDomainValue(type.getJdbcValueExtractor().extract(rows, 2, session));
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
        int position = firstPosition;
        for (ColumnValue column : keyColumns()) {
            column.bind(statement, position++, session);
        }
        return position;
    }

    private static List<String> columns(List<Inserted> inserted) {
        return inserted.stream().map(Inserted::column).toList();
    }

    private static List<String> parameters(List<Inserted> inserted) {
        return inserted.stream().map(Inserted::sql).toList();
    }

    private static List<String> names(List<ColumnValue> columns) {
        return columns.stream()
                .map(column -> column.column().getSelectionExpression())
                .toList();
    }

    private CounterLimitException refusal(long limit, @Nullable BigDecimal found) {
        return new CounterLimitException(
                entity.getImportedName(),
                key,
                counter.name(),
                ManagedParents.as(counter.type(), by),
                limit,
                found == null ? null : ManagedParents.as(counter.type(), found));
    }

    private String attempt() {
        return "bump %s of %s".formatted(counter.name(), entity.getImportedName());
    }
}
