package io.countercache.hibernate.internal.direct;

import io.countercache.hibernate.internal.model.InsertedCounter;
import io.countercache.hibernate.internal.model.ParentCounter;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.sql.Columns;
import io.countercache.hibernate.internal.sql.Columns.ColumnValue;
import io.countercache.hibernate.internal.sql.TouchedAttribute;
import io.countercache.hibernate.internal.support.Numbers;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.hibernate.dialect.Dialect;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.generator.BeforeExecutionGenerator;
import org.hibernate.generator.EventType;
import org.hibernate.generator.Generator;
import org.hibernate.generator.OnExecutionGenerator;
import org.hibernate.metamodel.mapping.AttributeMapping;
import org.hibernate.metamodel.mapping.PluralAttributeMapping;
import org.hibernate.metamodel.mapping.internal.EmbeddedAttributeMapping;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/** The row that an upsert inserts if none has its key: the same that Hibernate would insert for a new instance with this key. */
final class UpsertRow {

    private final SharedSessionContractImplementor session;
    private final EntityPersister entity;
    private final UpsertKey key;
    private final Object instance;

    /** A column of the row: the SQL of its value, and what is bound in that; null if it has no parameter. */
    record Inserted(String column, String sql, @Nullable ColumnValue value) {

        static Inserted of(ColumnValue value) {
            return new Inserted(
                    value.column().getSelectionExpression(), value.column().getWriteExpression(), value);
        }
    }

    /**
     * Refuses a row whose id is neither generated nor part of the key, before any SQL.
     *
     * @param declared the declared counters of the entity
     */
    UpsertRow(
            SharedSessionContractImplementor session,
            NumericAttribute counter,
            BigDecimal value,
            UpsertKey key,
            List<ParentCounter> declared) {
        this.session = session;
        this.entity = counter.entity();
        this.key = key;
        this.instance = instance(counter, value, declared);
        Object id = entity.getIdentifier(instance, session);
        boolean isUnassigned = id == null || (id instanceof Number number && number.longValue() == 0);
        if (isUnassigned && !key.isId() && !Entities.generatesId(entity)) {
            throw new IllegalArgumentException("%s has an id that is not generated: make it the key, or insert the row"
                    .formatted(Entities.name(entity)));
        }
    }

    /** An embedded attribute of which only a part is generated, and which this class could not insert; null if there is none. */
    static @Nullable String generatedInPart(EntityPersister entity) {
        List<String> found = new ArrayList<>();
        entity.forEachAttributeMapping(attribute -> {
            Generator generator = Entities.generators(entity)[attribute.getStateArrayPosition()];
            if (generator != null && generator.generatesOnInsert() && attribute instanceof EmbeddedAttributeMapping) {
                found.add(attribute.getAttributeName());
            }
        });
        return found.isEmpty() ? null : found.get(0);
    }

    /** The id of the row; null if the database generates it. */
    @Nullable
    Object id() {
        return entity.getIdentifier(instance, session);
    }

    /** The columns that an INSERT writes. Takes an id from its sequence, if it has one. */
    List<Inserted> columns() {
        List<Inserted> inserted = new ArrayList<>();
        insertId(inserted);
        entity.forEachAttributeMapping(attribute -> {
            if (!(attribute instanceof PluralAttributeMapping)) {
                insert(attribute, inserted);
            }
        });
        return inserted;
    }

    /** A new instance: what its class assigns to attributes, the key, the counter, and 0 for other derived counters. */
    private Object instance(NumericAttribute counter, BigDecimal value, List<ParentCounter> declared) {
        Object instance = Entities.instantiate(entity);
        key.values().forEach((name, part) -> {
            if (key.attribute(name) instanceof AttributeMapping attribute) {
                attribute.getPropertyAccess().getSetter().set(instance, part);
            } else {
                entity.setIdentifier(instance, part, session);
            }
        });
        for (ParentCounter other : declared) {
            if (other.derived() != null || entity.getValue(instance, other.index()) == null) {
                entity.setValue(instance, other.index(), Numbers.as(other.type(), BigDecimal.ZERO));
            }
        }
        int index = entity.getPropertyIndex(counter.name());
        entity.setValue(instance, index, Numbers.as(counter.type(), value));
        return instance;
    }

    private void insertId(List<Inserted> inserted) {
        Generator generator = entity.getGenerator();
        if (!key.isId() && Entities.generatesId(entity)) {
            if (generator.generatedOnExecution()) {
                return; // the column does
            }
            Object id = ((BeforeExecutionGenerator) generator).generate(session, instance, null, EventType.INSERT);
            entity.setIdentifier(instance, id, session);
        }
        Columns.columnValues(entity.getIdentifierMapping(), id(), session)
                .forEach(column -> inserted.add(Inserted.of(column)));
    }

    private void insert(AttributeMapping attribute, List<Inserted> inserted) {
        int index = attribute.getStateArrayPosition();
        Object value = entity.getValue(instance, index);
        Generator generator = Entities.generators(entity)[index];
        boolean isGenerated =
                generator != null && generator.generatesOnInsert() && !(generator instanceof InsertedCounter);
        if (isGenerated && generator.generatedOnExecution()) {
            insertGenerated(attribute, (OnExecutionGenerator) generator, inserted);
            return;
        }
        if (!entity.getPropertyInsertability()[index]) {
            return;
        }
        if (entity.isVersioned() && index == Entities.versionIndex(entity)) {
            value = entity.getVersionGenerator().generate(session, instance, value, EventType.INSERT);
        } else if (isGenerated) {
            value = ((BeforeExecutionGenerator) generator).generate(session, instance, value, EventType.INSERT);
        } else if (value == null && TouchedAttribute.isSetByInserts(attribute)) {
            value = new TouchedAttribute(attribute).now(session);
        }
        if (value != null) { // else the default of the column is inserted
            Columns.columnValues(attribute, value, session).stream()
                    .filter(column -> column.column().isInsertable())
                    .forEach(column -> inserted.add(Inserted.of(column)));
        }
    }

    private void insertGenerated(AttributeMapping attribute, OnExecutionGenerator generator, List<Inserted> inserted) {
        Dialect dialect = session.getJdbcServices().getDialect();
        String[] sql = generator.referenceColumnsInSql(dialect) ? generator.getReferencedColumnValues(dialect) : null;
        if (sql != null) {
            attribute.forEachSelectable((column, selectable) ->
                    inserted.add(new Inserted(selectable.getSelectionExpression(), sql[column], null)));
        }
    }
}
